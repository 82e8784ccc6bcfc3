"""Prices from a file that somebody uploads, of whom nothing is believed: a CSV with product, price and from when on.

A line that cannot be read refuses the whole file with its number and what is wrong: half a price list is worse than
none. Nothing in it is executed, nothing of it is shown but line numbers and the names of its columns.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from treue.act.offers.models import Price
from treue.act.offers.prices import LARGEST, LONGEST, Announced
from treue.core.shop.models import Shop
from treue.design import amounts
from treue.design.formats import precision, rounded

MOST_BYTES, MOST_ROWS, MOST_FAULTS = 4 << 20, 50_000, 50
NAMES = {
    "product": ("product", "product_id", "sku", "item", "article", "artikel", "artikelnummer", "produkt"),
    "amount": ("price", "amount", "preis", "betrag"),
    "valid_from": ("from", "valid_from", "since", "ab", "gültig ab", "gültig_ab", "seit"),
    "currency": ("currency", "währung", "waehrung"),
    "audience": ("audience", "for", "für", "fuer", "gilt für"),
}
NEEDED = ("product", "amount", "valid_from")
MEMBERS, EVERYBODY = {"members", "mitglieder"}, {"", "everybody", "alle"}
LAYOUTS = ("%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y", "%d.%m.%Y %H:%M")
WITH_OFFSET = re.compile(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$")
EARLIEST, LATEST = 2000, 2100


@dataclass(frozen=True)
class Fault:
    """line: of the file, from 1 on; 0: the whole. what: `Unreadable`'s reasons, or a column."""

    line: int
    what: str


class Unreadable(Exception):
    """faults: the first of them. count: how many there are."""

    def __init__(self, faults: Sequence[Fault], count: int) -> None:
        super().__init__(f"{count} lines cannot be read")
        self.faults, self.count = tuple(faults), count


@dataclass(frozen=True)
class Lines:
    """prices, with the line of each."""

    prices: Sequence[Announced]
    numbers: Sequence[int]


def read(content: bytes, *, shop: Shop, language: str) -> Lines:
    """language: whose reading of 1.234 counts. Raises Unreadable."""
    rows = _rows(_text(content))
    head = _head(next(rows, (1, []))[1])
    prices, numbers, faults, seen = [], [], [], 0
    for number, row in rows:
        if not any(cell.strip() for cell in row):
            continue
        seen += 1
        if seen > MOST_ROWS:
            raise _whole("too many rows")
        found = _price(row, head, shop, language)
        if isinstance(found, str):
            faults.append(Fault(number, found))
        else:
            prices.append(found)
            numbers.append(number)
    if faults:
        raise Unreadable(faults[:MOST_FAULTS], len(faults))
    if not prices:
        raise _whole("empty")
    return Lines(prices, numbers)


def _text(content: bytes) -> str:
    if len(content) > MOST_BYTES:
        raise _whole("too large")
    if b"\0" in content:
        raise _whole("not text")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    lines = io.StringIO(text, newline="")
    first = text.partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise Unreadable([Fault(reader.line_num, "quotes")], 1) from error


def _head(row: Sequence[str]) -> dict[str, int]:
    """Where each column is."""
    places: dict[str, int] = {}
    for place, cell in enumerate(row):
        name = next((name for name, known in NAMES.items() if cell.strip().lower() in known), None)
        if name in places:
            raise Unreadable([Fault(1, "two columns")], 1)
        if name is not None:
            places[name] = place
    if any(name not in places for name in NEEDED):
        raise Unreadable([Fault(1, "head")], 1)
    return places


def _price(row: Sequence[str], head: dict[str, int], shop: Shop, language: str) -> Announced | str:
    """The price, or the column that cannot be read."""
    cells = {name: row[place].strip() if place < len(row) else "" for name, place in head.items()}
    product, currency = cells["product"], cells.get("currency", "") or shop.currency
    if not 0 < len(product) <= LONGEST or not product.isprintable():
        return "product"
    if currency.upper() != shop.currency:
        return "currency"
    audience = cells.get("audience", "").lower()
    if audience not in MEMBERS | EVERYBODY:
        return "audience"
    amount = _amount(cells["amount"], shop, language)
    if isinstance(amount, str):
        return amount
    moment = _moment(cells["valid_from"], shop.tz)
    if moment is None:
        return "valid_from"
    told = Price.Audience.MEMBERS if audience in MEMBERS else Price.Audience.EVERYBODY
    return Announced(product, amount, shop.currency, moment, told)


def _amount(cell: str, shop: Shop, language: str) -> Decimal | str | None:
    """None of an empty cell: it is not sold any more."""
    if not cell:
        return None
    found = amounts.read(cell, language) if len(cell) <= 30 else None
    if found is None or not found.is_finite() or not 0 < found < LARGEST:
        return "amount"
    return found if rounded(found, precision(shop.currency)) == found else "amount"


def _moment(cell: str, zone: ZoneInfo) -> datetime | None:
    """With its offset as it stands; without one in the shop's zone, a day as its midnight."""
    if WITH_OFFSET.match(cell):
        try:
            found = datetime.fromisoformat(cell)
        except ValueError:
            return None
        return found.astimezone(UTC) if EARLIEST <= found.year < LATEST else None
    for layout in LAYOUTS:
        try:
            found = datetime.strptime(cell, layout)  # noqa: DTZ007 - the zone is the shop's
        except ValueError:
            continue
        return found.replace(tzinfo=zone).astimezone(UTC) if EARLIEST <= found.year < LATEST else None
    return None


def _whole(what: str) -> Unreadable:
    return Unreadable([Fault(0, what)], 1)
