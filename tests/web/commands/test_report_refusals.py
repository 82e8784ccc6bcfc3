"""What cannot be done is said in one clear sentence, in the language of the person, with the right exit code."""

import os
import subprocess
import zipfile

import openpyxl
import pytest
from report_runs import HEAD, ROWS, csv_file

FAILED, USED_WRONGLY = 1, 2


def said(run, code):
    assert run.code == code
    assert run.out == ""
    assert "Traceback" not in run.err
    assert len(run.err.strip().splitlines()) == 1
    return run.sentence


# Files


def test_a_file_that_is_not_there(report, tmp_path):
    sentence = said(report(tmp_path / "nothing.csv", "--json"), FAILED)
    assert sentence == f"There is no file {tmp_path / 'nothing.csv'}."


def test_a_file_that_is_not_there_in_german(report, tmp_path):
    sentence = said(report(tmp_path / "nichts.csv", "--language", "de"), FAILED)
    assert sentence == f"Es gibt keine Datei {tmp_path / 'nichts.csv'}."


def test_the_system_decides_the_language(report, tmp_path, monkeypatch):
    monkeypatch.setenv("LANG", "de_AT.UTF-8")
    assert said(report(tmp_path / "nichts.csv"), FAILED).startswith("Es gibt keine Datei")


def test_a_folder_is_no_file(report, tmp_path):
    assert "is not a file that can be read" in said(report(tmp_path), FAILED)


def test_an_empty_file(report, tmp_path):
    (tmp_path / "empty.csv").write_bytes(b"")
    assert said(report(tmp_path / "empty.csv"), FAILED) == "empty.csv is empty."


def test_a_header_and_nothing_below_it(report, tmp_path):
    path = csv_file(tmp_path / "head.csv", [])
    assert said(report(path), FAILED) == "head.csv holds a header and no rows below it."


@pytest.mark.parametrize("name", ["orders.csv", "orders.xlsx", "orders.parquet", "orders"])
@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\x1f\x8b\x08\0\0\0\0\0"],
    ids=["pdf", "png", "gzip"],
)
def test_a_file_of_another_kind_whatever_its_name(report, tmp_path, name, content):
    (tmp_path / name).write_bytes(content + bytes(range(256)) * 4)
    sentence = said(report(tmp_path / name), FAILED)
    assert sentence.startswith(f"{name} is no table that Treue reads")


def test_an_archive_is_no_workbook(report, tmp_path):
    with zipfile.ZipFile(tmp_path / "orders.xlsx", "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    assert said(report(tmp_path / "orders.xlsx"), FAILED).startswith("orders.xlsx")


def test_a_broken_parquet_file(report, tmp_path):
    (tmp_path / "orders.parquet").write_bytes(b"PAR1" + bytes(100) + b"PAR1")
    assert said(report(tmp_path / "orders.parquet"), FAILED).startswith(
        "orders.parquet is damaged and cannot be read ("
    )


def test_a_name_that_stands_twice_in_the_header(report, tmp_path):
    path = csv_file(
        tmp_path / "twice.csv", [("1", "K1", "2026-01-05", "1", "2")], ("o", "Kunde", "Datum", "Preis", "Preis")
    )
    assert said(report(path), FAILED) == ("Several columns are named “Preis” (columns 4, 5). Give each its own name.")


def test_a_file_without_a_header(report, tmp_path):
    path = csv_file(tmp_path / "bare.csv", ROWS[1:], ROWS[0])
    assert said(report(path), FAILED).startswith(
        "The first row holds values and not the names of the columns: 1001, K1"
    )


# Columns


def test_a_column_that_is_needed_and_not_found(report, tmp_path):
    path = csv_file(tmp_path / "orders.csv", [("1", "2026-01-05", "7")], ("Bestellnummer", "Datum", "Betrag"))
    assert said(report(path, "--json"), FAILED) == (
        "No column was found for “Customer number”. Say which one it is; the file has: Bestellnummer, Datum, Betrag."
    )
    assert said(report(path, "--language", "de"), FAILED) == (
        "Für „Kundennummer“ wurde keine Spalte gefunden. Bitte sagen Sie, welche es ist; "
        "die Datei hat: Bestellnummer, Datum, Betrag."
    )


def test_a_column_of_the_right_name_that_holds_no_times(report, tmp_path):
    rows = [(str(number), f"K{number}", "neulich", "7") for number in range(5)]
    path = csv_file(tmp_path / "orders.csv", rows, ("Bestellnummer", "Kunde", "Datum", "Betrag"))
    assert said(report(path, "--json"), FAILED) == (
        "What stands in the column “Datum” cannot be read as “Time of the order”: “neulich”. "
        "Days are read as 2026-11-22, 22.11.2026 or 22/11/2026, with or without a time of day."
    )
    assert said(report(path, "--language", "de"), FAILED) == (
        "Was in der Spalte „Datum“ steht, lässt sich nicht als „Zeitpunkt der Bestellung“ lesen: „neulich“. "
        "Tage werden wie 2026-11-22, 22.11.2026 oder 22/11/2026 gelesen, mit oder ohne Uhrzeit."
    )


@pytest.mark.parametrize(
    ("option", "column", "field", "values"),
    [
        ("--time", "Land", "Time of the order", "“DE”, “AT”"),
        ("--quantity", "Artikelnummer", "Quantity", "“A1”, “A2”, “B9”"),
    ],
)
def test_a_column_that_somebody_asked_for_and_holds_something_else(report, tmp_path, option, column, field, values):
    sentence = said(report(csv_file(tmp_path / "orders.csv"), option, column, "--json"), FAILED)
    assert sentence.startswith(f"What stands in the column “{column}” cannot be read as “{field}”: {values}")


def test_a_column_of_which_anything_can_be_read_is_taken_as_asked(report, tmp_path):
    path = csv_file(tmp_path / "orders.csv", [*ROWS[:1], *[(*row[:2], "neulich", *row[3:]) for row in ROWS[1:]]])
    told = report(path, "--time", "Datum", "--json").json
    assert (told["rows_used"], told["set_aside"]) == (1, {"unreadable_time": len(ROWS) - 1})


@pytest.mark.parametrize("rows", [[("1001", "K1"), ("1002", *["zu viel"] * 9)], [("1001", "K1", "", "A1", "", "", "")]])
def test_a_file_of_which_no_row_can_be_read_gives_an_empty_report(report, tmp_path, rows):
    told = report(csv_file(tmp_path / "orders.csv", rows), "--json").json
    assert (told["rows_read"], told["rows_used"], sum(told["set_aside"].values())) == (len(rows), 0, len(rows))


def test_one_row_set_aside_is_told_as_one(report, tmp_path):
    run = report(csv_file(tmp_path / "orders.csv", [*ROWS[:3], ("1003", "", *ROWS[3][2:])]), "--json")
    assert run.err.startswith("! 1 row (25.0%) has no customer. Its revenue of 30.00 is")


def test_a_column_that_somebody_asked_for_and_is_not_there(report, tmp_path):
    sentence = said(report(csv_file(tmp_path / "orders.csv"), "--customer", "Kundin"), FAILED)
    assert sentence == f"The file has no column “Kundin”. It has: {', '.join(HEAD)}."


def test_a_sheet_that_is_not_there(report, tmp_path):
    book = openpyxl.Workbook()
    book.active.title = "Orders"
    book.active.append(HEAD)
    book.active.append(ROWS[0])
    book.save(tmp_path / "book.xlsx")
    assert said(report(tmp_path / "book.xlsx", "--sheet", "Sales"), FAILED) == (
        "The workbook has no sheet “Sales”. It has: Orders."
    )


# Rows that are wrong are set aside, and the rest is used


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("1012", "K1", "01.01.9999", "A1", "1", "10,00", "DE"), "implausible_time"),
        (("1012", "K1", "neulich", "A1", "1", "10,00", "DE"), "unreadable_time"),
        (("1012", "K1", "", "A1", "1", "10,00", "DE"), "no_time"),
        (("1012", "K1", "01.02.2026", "A1", "1", "zehn", "DE"), "unreadable_number"),
        (("1012", "K1", "01.02.2026", "A1", "1", "-10,00", "DE"), "negative_price"),
        (("1012", "", "01.02.2026", "A1", "1", "10,00", "DE"), "no_customer"),
        (("1012", "K1", "01.02.2026", "A\x001", "1", "10,00", "DE"), "unreadable_row"),
        (("1012", "K1", "01.02.2026", "A1", "1", "10,00", "DE", "zu", "viel"), "unreadable_row"),
    ],
    ids=[
        "the year 9999",
        "no date",
        "no time",
        "no number",
        "a negative price",
        "a guest",
        "a NUL byte",
        "too many cells",
    ],
)
def test_a_wrong_row_is_set_aside_under_its_reason(report, tmp_path, row, reason):
    found = report(csv_file(tmp_path / "orders.csv", [ROWS[0], row]), "--json")
    assert found.code == 0
    assert (found.json["rows_used"], found.json["set_aside"]) == (1, {reason: 1})


def test_a_file_of_which_nothing_can_be_used_is_said_with_the_reasons(report, tmp_path):
    path = csv_file(tmp_path / "orders.csv", [("1", "K1", "31.12.9999", "A1", "1", "10,00", "DE")])
    page = report(path, "--out", tmp_path / "report.html")
    assert said(page, FAILED) == (
        "The only row of orders.csv cannot be used: Implausible time (1). "
        "Check the source for placeholders such as 01.01.1900 or the year 9999."
    )
    assert not (tmp_path / "report.html").exists()
    rows = [("1", "", "05.01.2026", "A1", "1", "10,00", "DE"), *[("1", "K1", "31.12.9999", "A1", "1", "1", "DE")] * 2]
    path = csv_file(tmp_path / "orders.csv", rows)
    assert said(report(path, "--language", "de"), FAILED) == (
        "Keine der 3 Zeilen von orders.csv lässt sich verwenden: Unplausibler Zeitpunkt (2), Kein Kunde (1). "
        "Die Quelle auf Platzhalter wie 01.01.1900 oder das Jahr 9999 prüfen."
    )


def test_a_file_of_which_nothing_can_be_used_still_gives_its_json(report, tmp_path):
    path = csv_file(tmp_path / "orders.csv", [("1", "K1", "31.12.9999", "A1", "1", "10,00", "DE")])
    found = report(path, "--json")
    assert found.code == FAILED
    assert (found.json["as_of"], found.json["customers"], found.json["rows_used"]) == (None, 0, 0)
    assert (found.json["first_order"], found.json["clv"], found.json["periods"]) == (None, None, [])
    assert found.json["set_aside"] == {"implausible_time": 1}
    assert found.sentence.startswith("The only row of orders.csv cannot be used")


# Wrong use


@pytest.mark.parametrize(
    ("arguments", "english", "german"),
    [
        (
            ("--as-of", "31.02.2026"),
            "--as-of is a day such as 2026-11-22, not “31.02.2026”.",
            "--as-of ist ein Tag wie 2026-11-22, nicht „31.02.2026“.",
        ),
        (
            ("--as-of", "9999-12-31"),
            "--as-of is a day such as 2026-11-22, not “9999-12-31”.",
            "--as-of ist ein Tag wie 2026-11-22, nicht „9999-12-31“.",
        ),
        (
            ("--window", "0"),
            "--window is a number of days from 1 to 36525, not 0.",
            "--window ist eine Zahl von Tagen von 1 bis 36525, nicht 0.",
        ),
        (
            ("--window", "40000"),
            "--window is a number of days from 1 to 36525, not 40000.",
            "--window ist eine Zahl von Tagen von 1 bis 36525, nicht 40000.",
        ),
        (
            ("--period", "week"),
            "--period is month, quarter or year, not “week”.",
            "--period ist month, quarter oder year, nicht „week“.",
        ),
        (
            ("--rate", "USD"),
            "--rate is a currency and its value such as USD=0.92, not “USD”.",
            "--rate ist eine Währung und ihr Wert wie USD=0.92, nicht „USD“.",
        ),
        (
            ("--rate", "USD=-1"),
            "--rate is a currency and its value such as USD=0.92, not “USD=-1”.",
            "--rate ist eine Währung und ihr Wert wie USD=0.92, nicht „USD=-1“.",
        ),
    ],
)
def test_a_wrong_option_says_what_is_right(report, tmp_path, arguments, english, german):
    path = csv_file(tmp_path / "orders.csv")
    assert said(report(path, *arguments), USED_WRONGLY) == english
    assert said(report(path, *arguments, "--language", "de"), USED_WRONGLY) == german


def test_a_language_that_treue_does_not_speak(report, tmp_path):
    assert said(report(tmp_path / "a.csv", "--language", "fr"), USED_WRONGLY) == (
        "Treue speaks German (de) and English (en), not “fr”."
    )


def test_a_zone_that_there_is_not(report, tmp_path):
    sentence = said(report(csv_file(tmp_path / "orders.csv"), "--zone", "Mars/Olympus"), FAILED)
    assert sentence == "There is no time zone “Mars/Olympus”. Write it like Europe/Berlin."


def test_an_option_that_there_is_not_and_no_file_at_all(report):
    assert report("--colour").code == USED_WRONGLY
    assert report().code == USED_WRONGLY


# Where the report goes


def test_a_folder_that_is_not_there_takes_no_report(report, tmp_path):
    sentence = said(report(csv_file(tmp_path / "orders.csv"), "--out", tmp_path / "no" / "report.html"), FAILED)
    assert sentence.startswith(f"The report cannot be written to {tmp_path / 'no' / 'report.html'}:")


def test_a_failed_report_leaves_the_old_one_and_nothing_half_done(report, tmp_path):
    (tmp_path / "report.html").mkdir()
    run = report(csv_file(tmp_path / "orders.csv"), "--out", tmp_path / "report.html")
    assert run.code == FAILED
    assert sorted(path.name for path in tmp_path.iterdir()) == ["here", "orders.csv", "report.html"]


@pytest.mark.parametrize("how", ["by its name", "by a link", "by another name"])
def test_the_file_that_is_read_is_not_written_over(report, tmp_path, how):
    path, other = csv_file(tmp_path / "orders.csv"), tmp_path / "other.csv"
    if how == "by a link":
        other.symlink_to(path)
    elif how == "by another name":
        other.hardlink_to(path)
    content, out = path.read_bytes(), path if how == "by its name" else other
    assert said(report(path, "--out", out), USED_WRONGLY) == (
        f"--out {out} is the file that is read, and would be lost. Give another name."
    )
    assert said(report(path, "--out", out, "--language", "de"), USED_WRONGLY) == (
        f"--out {out} ist die Datei, die gelesen wird, und ginge verloren. Geben Sie einen anderen Namen an."
    )
    assert path.read_bytes() == content


def test_a_report_goes_through_a_link_and_into_a_pipe_that_both_stay(report, tmp_path):
    path, link, pipe = csv_file(tmp_path / "orders.csv"), tmp_path / "link.html", tmp_path / "pipe"
    link.symlink_to(tmp_path / "report.html")
    assert report(path, "--out", link).code == 0
    assert link.is_symlink()
    os.mkfifo(pipe)
    with (tmp_path / "came.html").open("wb") as came, subprocess.Popen(["cat", str(pipe)], stdout=came):
        assert report(path, "--out", pipe).code == 0
    assert pipe.is_fifo()
    for page in ("report.html", "came.html"):
        assert (tmp_path / page).read_text().startswith("<!doctype html>")
