"""Numbers in every dress, each column deciding for itself what its marks mean."""

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treue.listen.imports import numbers


def read(*texts: str | None) -> list[float | None]:
    return [number for number, _ in _read(texts)[0]]


def found(*texts: str) -> dict[str, tuple[int, str]]:
    return {one.layout: (one.rows, one.certainty) for one in _read(texts)[1]}


def _read(texts: tuple[str | None, ...]) -> tuple[list[tuple[float | None, str | None]], tuple[numbers.Found, ...]]:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE t AS SELECT unnest($texts::VARCHAR[]) AS a", {"texts": list(texts)})
        reading = numbers.reading_of(con, "t", "a", named=("amount", "Betrag"))
        return con.execute(f"SELECT {reading.sql}, {reading.currency} FROM t").fetchall(), reading.found


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("5", 5.0),
        ("-5", -5.0),
        ("+5", 5.0),
        ("−5", -5.0),
        ("- 5", -5.0),
        ("5-", -5.0),
        ("12.50-", -12.5),
        ("12,50 -", -12.5),
        ("(12.50)", -12.5),
        ("(€ 12,50)", -12.5),
        (".5", 0.5),
        (",5", 0.5),
        ("5.", 5.0),
        ("0.125", 0.125),
        ("1234.567", 1234.567),
        ("1.2345", 1.2345),
        ("1,5000", 1.5),
        ("1.234,56", 1234.56),
        ("1,234.56", 1234.56),
        ("1.234.567", 1234567.0),
        ("1,234,567", 1234567.0),
        ("1.234.567,89", 1234567.89),
        ("1 234,56", 1234.56),
        ("1 234.56", 1234.56),
        ("1\u00a0234,56", 1234.56),
        ("1\u202f234\u202f567,8", 1234567.8),
        ("1'234.50", 1234.5),
        ("1’234.50", 1234.5),
        ("12,-", 12.0),
        ("1.234,–", 1234.0),
        ("12,--", 12.0),
        ("€ 12,50", 12.5),
        ("€12,50", 12.5),
        ("12,50 €", 12.5),
        ("12,50€", 12.5),
        ("-12,50 €", -12.5),
        ("€ -12,50", -12.5),
        ("-€12.50", -12.5),
        ("$1,234.56", 1234.56),
        ("US$ 5", 5.0),
        ("12,50 EUR", 12.5),
        ("EUR 1.234,56", 1234.56),
        ("Fr. 12.50", 12.5),
        ("1e3", 1000.0),
        ("1.5E-3", 0.0015),
        ("007", 7.0),
    ],
)
def test_a_number_is_read_as_it_is_written(text: str, number: float) -> None:
    assert read(text) == [number]


@pytest.mark.parametrize(
    "text",
    ["abc", "12.50.00", "1,23,4", "1.23.456", "--5", "5 5", "12a", "€", "-", "(5", "5)", "1_000", "inf", "nan", "NaN",
     "0x1F", "1e", "½", "٣", "5%", "=1+1", "1.234,567.8", "1'23", ",", "."],
)  # fmt: skip
def test_what_is_no_number_is_left_unread(text: str) -> None:
    assert read(text) == [None]


@pytest.mark.parametrize(
    ("column", "numbers_read"),
    [
        (["1.234", "12,50"], [1234.0, 12.5]),
        (["1.234", "1.234,56"], [1234.0, 1234.56]),
        (["1.234", "12.50"], [1.234, 12.5]),
        (["1.234", "1,234.56"], [1.234, 1234.56]),
        (["1,234", "12.50"], [1234.0, 12.5]),
        (["1,234", "0,5"], [1.234, 0.5]),
        (["1,234", "1.234.567"], [1.234, 1234567.0]),
        (["1.234", "950"], [1234.0, 950.0]),
        (["1,234", "950"], [1234.0, 950.0]),
        (["1.234", "5,00", "6,00", "7.00"], [1234.0, 5.0, 6.0, 7.0]),
        (["€ 1.234", "€ 12.50"], [1.234, 12.5]),
        (["(1.234)", "12,5"], [-1234.0, 12.5]),
    ],
)
def test_what_can_be_read_in_two_ways_follows_the_rest_of_its_column(
    column: list[str], numbers_read: list[float]
) -> None:
    assert read(*column) == numbers_read


@pytest.mark.parametrize(
    ("column", "layouts"),
    [
        (["12,50", "3"], {"1234,56": (1, "certain"), "1234": (1, "certain")}),
        (["1.234"], {"1.234": (1, "assumed")}),
        (["1.234", "12,50"], {"1.234": (1, "certain"), "1234,56": (1, "certain")}),
        (["12.50", "12,50"], {"1234.56": (1, "mixed"), "1234,56": (1, "mixed")}),
        (["€ 5", "5"], {"1234": (2, "certain")}),
        ([], {}),
    ],
)
def test_the_layouts_of_a_column_are_told_with_how_certain_they_are(
    column: list[str], layouts: dict[str, tuple[int, str]]
) -> None:
    assert found(*column) == layouts


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("€ 5", "EUR"),
        ("5 euro", "EUR"),
        ("$5", "USD"),
        ("£5", "GBP"),
        ("5 chf", "CHF"),
        ("5,00 zł", "PLN"),
        ("5", None),
    ],
)
def test_the_currency_beside_a_number_is_told(text: str, code: str | None) -> None:
    assert _read((text,))[0] == [(5.0, code)]


def test_a_rare_layout_far_down_is_found() -> None:
    assert read(*["5"] * 3_000, "(€ 1.234,50)")[-1] == -1234.5


@settings(deadline=None, max_examples=20)
@given(st.lists(st.decimals(-999_999_999, 999_999_999, places=2), min_size=1, max_size=20))
def test_any_amounts_are_read_back_in_german_and_in_english(amounts: list) -> None:
    english = [f"{amount:,}" for amount in amounts]
    german = [text.translate(str.maketrans(",.", ".,")) for text in english]
    expected = [float(amount) for amount in amounts]
    assert read(*english) == expected
    assert read(*german) == expected
