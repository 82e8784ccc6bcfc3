"""Dirty orders, row by row: the line each becomes, or the reason it is set aside under."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from treue.listen.imports.cleaning import clean_lines
from treue.listen.imports.columns import Mapping
from treue.listen.imports.errors import MissingColumn, UnknownColumn, UnknownField, UnknownZone
from treue.listen.imports.reading import open_source

Clean = Callable[..., Any]
HEAD = "Kunde;Bestellung;Datum;Artikel;Menge;Preis\n"


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def test_a_clean_row_becomes_a_line_with_everything_it_says(clean: Clean) -> None:
    outcome = clean(
        "Kundennummer;Bestellnummer;Bestelldatum;Artikelnummer;Bezeichnung;Warengruppe;Kanal;Land;Menge;Einzelpreis;"
        "Währung;EK;Belegart\n"
        "7;B-1;3.7.2026 14:30;T1;Tasse;Küche;Web;DE;2;12,50;EUR;4,00;Rechnung\n"
    )
    columns = [
        *("line_no", "customer", "order_no", "ordinal", "at", "product", "product_name", "category", "channel"),
        *("country", "quantity", "unit_price", "amount", "currency", "kind", "refund_of", "reason", "cost"),
    ]
    assert list(outcome.cleaned.lines.columns) == columns
    assert outcome.lines(*columns) == [
        (
            *(2, "7", "B-1", 1, at("2026-07-03 14:30"), "T1", "Tasse", "Küche", "Web", "DE"),
            *(2.0, 12.5, 25.0, "EUR", "purchase", None, None, 8.0),
        )
    ]
    assert (outcome.cleaned.rows_read, outcome.cleaned.rows_used, outcome.cleaned.counts) == (1, 1, {})


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("7;1;3.7.2026;T1;2", ("unreadable_row", None, "7;1;3.7.2026;T1;2")),
        ("7;1;3.7.2026;T1;2;5;6", ("unreadable_row", None, "7;1;3.7.2026;T1;2;5;6")),
        ("7;1;;T1;2;5", ("no_time", "Datum", None)),
        ("7;1;n/a;T1;2;5", ("no_time", "Datum", None)),
        ("7;1;31.2.2026;T1;2;5", ("unreadable_time", "Datum", "31.2.2026")),
        ("7;1;gestern;T1;2;5", ("unreadable_time", "Datum", "gestern")),
        ("7;1;1.1.1969;T1;2;5", ("implausible_time", "Datum", "1.1.1969")),
        ("7;1;31.12.9999;T1;2;5", ("implausible_time", "Datum", "31.12.9999")),
        ("7;1;24.11.2026;T1;2;5", ("implausible_time", "Datum", "24.11.2026")),
        ("7;1;3.7.2026;T1;zwei;5", ("unreadable_number", "Menge", "zwei")),
        ("7;1;3.7.2026;T1;2;12.50.00", ("unreadable_number", "Preis", "12.50.00")),
        ("7;1;3.7.2026;T1;2;", ("unreadable_number", "Preis", None)),
        ("7;1;3.7.2026;T1;;5", ("unreadable_number", "Menge", None)),
        ("7;1;3.7.2026;T1;2;9999999999999", ("unreadable_number", "Preis", "9999999999999")),
        ("7;1;3.7.2026;T1;2;-5", ("negative_price", "Preis", "-5")),
        ("7;1;3.7.2026;T1;-2;-5", ("negative_price", "Preis", "-5")),
        (";1;3.7.2026;T1;2;5", ("no_customer", "Kunde", None)),
        ("NULL;1;3.7.2026;T1;2;5", ("no_customer", "Kunde", None)),
        ("Gast;1;3.7.2026;T1;2;5", ("no_customer", "Kunde", "Gast")),
        ("0;1;3.7.2026;T1;2;5", ("no_customer", "Kunde", "0")),
        (";1;3.7.2026;T1;2;-5", ("negative_price", "Preis", "-5")),
        (";1;gestern;T1;zwei;-5", ("unreadable_time", "Datum", "gestern")),
        (";1;3.7.2026;T1;zwei;-5", ("unreadable_number", "Menge", "zwei")),
    ],
)
def test_a_row_is_set_aside_under_the_first_reason_that_holds(
    clean: Clean, row: str, expected: tuple[str, str | None, str | None]
) -> None:
    outcome = clean(HEAD + "1;1;3.7.2026;T1;1;1\n" + row + "\n2;2;3.7.2026;T1;1;1\n")
    assert outcome.set_aside == [(3, *expected)]
    assert outcome.lines("line_no", "customer") == [(2, "1"), (4, "2")]
    assert outcome.cleaned.counts == {expected[0]: 1}
    assert (outcome.cleaned.rows_read, outcome.cleaned.rows_used) == (3, 2)


@pytest.mark.parametrize("day", ["1.1.1970", "22.11.2026 13:00", "23.11.2026 23:59"])
def test_the_first_day_of_the_epoch_and_all_of_tomorrow_are_plausible(clean: Clean, day: str) -> None:
    assert clean(HEAD + f"7;1;{day};T1;2;5\n").cleaned.rows_used == 1


def test_tomorrow_is_the_shops_tomorrow(clean: Clean) -> None:
    late = dt.datetime(2026, 11, 22, 23, 30, tzinfo=dt.UTC)  # half past midnight of the 23rd in Berlin
    content = HEAD + "7;1;24.11.2026 23:00;T1;2;5\n8;2;3.7.2026;T1;1;1\n"
    assert clean(content, now=late).cleaned.rows_used == 2
    assert clean(content, now=late, zone="UTC").cleaned.counts == {"implausible_time": 1}


@pytest.mark.parametrize(
    ("row", "kind", "quantity", "unit_price", "amount"),
    [
        ("7;1;3.7.2026;T1;2;5", "purchase", 2.0, 5.0, 10.0),
        ("7;1;3.7.2026;T1;2;0", "purchase", 2.0, 0.0, 0.0),
        ("7;1;3.7.2026;T1;0;5", "purchase", 0.0, 5.0, 0.0),
        ("7;1;3.7.2026;T1;-2;5", "refund", 2.0, 5.0, 10.0),
        ("7;C1;3.7.2026;T1;-2;5", "refund", 2.0, 5.0, 10.0),
        ("7;C1;3.7.2026;T1;2;5", "purchase", 2.0, 5.0, 10.0),
        ("7;C1;3.7.2026;T1;0;5", "purchase", 0.0, 5.0, 0.0),
        ("7;C1;3.7.2026;T1;1;-5", "refund", 1.0, 5.0, 5.0),
        ("7;1;3.7.2026;T1;0,5;5", "purchase", 0.5, 5.0, 2.5),
    ],
)
def test_quantity_and_price_make_a_purchase_or_a_refund(
    clean: Clean, row: str, kind: str, quantity: float, unit_price: float, amount: float
) -> None:
    outcome = clean(HEAD + row + "\n")
    assert outcome.lines("kind", "quantity", "unit_price", "amount") == [(kind, quantity, unit_price, amount)]


@pytest.mark.parametrize(
    ("row", "kind", "quantity", "unit_price", "amount"),
    [
        ("7;1;3.7.2026;T1;2;5;9,50", "purchase", 2.0, 5.0, 9.5),
        ("7;1;3.7.2026;T1;2;5;", "purchase", 2.0, 5.0, 10.0),
        ("7;1;3.7.2026;T1;2;;9,50", "purchase", 2.0, 4.75, 9.5),
        ("7;1;3.7.2026;T1;;;9,50", "purchase", 1.0, 9.5, 9.5),
        ("7;1;3.7.2026;T1;0;;9,50", "purchase", 1.0, 9.5, 9.5),
        ("7;1;3.7.2026;T1;-2;5;-10", "refund", 2.0, 5.0, 10.0),
        ("7;1;3.7.2026;T1;-2;5;10", "refund", 2.0, 5.0, 10.0),
        ("7;1;3.7.2026;T1;0;;-4", "refund", 1.0, 4.0, 4.0),
    ],
)
def test_an_amount_column_wins_over_quantity_and_price(
    clean: Clean, row: str, kind: str, quantity: float, unit_price: float, amount: float
) -> None:
    outcome = clean(HEAD.strip() + ";Betrag\n" + row + "\n")
    assert outcome.lines("kind", "quantity", "unit_price", "amount") == [(kind, quantity, unit_price, amount)]


def test_a_negative_amount_of_a_positive_quantity_is_a_negative_price(clean: Clean) -> None:
    outcome = clean("Kunde;Bestellung;Datum;Menge;Betrag\n7;1;3.7.2026;2;-10\n7;2;3.7.2026;1;1\n")
    assert outcome.set_aside == [(2, "negative_price", "Betrag", "-10")]


def test_in_a_file_of_amounts_alone_money_is_quantity_at_price_one(clean: Clean) -> None:
    outcome = clean("Kunde;Bestellung;Datum;Betrag\n7;1;3.7.2026;12,50\n7;2;4.7.2026;-4\n7;3;4.7.2026;0\n")
    assert outcome.lines("kind", "quantity", "unit_price", "amount") == [
        ("purchase", 12.5, 1.0, 12.5),
        ("refund", 4.0, 1.0, 4.0),
        ("purchase", 0.0, 1.0, 0.0),
    ]


@pytest.mark.parametrize("word", ["Gutschrift", "STORNO", "Retoure", "refund", "Refunded", "credit memo", "Cancelled"])
def test_a_word_in_the_type_column_makes_a_refund(clean: Clean, word: str) -> None:
    outcome = clean(
        "Kunde;Beleg;Datum;Menge;Preis;Belegart;Gutschrift zu;Grund\n"
        f"7;9;3.7.2026;2;5;{word};B-1;zu klein\n7;8;3.7.2026;1;5;Rechnung;;\n7;7;3.7.2026;1;-5;{word};;\n"
    )
    assert outcome.lines("kind", "quantity", "amount", "refund_of", "reason") == [
        ("refund", 2.0, 10.0, "B-1", "zu klein"),
        ("purchase", 1.0, 5.0, None, None),
        ("refund", 1.0, 5.0, None, None),
    ]


def test_identifiers_lose_the_decimal_point_that_a_data_frame_gave_them(clean: Clean) -> None:
    outcome = clean("Kunde;Bestellung;Datum;Betrag\n13085.0;489434.0;3.7.2026;1\n 13085 ;489434;3.7.2026;2\n")
    assert outcome.lines("customer", "order_no", "ordinal") == [("13085", "489434", 1), ("13085", "489434", 2)]


def test_without_an_order_column_a_customers_lines_of_one_moment_are_one_order(clean: Clean) -> None:
    outcome = clean(
        "Kunde;Datum;Betrag\n7;2026-07-03 10:00;1\n8;2026-07-03 10:00;2\n7;2026-07-03 10:00;3\n7;2026-07-03 10:01;4\n"
    )
    assert outcome.lines("order_no", "ordinal") == [
        ("7 2026-07-03 10:00:00", 1),
        ("8 2026-07-03 10:00:00", 1),
        ("7 2026-07-03 10:00:00", 2),
        ("7 2026-07-03 10:01:00", 1),
    ]


def test_a_row_without_an_order_number_in_a_file_that_has_them_is_an_order_of_its_moment(clean: Clean) -> None:
    outcome = clean("Kunde;Bestellung;Datum;Betrag\n7;B-1;3.7.2026;1\n7;;3.7.2026;2\n")
    assert outcome.lines("order_no") == [("B-1",), ("7 2026-07-03 00:00:00",)]


def test_ordinals_follow_the_file_and_skip_what_is_set_aside(clean: Clean) -> None:
    outcome = clean(HEAD + "7;1;3.7.2026;A;1;1\n8;2;3.7.2026;B;1;1\n7;1;3.7.2026;C;x;1\n7;1;3.7.2026;D;1;1\n")
    assert outcome.lines("order_no", "ordinal", "product") == [("1", 1, "A"), ("2", 1, "B"), ("1", 2, "D")]


def test_a_guest_who_left_an_address_is_a_customer_by_it(clean: Clean) -> None:
    outcome = clean("customer_id,email,date,total\n7,a@x.de,2026-07-03,1\n0,Anna@X.de,2026-07-03,2\n0,,2026-07-03,3\n")
    assert outcome.lines("customer") == [("7",), ("anna@x.de",)]
    assert outcome.set_aside == [(4, "no_customer", "customer_id", "0")]


def test_the_revenue_of_guests_is_told_apart_refunds_taken_off(clean: Clean) -> None:
    outcome = clean(HEAD + "7;1;3.7.2026;A;1;100\n;2;3.7.2026;A;2;10\n;3;3.7.2026;A;-1;5\n;4;3.7.2026;A;1;-99\n")
    assert outcome.cleaned.revenue_without_customer == 15.0
    assert outcome.cleaned.counts == {"negative_price": 1, "no_customer": 2}


def test_a_guests_order_counts_on_the_day_of_its_earliest_line_and_a_refund_on_its_own(clean: Clean) -> None:
    outcome = clean(
        HEAD + ";1;4.7.2026;A;2;10\n;1;3.7.2026;B;1;1\n;;4.7.2026;A;1;7\n;;5.7.2026;A;1;8\n;1;6.7.2026;A;-1;10\n"
    )
    assert outcome.cleaned.guests == {
        dt.date(2026, 7, day): money for day, money in ((3, 21), (4, 7), (5, 8), (6, -10))
    }


# Currencies

MONEY = "Kunde;Bestellung;Datum;Betrag;Währung\n"
THREE = MONEY + "7;1;3.7.2026;10;EUR\n7;2;3.7.2026;10;eur\n7;3;3.7.2026;10;USD\n7;4;3.7.2026;10;\n"


def test_the_most_frequent_currency_is_the_shops_and_others_need_a_rate(clean: Clean) -> None:
    outcome = clean(THREE)
    assert outcome.cleaned.currency == "EUR"
    assert outcome.cleaned.currencies == {"EUR": 2}
    assert outcome.set_aside == [(4, "currency_without_rate", "Währung", "USD")]
    assert outcome.lines("amount", "currency") == [(10.0, "EUR"), (10.0, "EUR"), (10.0, None)]


def test_a_rate_turns_amounts_into_the_shops_currency(clean: Clean) -> None:
    outcome = clean(THREE, currency="EUR", rates={"USD": 0.9})
    assert outcome.lines("amount", "unit_price", "currency")[2] == (9.0, 0.9, "USD")
    assert outcome.cleaned.currencies == {"EUR": 2, "USD": 1}


def test_the_shop_may_name_a_currency_that_the_file_uses_less(clean: Clean) -> None:
    outcome = clean(THREE, currency="USD")
    assert outcome.cleaned.currency == "USD"
    assert outcome.cleaned.counts == {"currency_without_rate": 2}


def test_signs_beside_the_amounts_are_currencies_too(clean: Clean) -> None:
    outcome = clean("Kunde;Bestellung;Datum;Betrag\n7;1;3.7.2026;€ 10\n7;2;3.7.2026;10 €\n7;3;3.7.2026;$10\n")
    assert outcome.cleaned.currency == "EUR"
    assert outcome.set_aside == [(4, "currency_without_rate", None, "USD")]


def test_a_file_that_names_no_currency_has_none(clean: Clean) -> None:
    assert clean(HEAD + "7;1;3.7.2026;A;1;1\n").cleaned.currency is None


# Non-products and duplicates

POSTAGE = (
    HEAD
    + "7;1;3.7.2026;T1;1;10\n7;1;3.7.2026;POST;1;4\n8;2;3.7.2026;post;1;3\n8;3;4.7.2026;T2;1;10\n"
    + "8;4;5.7.2026;BANK;1;-20\n;5;5.7.2026;POST;1;4\n"
)


def test_codes_that_the_shop_listed_are_set_aside(clean: Clean) -> None:
    outcome = clean(POSTAGE, non_products=["Post"])
    assert [row for row in outcome.set_aside if row[1] == "non_product"] == [
        (3, "non_product", "Artikel", "POST"),
        (4, "non_product", "Artikel", "post"),
    ]
    assert outcome.cleaned.counts == {"negative_price": 1, "no_customer": 1, "non_product": 2}


def test_codes_without_a_digit_or_with_negative_prices_are_candidates(clean: Clean) -> None:
    found = [(one.code, one.why, one.lines) for one in clean(POSTAGE).cleaned.candidates]
    assert found == [("POST", "no_digit", 2), ("BANK", "negative_price", 0)]


def test_a_file_without_product_codes_proposes_nothing(clean: Clean) -> None:
    assert clean("Kunde;Datum;Betrag\n7;3.7.2026;1\n").cleaned.candidates == ()


TWICE = HEAD + "7;1;3.7.2026;A;1;1\n7;1;3.7.2026;A;1;1\n7;1;3.7.2026;A;2;1\n7;2;3.7.2026;A;1;1\n7;1;3.7.2026;A;1;1\n"


def test_equal_lines_of_one_order_are_kept(clean: Clean) -> None:
    assert [ordinal for (ordinal,) in clean(TWICE).lines("ordinal")] == [1, 2, 3, 1, 4]


def test_equal_lines_are_dropped_where_the_shop_wants_it(clean: Clean) -> None:
    outcome = clean(TWICE, drop_duplicates=True)
    assert outcome.set_aside == [(3, "duplicate", None, None), (6, "duplicate", None, None)]
    assert outcome.lines("line_no", "ordinal") == [(2, 1), (4, 2), (5, 1)]


# The file as a whole


def test_a_hostile_heading_is_only_a_name(clean: Clean) -> None:
    heading = '"Kunde""; DROP TABLE lines; --";Bestellung;Datum;"Betrag\'); SELECT 1"\n'
    outcome = clean(
        heading + "7;1;3.7.2026;5\n;2;3.7.2026;1\n",
        overrides={"customer": 'Kunde"; DROP TABLE lines; --', "amount": "Betrag'); SELECT 1"},
    )
    assert outcome.lines("customer", "amount") == [("7", 5.0)]
    assert outcome.set_aside == [(3, "no_customer", 'Kunde"; DROP TABLE lines; --', None)]


def test_hostile_values_are_only_values(clean: Clean) -> None:
    outcome = clean(
        "Kunde;Bestellung;Datum;Artikel;Betrag\n'; DROP TABLE x;1;3.7.2026;=cmd|'/c calc'!A1;5\n",
        non_products=["'; DROP TABLE lines; --"],
        rates={"'; --": 1.0},
    )
    assert outcome.lines("customer", "order_no") == []
    assert outcome.set_aside[0][1] == "unreadable_row"


def test_quoted_hostile_values_are_only_values(clean: Clean) -> None:
    outcome = clean("Kunde;Bestellung;Datum;Artikel;Betrag\n\"'; DROP TABLE x; --\";1;3.7.2026;=cmd|'/c calc'!A1;5\n")
    assert outcome.lines("customer", "product") == [("'; DROP TABLE x; --", "=cmd|'/c calc'!A1")]


def test_the_layouts_of_the_columns_are_reported(clean: Clean) -> None:
    outcome = clean(HEAD + "7;1;03/07/2026;A;1;12,50\n7;1;04/07/2026;A;1;1.234,56\n")
    assert [(one.field, one.column, one.layout, one.rows, one.certainty) for one in outcome.cleaned.formats] == [
        ("time", "Datum", "DD/MM/YYYY", 2, "assumed"),
        ("quantity", "Menge", "1234", 2, "certain"),
        ("price", "Preis", "1.234,56", 1, "certain"),
        ("price", "Preis", "1234,56", 1, "certain"),
    ]


def test_mixed_encodings_marks_and_ends_meet_in_one_german_export(clean: Clean) -> None:
    content = (
        "\ufeffKd-Nr;Bestellnr;Datum;Betrag brutto;Land\r\n"
        '11930;"2026-41877";03.07.2026 08:15;"1.088,00 €";Österreich\r\n'
        "11931;2026-41878;04.07.2026;-12,50 €;Deutschland\r\n"
    )
    outcome = clean(content)
    assert outcome.lines("customer", "order_no", "at", "amount", "kind", "country", "currency") == [
        ("11930", "2026-41877", at("2026-07-03 08:15"), 1088.0, "purchase", "Österreich", "EUR"),
        ("11931", "2026-41878", at("2026-07-04"), 12.5, "refund", "Deutschland", "EUR"),
    ]


def test_a_column_that_is_needed_and_missing_is_named_with_what_there_is(clean: Clean) -> None:
    with pytest.raises(MissingColumn) as refusal:
        clean("Kunde;Betrag\n7;5\n")
    assert (refusal.value.field, set(refusal.value.available)) == ("time", {"Kunde", "Betrag"})


def test_a_column_that_was_asked_for_and_is_not_there_is_named(clean: Clean) -> None:
    with pytest.raises(UnknownColumn) as refusal:
        clean("Kunde;Datum;Betrag\n7;3.7.2026;5\n", overrides={"amount": "Summe"})
    assert (refusal.value.name, refusal.value.available) == ("Summe", ("Kunde", "Datum", "Betrag"))


@pytest.mark.parametrize(
    ("columns", "refused"),
    [
        ({"customer": "Kunde", "time": "Datum", "amount": "Summe"}, UnknownColumn),
        ({"customer": "Kunde", "time": "Datum", "amount": "Betrag", "x FROM t; --": "Kunde"}, UnknownField),
    ],
)
def test_a_mapping_made_by_hand_is_held_to_the_file_and_the_fields(
    write: Clean, backend: Any, columns: dict[str, str], refused: type[Exception]
) -> None:
    source = open_source(write("Kunde;Datum;Betrag\n7;3.7.2026;5\n"))
    with pytest.raises(refused):
        clean_lines(
            source,
            Mapping("orders", columns),
            connection=backend,
            zone="Europe/Berlin",
            now=dt.datetime(2026, 11, 22, tzinfo=dt.UTC),
        )


def test_a_zone_that_nobody_knows_is_refused(clean: Clean) -> None:
    with pytest.raises(UnknownZone) as refusal:
        clean("Kunde;Datum;Betrag\n7;3.7.2026;5\n", zone="Europe/Bielefeld")
    assert refusal.value.name == "Europe/Bielefeld"


def test_a_failed_cleaning_leaves_no_table_behind(clean: Clean, backend: Any) -> None:
    def tables() -> list[tuple[str]]:
        return sorted(backend.con.execute("SHOW TABLES").fetchall())

    clean("Kunde;Datum;Betrag\n7;3.7.2026;5\n")
    before = tables()

    def cancel(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        clean("Kunde;Datum;Betrag\n7;3.7.2026;5\n", progress=cancel)
    assert tables() == before


@pytest.mark.parametrize("status", ["cancelled", "Refunded", "wc-failed", "Storniert", "voided"])
def test_an_order_that_came_to_nothing_is_set_aside_and_takes_nothing_back(clean: Clean, status: str) -> None:
    outcome = clean(
        f"Kunde;Bestellung;Datum;Betrag;Bestellstatus\n7;1;3.7.2026;5;bezahlt\n7;2;4.7.2026;5;{status}\n"
        f";3;4.7.2026;5;{status}\n7;4;5.7.2026;5;partially_refunded\n7;5;5.7.2026;5;\n"
    )
    assert outcome.lines("line_no", "kind") == [(2, "purchase"), (5, "purchase"), (6, "purchase")]
    assert outcome.set_aside == [
        (3, "cancelled_order", "Bestellstatus", status),
        (4, "cancelled_order", "Bestellstatus", status),
    ]
    assert outcome.cleaned.revenue_without_customer == 0.0


@pytest.mark.parametrize("row", ["7;1;3.7.2026;2;999999999999", "7;1;3.7.2026;1e-300;1", "7;1;3.7.2026;1;1000000"])
def test_numbers_that_multiply_beyond_any_shop_are_set_aside(clean: Clean, row: str) -> None:
    outcome = clean(
        f"Kunde;Bestellung;Datum;Menge;Betrag;Währung\n{row};USD\n7;2;3.7.2026;1;1;EUR\n7;3;3.7.2026;1;1;EUR\n",
        rates={"usd": 1e6},
    )
    assert outcome.cleaned.counts == {"unreadable_number": 1}


def test_rows_without_customer_in_a_file_of_addresses_name_that_column(clean: Clean) -> None:
    outcome = clean("E-Mail;Bestellung;Datum;Betrag\na@x.de;1;3.7.2026;1\nkeine;2;3.7.2026;1\nb@x.de;3;3.7.2026;1\n")
    assert outcome.lines("customer") == [("a@x.de",), ("b@x.de",)]
    assert outcome.set_aside == [(3, "no_customer", "E-Mail", "keine")]


def test_a_long_value_is_shown_short(clean: Clean) -> None:
    outcome = clean(HEAD + f"7;1;{'x' * 5_000};T1;2;5\n8;2;3.7.2026;T1;1;1\n")
    assert outcome.set_aside == [(2, "unreadable_time", "Datum", "x" * 500)]
