"""One set of figures: what the database holds after an import is what a report computes from the same file."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import ibis
import pytest

from treue.core.commerce.models import Order
from treue.listen.imports.cleaning import clean_lines
from treue.listen.imports.columns import guess
from treue.listen.imports.models import Import
from treue.listen.imports.reading import open_source
from treue.science.orders import restate
from treue.science.refunds import match

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def restated(path: Path) -> tuple[dict[tuple[str, str], tuple[Decimal, object]], dict[str, int]]:
    """By customer and order number what a report makes of the file: revenue and first moment; and rows set aside."""
    source = open_source(path)
    mapping = guess(source.columns, source.sample(), "orders")
    cleaned = clean_lines(
        source, mapping, connection=ibis.duckdb.connect(), zone="Europe/Berlin", now=NOW, currency="EUR"
    )
    lines = cleaned.lines.to_pyarrow()
    table = ibis.memtable(lines)
    purchases = table.filter(table.kind == "purchase").order_by("line_no").to_pyarrow()
    matching = match(purchases, table.filter(table.kind == "refund").order_by("line_no").to_pyarrow())
    orders = restate(table, ibis.memtable(matching.allocations), None).to_pyarrow().to_pylist()
    set_aside = dict(cleaned.counts)
    if len(matching.unmatched):
        set_aside["refund_unmatched"] = len(matching.unmatched)
    return {
        (row["customer"], row["order_no"]): (row["revenue"], row["ordered_at"], row["country"], row["category"])
        for row in orders
    }, set_aside


def stored(task: Import) -> dict[tuple[str, str], tuple[Decimal, object]]:
    fields = ("customer__number", "number", "amount", "refunded_amount", "ordered_at", "country", "category")
    return {
        (customer, number): (
            amount - refunded,
            at.astimezone(task.shop.tz).replace(tzinfo=None),
            country or None,
            category or None,
        )
        for customer, number, amount, refunded, at, country, category in Order.objects.values_list(*fields)
    }


def dirty_file(seed: int) -> str:
    """Orders, refunds of every kind, guests, bad rows, ties in time, units and money of odd sizes."""
    chance = random.Random(seed)
    rows = ["Bestellnr;Kunde;Datum;Artikel;Menge;Einzelpreis;Kategorie;Land;Storno zu"]
    start = datetime(2025, 1, 1, 8)  # noqa: DTZ001 — the shop's own clock
    for number in range(400):
        customer = chance.choice(["", *(f"K{n}" for n in range(40))])
        at = start + timedelta(minutes=chance.randrange(0, 500_000, 30))
        for _line in range(chance.randint(1, 4)):
            product = chance.choice(["", *(f"P{n}" for n in range(8))])
            units = chance.choice(["1", "2", "3", "0,5", "0", "2,25", "zwei"])
            price = chance.choice(["1,00", "2,50", "2,50", "0,00", "1.234,56", "3,3333", "-4,00"])
            rows.append(f"B{number};{customer};{at:%d.%m.%Y %H:%M};{product};{units};{price};{product and 'Tee'};DE;")
        if chance.random() < 0.4:
            later = at + timedelta(days=chance.randint(0, 90))
            name, reference = chance.choice(
                [
                    (f"CB{number}", ""),
                    (f"R{number}", f"B{number}"),
                    (f"R{number}", f"B{chance.randrange(400)}"),
                    (f"C9{number}", ""),
                ]
            )
            product = chance.choice(["", *(f"P{n}" for n in range(8))])
            rows.append(
                f"{name};{customer};{later:%d.%m.%Y %H:%M};{product};-{chance.choice('1239')};2,50;Tee;DE;{reference}"
            )
    return "\n".join(rows)


@pytest.mark.parametrize("seed", range(6))
def test_dirty_files_give_the_same_orders_and_counts(bring_in: Callable[..., Import], tmp_path: Path, seed: int):
    path = tmp_path / "bestellungen.csv"
    path.write_text(dirty_file(seed))
    task = bring_in(path)
    orders, set_aside = restated(path)
    assert stored(task) == orders
    assert task.summary["set_aside"] == set_aside
    assert task.summary["rows_read"] == task.summary["rows_used"] + sum(set_aside.values())


def crowded_rows(chance: random.Random) -> list[str]:
    """Few customers, products and moments, so that most orders and most refunds happen at the moment of others."""
    rows = []

    def lines(number: str, customer: str, day: int, sign: str) -> None:
        for _line in range(chance.randint(1, 3)):
            product, units, price = chance.choice("PQ"), chance.randint(1, 3), chance.choice(["2.50", "3.00", "3.3333"])
            rows.append(f"{number},K{customer},2025-03-{day:02} 10:00,{product},{sign}{units},{price}")

    for number in range(1, 61):
        lines(f"{number}", chance.choice("AB"), chance.randint(1, 3), "")
    for number in range(1, 41):
        name = chance.choice([f"C{number}", f"G{number}", f"C9{number}", f"{number}"])
        lines(name, chance.choice("AB"), chance.randint(3, 5), "-")
    chance.shuffle(rows)
    return rows


@pytest.mark.parametrize("seed", range(6))
def test_orders_and_refunds_of_one_moment_are_matched_in_one_order(
    bring_in: Callable[..., Import], tmp_path: Path, seed: int
):
    """Also where an import before has brought some of them, others, and in another order."""
    chance = random.Random(seed)
    header, rows = "order,customer,time,product,quantity,price", crowded_rows(chance)
    path = tmp_path / "orders.csv"
    path.write_text("\n".join([header, *chance.sample(rows, len(rows) // 2)]))
    bring_in(path)
    path.write_text("\n".join([header, *rows]))
    task = bring_in(path)
    orders, set_aside = restated(path)
    assert stored(task) == orders
    assert task.summary["set_aside"] == set_aside


def tangled_rows(chance: random.Random) -> list[str]:
    """Purchases and refunds of a few customers, many of whom refund more than was bought or what somebody else did."""
    rows = []
    for number in range(40):
        customer, day = chance.choice("ABCDEF"), chance.randint(1, 20)
        rows += [f"{number},K{customer},2025-03-{day:02} 10:00,{chance.choice('PQR')},{chance.randint(1, 2)},2.50,"] * 2
    for number in range(60):
        name = chance.choice([f"C{number % 40}", f"{number % 40}", f"R{number}", f"C9{number}"])
        reference = chance.choice(["", "", f"{chance.randrange(40)}"])
        at = f"2025-03-{chance.randint(5, 28):02} {chance.randint(8, 20):02}:00"
        product = chance.choice(["P", "Q", "R", ""])
        rows.append(f"{name},K{chance.choice('ABCDEF')},{at},{product},-{chance.randint(1, 3)},2.50,{reference}")
    return rows


@pytest.mark.parametrize("seed", range(8))
def test_a_dry_run_foresees_what_the_import_then_says(
    bring_in: Callable[..., Import], dry_run: Callable[..., dict[str, object]], tmp_path: Path, seed: int
):
    """Whatever earlier files have brought: purchases, or refunds that eat the same."""
    chance = random.Random(seed)
    header, rows = "order,customer,time,product,quantity,price,Storno zu", tangled_rows(chance)
    path = tmp_path / "orders.csv"
    for size in (60, 90, len(rows)):
        path.write_text("\n".join([header, *chance.sample(rows, size)]))
        foreseen, told = dry_run(path), bring_in(path).summary
        for fact in ("set_aside", "rows_used", "orders", "refunds", "refunds_waiting"):
            assert foreseen[fact] == told[fact]
    assert told["set_aside"]["refund_unmatched"]


@pytest.mark.long
@pytest.mark.realdata
def test_a_real_shops_year_gives_the_same_orders_and_counts(bring_in: Callable[..., Import], real_data: Path):
    path = real_data / "online_retail_II_2009_2010.parquet"
    task = bring_in(path)
    orders, set_aside = restated(path)
    assert stored(task) == orders
    assert task.summary["set_aside"] == set_aside
    assert task.summary["rows_read"] == 525_461
    assert len(orders) == 19_215
