"""What `treue import` says of a file is as much as the page says: rows, doubts, guests' revenue, candidates."""

import json

import pytest

DONE, FAILED = 0, 1
FILE = """order,customer,time,product,product name,quantity,price
A1,1,03/04/2026,TEA1,Green tea,2,10.00
A1,1,03/04/2026,POST,Postage,1,4.90
A2,,05/06/2026,TEA1,Green tea,1,10.00
A3,2,07/08/2026,TEA1,Green tea,1,10.00
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text(FILE)
    return path


def test_a_dry_run_tells_rows_doubts_guests_and_candidates(treue_import, file):
    run = treue_import("orders", file, "--dry-run")
    assert run.code == DONE
    assert "2 orders would be new." in run.out
    assert "Rows read: 4 · Rows used: 3 · Rows set aside: 1 · Revenue without a customer: €10.00" in run.out
    assert "“time” (Time of the order) is read as" in run.out
    assert "Nothing in the file decides that; please check." in run.out
    assert "Perhaps no products" in run.out
    assert "POST  Postage  The product code has no digit. It has 1 line." in run.out
    assert "Without it revenue would be €30.00 instead of €34.90." in run.out
    assert "What is no product can be left out of every file under Settings." in run.out


def test_in_german(treue_import, file):
    run = treue_import("orders", file, "--dry-run", "--language", "de")
    rows = "Gelesene Zeilen: 4 · Verwendete Zeilen: 3 · Zurückgestellte Zeilen: 1 · Umsatz ohne Kunden: 10,00 €"
    assert rows in run.out.replace("\u00a0", " ")
    assert "Aus der Datei geht das nicht eindeutig hervor" in run.out
    assert "Vielleicht keine Artikel" in run.out
    assert "Was kein Artikel ist, lässt sich unter Einstellungen aus jeder Datei auslassen." in run.out


def test_an_import_tells_them_too_and_where_to_learn_more(treue_import, file):
    run = treue_import("orders", file)
    assert "Rows read: 4 · Rows used: 3 · Rows set aside: 1" in run.out
    assert "“time” (Time of the order) is read as" in run.out
    assert "1 item code may be no product (POST); --dry-run says what leaving it out would change." in run.out


def test_a_currency_without_a_rate_is_named(treue_import, tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("order,customer,time,amount,currency\nA1,1,2026-01-05,5,EUR\nA2,1,2026-01-06,5,CHF\n")
    run = treue_import("orders", path, "--dry-run")
    assert "1 row is set aside because there is no rate for its currency (CHF)." in run.out


def test_a_file_of_customers_has_rows_and_nothing_more_to_tell(treue_import, tmp_path):
    (tmp_path / "customers.csv").write_text("number,name\n7,Anna\n")
    assert treue_import("customers", tmp_path / "customers.csv").out == (
        "1 customer was added.\nRows read: 1 · Rows used: 1 · Rows set aside: 0\n"
    )


@pytest.mark.parametrize("dry_run", [[], ["--dry-run"]])
def test_a_file_of_which_nothing_can_be_used_is_said_with_the_reasons(treue_import, tmp_path, dry_run):
    path = tmp_path / "orders.csv"
    path.write_text("order,customer,time,amount\nA1,,2026-01-05,5\nA2,,2026-01-05,5\nA3,1,9999-01-05,5\n")
    run = treue_import("orders", path, "--errors", tmp_path / "rows.csv", *dry_run)
    assert run.code == FAILED
    assert run.sentence == (
        "None of the 3 rows of orders.csv can be used: No customer (2), Implausible time (1). "
        "A customer number or an e-mail address with each order makes these rows count."
    )
    assert "Rows used: 0" in run.out
    assert len((tmp_path / "rows.csv").read_text("utf-8-sig").splitlines()) == 4
    run = treue_import("orders", path, "--json", *dry_run)
    assert run.code == FAILED
    assert (json.loads(run.out)["rows_used"], json.loads(run.out)["rows_read"]) == (0, 3)
