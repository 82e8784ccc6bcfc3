"""Numbers as people type them."""

from decimal import Decimal

import pytest

from treue.design import amounts, formats


@pytest.mark.parametrize(
    ("typed", "german", "english"),
    [
        ("250", "250", "250"),
        ("1.284", "1284", "1.284"),
        ("1,284", "1.284", "1284"),
        ("1.284,10", "1284.10", "1284.10"),
        ("1,284.10", "1284.10", "1284.10"),
        ("12.345.678", "12345678", "12345678"),
        ("12,345,678.9", "12345678.9", "12345678.9"),
        ("1284.100", "1284.100", "1284.100"),
        ("0.920", "0.920", "0.920"),
        ("0,920", "0.920", "0.920"),
        (",5", "0.5", "0.5"),
        ("1 284,10 €", "1284.10", "1284.10"),
        ("1’284.10 CHF", "1284.10", "1284.10"),
        ("US$1,284.10", "1284.10", "1284.10"),
        ("−5", "-5", "-5"),
    ],
)
def test_what_can_be_read_in_one_way_is_read_so_everywhere_and_the_rest_by_the_language(typed, german, english):
    assert (amounts.read(typed, "de"), amounts.read(typed, "en")) == (Decimal(german), Decimal(english))


@pytest.mark.parametrize(
    "typed", ["", "viel", "NaN", "1e5", "1_000", "--1", "=1+1", "1,2,3.4", "1.2.3,4", "1.00.000", ".", "٣", "5\0"]
)
@pytest.mark.parametrize("language", ["de", "en"])
def test_what_is_no_number_is_none(typed, language):
    assert amounts.read(typed, language) is None


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("currency", ["EUR", "USD", "CHF", "CAD", ""])
@pytest.mark.parametrize("number", ["0.5", "1000", "-1037.50", "1234567.89"])
def test_what_a_page_prints_is_read_back(language, currency, number):
    printed = formats.money(Decimal(number), language, currency)
    assert amounts.read(printed, language) == Decimal(number)


@pytest.mark.parametrize("number", ["0", "0.125", "100.125", "1284.1", "1000", "1000000", "0.0001"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_field_and_address_hold_what_is_read_again(language, number):
    for text in (amounts.typed(Decimal(number), language), amounts.in_address(Decimal(number))):
        assert amounts.read(text, language) == Decimal(number)


def test_a_very_long_text_is_refused_at_once():
    assert amounts.read("1" * 1_000_000 + "x", "de") is None
