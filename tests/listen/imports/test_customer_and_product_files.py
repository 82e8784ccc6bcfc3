"""Lists of customers and of products: what each row becomes."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ibis.backends.duckdb import Backend

from treue.listen.imports.columns import guess
from treue.listen.imports.reading import open_source
from treue.listen.imports.records import CleanedRecords, clean_customers, clean_products

Write = Callable[..., Path]
NOW = dt.datetime(2026, 11, 22, 11, 0, tzinfo=dt.UTC)


def customers(path: Path, backend: Backend) -> CleanedRecords:
    source = open_source(path)
    mapping = guess(source.columns, source.sample(), "customers")
    return clean_customers(source, mapping, connection=backend, zone="Europe/Berlin", now=NOW)


def products(path: Path, backend: Backend) -> CleanedRecords:
    source = open_source(path)
    return clean_products(source, guess(source.columns, source.sample(), "products"), connection=backend)


def tuples(table: Any, *columns: str) -> list[tuple[Any, ...]]:
    return [tuple(row.values()) for row in table.order_by("line_no").select(*columns).to_pyarrow().to_pylist()]


def set_aside(cleaned: CleanedRecords) -> list[tuple[Any, ...]]:
    return tuples(cleaned.set_aside, "line_no", "reason", "column", "value")


def test_a_customer_is_read_with_everything_the_row_says(write: Write, backend: Backend) -> None:
    cleaned = customers(
        write(
            "Kundennr;E-Mail;Vorname;Nachname;Firma;Telefon;Straße;PLZ;Ort;Land;Geburtstag;Kunde seit;Newsletter\n"
            "7.0; Anna@X.de ;Anna;Ä;X GmbH;0341 12;Ring 1;04103;Leipzig;DE;1.2.1980;2020-07-03T10:00:00Z;ja\n"
        ),
        backend,
    )
    assert list(cleaned.records.columns) == [
        *("line_no", "number", "email", "name", "first_name", "last_name", "phone", "company", "street"),
        *("postcode", "city", "country", "birthday", "created", "newsletter"),
    ]
    assert tuples(cleaned.records, *cleaned.records.columns) == [
        (
            *(2, "7", "anna@x.de", None, "Anna", "Ä", "0341 12", "X GmbH", "Ring 1", "04103", "Leipzig", "DE"),
            *(dt.date(1980, 2, 1), dt.datetime.fromisoformat("2020-07-03 12:00"), True),
        )
    ]


def test_rows_of_customers_are_set_aside_for_a_reason(write: Write, backend: Backend) -> None:
    cleaned = customers(
        write(
            "Kundennr;E-Mail;Geburtstag;Kunde seit\n"
            "1;a@x.de;1.2.1980;3.7.2020\n"
            "2;a@x;;\n"
            ";;1.2.1980;\n"
            "3;;31.2.1980;\n"
            "3;;;irgendwann\n"
            "3;;1.2.2999;\n"
            "3;;;31.12.9999\n"
            "3;;;\n"
            "3;b@x.de;;\n"
            ";B@x.de;;\n"
            ";b@x.de;;\n"
            "4;;0000-00-00;\n"
            "5;;\n"
        ),
        backend,
    )
    assert set_aside(cleaned) == [
        (3, "unreadable_email", "E-Mail", "a@x"),
        (4, "no_number", "Kundennr", None),
        (5, "unreadable_time", "Geburtstag", "31.2.1980"),
        (6, "unreadable_time", "Kunde seit", "irgendwann"),
        (7, "implausible_time", "Geburtstag", "1.2.2999"),
        (8, "implausible_time", "Kunde seit", "31.12.9999"),
        (10, "same_number", "Kundennr", "3"),
        (12, "duplicate", "E-Mail", "b@x.de"),
        (14, "unreadable_row", None, "5;;"),
    ]
    assert tuples(cleaned.records, "line_no", "number", "email") == [
        (2, "1", "a@x.de"),
        (9, "3", None),
        (11, None, "b@x.de"),
        (13, "4", None),
    ]
    assert (cleaned.rows_read, cleaned.rows_used, sum(cleaned.counts.values())) == (13, 4, 9)


def test_a_number_with_other_entries_is_no_duplicate_and_the_first_row_counts(write: Write, backend: Backend) -> None:
    cleaned = customers(
        write(
            "Kundennr;Name;E-Mail;Ort\n"
            "1;Anna;a@x.de;Köln\n"
            "1.0;Anna; A@x.de ;Köln\n"
            "1;Anna Weiß;a@y.de;Köln\n"
            "1;Anna Weiß;a@y.de;Köln\n"
            "1;Anna;a@x.de;\n"
            ";Ben;b@x.de;\n"
            ";Bernd;b@x.de;\n"
        ),
        backend,
    )
    assert set_aside(cleaned) == [
        (3, "duplicate", "Kundennr", "1"),
        (4, "same_number", "Kundennr", "1"),
        (5, "duplicate", "Kundennr", "1"),
        (6, "same_number", "Kundennr", "1"),
        (8, "same_number", "E-Mail", "b@x.de"),
    ]
    assert tuples(cleaned.records, "line_no", "name") == [(2, "Anna"), (7, "Ben")]
    assert cleaned.counts == {"duplicate": 2, "same_number": 3}


def test_a_product_listed_twice_with_the_same_costs_is_a_duplicate(write: Write, backend: Backend) -> None:
    cleaned = products(write("sku,name,cost\nT1,Cup,4.00\nT1,Cup,4\nT1,Cup,5\n"), backend)
    assert set_aside(cleaned) == [(3, "duplicate", "sku", "T1"), (4, "same_number", "sku", "T1")]


def test_products_are_read_with_their_costs_and_margins(write: Write, backend: Backend) -> None:
    cleaned = products(
        write(
            "Artikelnr;Bezeichnung;Warengruppe;VK;EK;Marge\n"
            "T1;Tasse;Küche;12,50;4,00;35 %\n"
            "T2;Teller;;;;12,5 %\n"
            "T1;Tasse;Küche;13,50;4,00;35 %\n"
            ";ohne;;1;1;1\n"
            "T3;Topf;;viel;1;1\n"
            "T4;Teekanne;Küche;40;10;0,5\n"
            "T5;Tuch;;5;1;\n"
        ),
        backend,
    )
    assert tuples(cleaned.records, *cleaned.records.columns) == [
        (2, "T1", "Tasse", "Küche", 12.5, 4.0, 0.35),
        (3, "T2", "Teller", None, None, None, 0.125),
        (7, "T4", "Teekanne", "Küche", 40.0, 10.0, 0.005),
        (8, "T5", "Tuch", None, 5.0, 1.0, None),
    ]
    assert set_aside(cleaned) == [
        (4, "same_number", "Artikelnr", "T1"),
        (5, "no_product", "Artikelnr", None),
        (6, "unreadable_number", "VK", "viel"),
    ]


def test_margins_as_shares_stay_shares(write: Write, backend: Backend) -> None:
    cleaned = products(write("sku,margin\nT1,0.35\nT2,1\n"), backend)
    assert tuples(cleaned.records, "code", "margin") == [("T1", 0.35), ("T2", 1.0)]
