"""Files of each kind, opened and read: dialects, encodings, line numbers, rows that cannot be taken apart."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from treue.listen.imports.reading import Source, open_source

Write = Callable[..., Path]


def rows_of(source: Source) -> list[tuple[Any, ...]]:
    """Line number, raw text of a malformed row, cells."""
    found = [tuple(row.values()) for batch in source.batches() for row in batch.to_pylist()]
    return sorted(found, key=lambda row: row[0])


def good(source: Source) -> list[tuple[Any, ...]]:
    return [(row[0], *row[2:]) for row in rows_of(source) if row[1] is None]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(write: Write, delimiter: str) -> None:
    source = open_source(write(f"Kunde{delimiter}Betrag\n7{delimiter}12.50\n"))
    assert (source.format, source.delimiter, source.columns) == ("csv", delimiter, ("Kunde", "Betrag"))
    assert good(source) == [(2, "7", "12.50")]


def test_decimal_commas_do_not_pass_for_delimiters(write: Write) -> None:
    source = open_source(write("Kunde;Datum;Betrag\n7;3.7.2026;12,50\n8;4.7.2026;3,00\n"))
    assert source.delimiter == ";"
    assert good(source) == [(2, "7", "3.7.2026", "12,50"), (3, "8", "4.7.2026", "3,00")]


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("latin-1", "cp1252"),
        ("cp1252", "cp1252"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32"),
    ],
)
def test_the_encoding_is_found(write: Write, encoding: str, named: str) -> None:
    source = open_source(write("Käufer;Größe\nJörg;süß\n", encoding=encoding))
    assert source.encoding == named
    assert source.columns == ("Käufer", "Größe")
    assert good(source) == [(2, "Jörg", "süß")]


def test_the_euro_sign_of_windows_is_read(write: Write) -> None:
    assert good(open_source(write("a;b\n7;5 €\n", encoding="cp1252"))) == [(2, "7", "5 €")]


def test_one_torn_character_leaves_the_other_umlauts_alone(write: Write) -> None:
    content = ("a;b\n" + "Jörg;süß\n" * 20).encode() + b"J\xf6;x\n"
    source = open_source(write(content))
    assert source.encoding == "utf-8"
    assert good(source)[0] == (2, "Jörg", "süß")
    assert good(source)[-1] == (22, "J\N{REPLACEMENT CHARACTER}", "x")


def test_an_umlaut_far_down_decides_the_encoding_of_the_whole_file(write: Write) -> None:
    content = b"a;b\n" + b"x;y\n" * 600_000 + "Jörg;z\n".encode("latin-1")
    assert good(open_source(write(content)))[-1] == (600_002, "Jörg", "z")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_as_on_any_system(write: Write, end: str) -> None:
    source = open_source(write(end.join(["a,b", "1,2", "3,4", ""])))
    assert good(source) == [(2, "1", "2"), (3, "3", "4")]


def test_a_last_line_without_its_end_is_a_row(write: Write) -> None:
    assert good(open_source(write("a,b\n1,2\n3,4"))) == [(2, "1", "2"), (3, "3", "4")]


def test_line_numbers_are_those_of_a_text_editor(write: Write) -> None:
    content = 'a,b\n\n1,"x\ny\nz"\n\n2,"say ""hi"", ok"\n3,7" plate\n'
    assert good(open_source(write(content))) == [
        (3, "1", "x\ny\nz"),
        (7, "2", 'say "hi", ok'),
        (8, "3", '7" plate'),
    ]


def test_line_numbers_hold_over_many_blocks(write: Write) -> None:
    rows = [f'{line},"x\ny"' if line % 1000 == 0 else f"{line},{'z' * 60}" for line in range(60_000)]
    found = good(open_source(write("a,b\n" + "\n".join(rows))))
    assert len(found) == 60_000
    assert all(line == 2 + int(value) + (int(value) + 999) // 1000 for line, value, _ in found)


def test_rows_of_the_wrong_width_are_reported_with_their_line_and_text(write: Write) -> None:
    source = open_source(write("a,b,c\n1,2,3\n1,2\n1,2,3,4\n5,6,7\n"))
    assert [row[:2] for row in rows_of(source)] == [(2, None), (3, "1,2"), (4, "1,2,3,4"), (5, None)]


def test_delimiters_at_the_end_that_delimit_nothing_are_no_fault(write: Write) -> None:
    assert good(open_source(write("a,b\n1,2,,\n3,4, \n"))) == [(2, "1", "2"), (3, "3", "4")]


def test_a_nul_byte_spoils_its_row_only(write: Write) -> None:
    source = open_source(write(b"a,b\n1,2\n3,\x004\n5,6\n"))
    assert [row[:2] for row in rows_of(source)] == [(2, None), (3, "3,\x004"), (4, None)]


def test_a_quote_left_open_spoils_its_row_only(write: Write) -> None:
    content = "a,b\n1,2\n" + '3,"open\n' + "5,6\n" * 50_000
    found = rows_of(open_source(write(content)))
    assert found[:2] == [(2, None, "1", "2"), (3, '3,"open', None, None)]
    assert len(found) == 50_002


@pytest.mark.parametrize("text", ["xü", "茶"])
def test_a_line_longer_than_any_row_is_set_aside_without_being_held(write: Write, text: str) -> None:
    content = ("a,b\n1,2\n3," + text * 2_000_000 + "\n5,6\n").encode()
    found = rows_of(open_source(write(content)))
    assert [row[0] for row in found] == [2, 3, 4]
    assert found[1][1] == ("3," + text * 500)[:500]


def test_blank_lines_and_empty_rows_are_no_rows(write: Write) -> None:
    assert good(open_source(write("a;b\n1;2\n\n;\n  ; \n3;4\n;;\n"))) == [(2, "1", "2"), (6, "3", "4")]


def test_a_heading_far_down_is_found(write: Write) -> None:
    assert good(open_source(write("\n" * 500 + "a,b\n1,2\n"))) == [(502, "1", "2")]


def test_one_row_that_is_much_too_wide_does_not_unseat_the_heading(write: Write) -> None:
    source = open_source(write("a,b\n1,2,3,4,5,6\n3,4\n"))
    assert source.columns == ("a", "b")
    assert [row[:2] for row in rows_of(source)] == [(2, "1,2,3,4,5,6"), (3, None)]


def test_a_quote_inside_a_cell_and_one_left_open_are_told_apart(write: Write) -> None:
    source = open_source(write('a,b,c\n1,7" plate,x\n2,b"c,"\n'))
    assert rows_of(source) == [(2, None, "1", '7" plate', "x"), (3, '2,b"c,"', None, None, None)]


def test_a_title_above_the_heading_is_passed_over(write: Write) -> None:
    source = open_source(write("Umsätze 2026\n\nKunde;Datum;Betrag;Ort\n7;3.7.2026;5;Köln\n"))
    assert source.columns == ("Kunde", "Datum", "Betrag", "Ort")
    assert good(source) == [(4, "7", "3.7.2026", "5", "Köln")]


def test_excels_separator_hint_is_followed(write: Write) -> None:
    source = open_source(write("sep=|\na|b\n1|2\n"))
    assert (source.delimiter, source.columns, good(source)) == ("|", ("a", "b"), [(3, "1", "2")])


def test_nameless_columns_are_named_by_their_place(write: Write) -> None:
    assert open_source(write("a;;c;\n1;2;3;4\n")).columns == ("a", "#2", "c", "#4")


def test_the_content_decides_and_not_the_ending(write: Write) -> None:
    assert open_source(write("a;b\n1;2\n", name="orders.xlsx")).format == "csv"


def test_progress_rises_to_the_end(write: Write) -> None:
    seen: list[float] = []
    source = open_source(write("a,b\n" + "1,2\n" * 1_000_000))
    for _ in source.batches(seen.append):
        pass
    assert len(seen) > 2
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_a_sample_is_text_by_column(write: Write) -> None:
    source = open_source(write("a,b\n1,x\n2,y\n3,z\n"))
    assert source.sample(2) == [{"a": "1", "b": "x"}, {"a": "2", "b": "y"}]


# Excel


def workbook(path: Path, *sheets: tuple[str, list[list[Any]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_a_workbook_is_read_with_its_types_as_text(tmp_path: Path) -> None:
    day, moment = dt.date(2026, 7, 3), dt.datetime(2026, 7, 3, 14, 30, 5)  # noqa: DTZ001
    rows = [
        ["Kunde", "Tag", "Zeit", "Betrag", "Stück", "Ja", "Leer"],
        [13085.0, day, moment, 12.5, 3, True, None],
        ["A-7", None, "3.7.2026", 1.234, "2", False, ""],
    ]
    source = open_source(workbook(tmp_path / "book.xlsx", ("Umsatz", rows)))
    assert (source.format, source.sheet, source.sheets) == ("excel", "Umsatz", ("Umsatz",))
    assert good(source) == [
        (2, "13085", "2026-07-03 00:00:00", "2026-07-03 14:30:05", "12.5", "3", "true", None),
        (3, "A-7", None, "3.7.2026", "1.2340", "2", "false", None),
    ]


@pytest.mark.parametrize("name", ["book.xls", "book.dat", "book.csv", "book"])
def test_a_workbook_is_read_whatever_its_name_ends_in(tmp_path: Path, name: str) -> None:
    workbook(tmp_path / "book.xlsx", ("S", [["a", "b"], [1, 2]])).rename(tmp_path / name)
    assert good(open_source(tmp_path / name)) == [(2, "1", "2")]


def test_the_first_sheet_that_is_not_empty_is_read_or_the_one_asked_for(tmp_path: Path) -> None:
    path = workbook(tmp_path / "book.xlsx", ("Leer", []), ("Eins", [["a", "b"], [1, 2]]), ("Zwei", [["c"], [3]]))
    assert open_source(path).sheet == "Eins"
    assert open_source(path, sheet="Zwei").columns == ("c",)


def test_rows_of_a_workbook_keep_their_numbers_over_gaps_and_titles(tmp_path: Path) -> None:
    rows = [["Bericht"], [], ["a", "b", "c"], [1, 2, 3], [], [None, None, None], [4, 5, 6]]
    source = open_source(workbook(tmp_path / "book.xlsx", ("S", rows)))
    assert good(source) == [(4, "1", "2", "3"), (7, "4", "5", "6")]


def test_a_formula_counts_with_the_value_it_had(tmp_path: Path) -> None:
    path = workbook(tmp_path / "book.xlsx", ("S", [["a", "b"], ["x", "=1+1"]]))
    assert good(open_source(path)) == [(2, "x", None)]  # never calculated, so it had none


# Parquet


def test_parquet_columns_keep_their_types_and_what_is_no_plain_type_becomes_text(tmp_path: Path) -> None:
    path = tmp_path / "orders.parquet"
    table = pa.table(
        {
            "id": pa.array([13085.0, None, 7.5]),
            "at": pa.array([dt.datetime(2026, 7, 3)] * 3, pa.timestamp("ms")),  # noqa: DTZ001
            "money": pa.array([Decimal("1.50"), None, Decimal("2.00")]),
            "kind": pa.array(["a", "b", "a"]).dictionary_encode(),
            "raw": pa.array([b"x", b"\xff", None]),
            "tags": pa.array([["p"], [], None]),
        }
    )
    pq.write_table(table, path)
    source = open_source(path)
    assert [row[0] for row in rows_of(source)] == [1, 2, 3]
    assert source.sample(1) == [
        {"id": "13085", "at": "2026-07-03 00:00:00", "money": "1.50", "kind": "a", "raw": "x", "tags": "['p']"}
    ]
    (batch,) = source.batches()
    assert [str(batch.schema.field(f"c{place}").type) for place in range(6)] == [
        "double",
        "timestamp[ms]",
        "decimal128(3, 2)",
        "string",
        "string",
        "string",
    ]


def test_a_nul_byte_spoils_its_row_of_a_parquet_file_too(tmp_path: Path) -> None:
    pq.write_table(pa.table({"a": [1, 2, 3], "b": ["x", "y\0z", None]}), tmp_path / "x.parquet")
    assert rows_of(open_source(tmp_path / "x.parquet")) == [
        (1, None, 1, "x"),
        (2, "y\0z", None, None),
        (3, None, 3, None),
    ]
