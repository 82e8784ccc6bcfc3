"""Form fields that read what people write."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from treue.core.shop import fields


@pytest.mark.parametrize(
    ("language", "written", "number"),
    [
        ("de", "1284,10", "1284.10"),
        ("de", "1.284,10", "1284.10"),
        ("de", "1.284", "1284"),
        ("de", "1284.10", "1284.10"),
        ("de", "12.345.678,9 €", "12345678.9"),
        ("de", "0,92", "0.92"),
        ("en", "1284.10", "1284.10"),
        ("en", "1,284.10", "1284.10"),
        ("en", "1,284", "1284"),
        ("en", "0,92", "0.92"),
        ("en", "€1 284.10", "1284.10"),
        ("en", "-5", "-5"),
        ("en", " ", None),
        ("en", "1.284,10", "1284.10"),
        ("de", "0.920", "0.92"),
    ],
)
def test_amounts_are_read_as_they_are_written(language: str, written: str, number: str | None) -> None:
    with override(language):
        assert fields.Amount(required=False).clean(written) == (Decimal(number) if number else None)


@pytest.mark.parametrize("written", ["abc", "1,2,3.4", "NaN", "Infinity", "1e5x", "--1", "=1+1", "1.2.3,4"])
def test_what_is_no_number_is_refused_with_an_example(written: str) -> None:
    with override("de"), pytest.raises(ValidationError) as refused:
        fields.Amount().clean(written)
    assert "1.284,10" in refused.value.messages[0]


@pytest.mark.parametrize(("language", "shown"), [("de", "1284,1"), ("en", "1284.1")])
def test_an_amount_stands_in_its_box_as_it_is_read_again(language: str, shown: str) -> None:
    with override(language):
        assert fields.Amount().prepare_value(Decimal("1284.10")) == shown
        assert fields.Amount().clean(shown) == Decimal("1284.1")


@pytest.mark.parametrize(("written", "share"), [("30", "0.3"), ("12,5 %", "0.125"), ("0", "0"), ("100%", "1")])
def test_a_percentage_is_a_share(written: str, share: str) -> None:
    with override("de"):
        field = fields.Percent()
        assert field.clean(written) == Decimal(share)
        assert field.clean(field.prepare_value(Decimal(share))) == Decimal(share)


@pytest.mark.parametrize("written", ["2026-11", "11.2026", "11/2026", "2026-11 "])
def test_a_month_is_its_first_day(written: str) -> None:
    assert fields.Month().clean(written) == date(2026, 11, 1)


@pytest.mark.parametrize("written", ["2026-13", "2026", "November", "9999-01", "0000-01", "2026-11-22", "11-2026-1"])
def test_what_is_no_month_is_refused(written: str) -> None:
    with pytest.raises(ValidationError, match="2026-11"):
        fields.Month().clean(written)


@pytest.mark.parametrize("name", ["Europe/Berlin", "UTC", "America/Argentina/Buenos_Aires"])
def test_a_zone_of_the_world_is_taken(name: str) -> None:
    assert fields.Zone().clean(name) == name


@pytest.mark.parametrize("name", ["Europe/Atlantis", "CET", "../../etc/passwd", "Etc/GMT+5", "berlin"])
def test_any_other_zone_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="Europe/Berlin"):
        fields.Zone().clean(name)


def test_a_currency_is_known_by_its_letters() -> None:
    assert fields.Currency().clean(" usd ") == "USD"
    for written in ("XXQ", "EURO", "€", "E1", "DEM", "XAU"):
        with pytest.raises(ValidationError):
            fields.Currency().clean(written)
    with override("de"):
        assert ("EUR", "Euro") in fields.currencies()
