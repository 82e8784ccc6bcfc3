"""Prices from files that anybody may have made."""

from decimal import Decimal

import pytest

from treue.act.offers import price_files
from treue.act.offers.price_files import Fault, Unreadable
from treue.core.shop.models import Shop

SHOP = Shop(name="Tea House", zone="Europe/Berlin", currency="EUR")
HEAD = "product;price;from\n"


def read(text: str | bytes, language: str = "en") -> list[tuple[str, object, str, str]]:
    content = text if isinstance(text, bytes) else text.encode()
    found = price_files.read(content, shop=SHOP, language=language).prices
    return [(each.product, each.amount, each.valid_from.isoformat(), each.audience) for each in found]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("product,price,from\nTEA-1,8.50,2026-11-28", "en"),
        ("Artikelnummer;Preis;ab\r\nTEA-1;8,50;28.11.2026\r\n", "de"),
        ("\ufeffsku\tprice\tvalid_from\nTEA-1\t8.50\t2026-11-28T00:00+01:00\n", "en"),
        ("price,from,product,what else\n8.50 €,2026-11-27T23:00:00Z,TEA-1,=1+1\n\n", "en"),
    ],
)
def test_it_is_read_as_it_is_meant(text: str, language: str) -> None:
    assert read(text, language) == [("TEA-1", Decimal("8.50"), "2026-11-27T23:00:00+00:00", "everybody")]


def test_windows_and_what_members_pay_and_what_is_not_sold_any_more() -> None:
    found = read("Produkt;Preis;ab;Währung;gilt für\nTÜTE;;28.11.2026 14:30;eur;Mitglieder\n".encode("cp1252"), "de")
    assert found == [("TÜTE", None, "2026-11-28T13:30:00+00:00", "members")]


def test_29_february_is_there_in_leap_years_alone() -> None:
    assert read(f"{HEAD}A;1;2028-02-29")[0][2] == "2028-02-28T23:00:00+00:00"
    assert fault_of(f"{HEAD}A;1;2026-02-29") == Fault(2, "valid_from")


def fault_of(text: str | bytes, language: str = "en") -> Fault:
    with pytest.raises(Unreadable) as refused:
        read(text, language)
    return refused.value.faults[0]


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("", 1, "head"),
        ("product;price\nA;1", 1, "head"),
        ("product;sku;price;from\nA;B;1;2026-11-28", 1, "two columns"),
        (HEAD, 0, "empty"),
        (f"{HEAD}A;1;2026-11-28\n{HEAD}B;1;2026-11-28", 3, "amount"),
        (f"{HEAD}A;1;2026-11-28\0", 0, "not text"),
        (f"{HEAD};1;2026-11-28", 2, "product"),
        (f"{HEAD}{'A' * 81};1;2026-11-28", 2, "product"),
        (f"{HEAD}A\x07;1;2026-11-28", 2, "product"),
        (f"{HEAD}A;-1;2026-11-28", 2, "amount"),
        (f"{HEAD}A;0;2026-11-28", 2, "amount"),
        (f"{HEAD}A;1.005;2026-11-28".replace("1.005", "0.005"), 2, "amount"),
        (f"{HEAD}A;1e9;2026-11-28", 2, "amount"),
        (f"{HEAD}A;9999999999;2026-11-28", 2, "amount"),
        (f"{HEAD}A;{'9' * 5000};2026-11-28", 2, "amount"),
        (f"{HEAD}A;NaN;2026-11-28", 2, "amount"),
        (f"{HEAD}A;=1+1;2026-11-28", 2, "amount"),
        (f"{HEAD}A;1;tomorrow", 2, "valid_from"),
        (f"{HEAD}A;1;0001-01-01", 2, "valid_from"),
        (f"{HEAD}A;1;9999-12-31T23:59-23:59", 2, "valid_from"),
        (f"{HEAD}A;1", 2, "valid_from"),
        ("product;price;from;currency\nA;1;2026-11-28;USD", 2, "currency"),
        ("product;price;from;audience\nA;1;2026-11-28;friends", 2, "audience"),
        (f'{HEAD}"A;1;2026-11-28', 2, "quotes"),
        (f"{HEAD}A;{'1' * 140_000};2026-11-28", 2, "quotes"),
    ],
)
def test_what_cannot_be_read_is_named_with_its_line(text: str, line: int, what: str) -> None:
    assert fault_of(text) == Fault(line, what)


def test_all_lines_that_cannot_be_read_are_counted_and_the_first_named() -> None:
    with pytest.raises(Unreadable) as refused:
        read(HEAD + "A;x;2026-11-28\n" * 60)
    assert (len(refused.value.faults), refused.value.count) == (50, 60)


@pytest.mark.parametrize("content", [b"\xff" * 99, bytes(range(1, 256)) * 9, b"PK\x03\x04\0\0", b"a" * (5 << 20)])
def test_what_is_no_table_at_all_is_refused(content: bytes) -> None:
    assert fault_of(content).line in (0, 1)


def test_a_file_of_too_many_rows_is_refused() -> None:
    assert fault_of(HEAD + "A;1;2026-11-28\n" * 50_001) == Fault(0, "too many rows")
