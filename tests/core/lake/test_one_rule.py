"""What a purchase is, is said by science for a file, in SQL for the database, and on a customer's page: the same."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import ibis
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.core.lake.buying import customer
from tests.science.histories import line_lists, line_table
from tests.science.twin_lines import Line
from treue.core.commerce.models import Batch, Channel, Order, OrderLine, Refund, RefundMatch
from treue.core.lake import tables, writing
from treue.core.shop.models import Shop
from treue.science.orders import SLICES, from_lines, restate
from treue.science.refunds import match
from treue.understand.profile.orders import is_purchase

Row = tuple[object, ...]


def one_number_per_order(line: Line) -> Line:
    """In a shop's database an order number belongs to one customer; in a file two may share it."""

    def own(number: str | None) -> str | None:
        return number and number.replace(number.lstrip("C"), line.customer + number.lstrip("C"))

    return replace(line, order_no=own(line.order_no) or "", refund_of=own(line.refund_of))


def store(shop: Shop, lines: list[Line], allocations: pa.Table) -> None:
    """Lines and matches as an import leaves them in the database."""
    batch = Batch.objects.create(shop=shop, source="test")
    taken: dict[int, list[dict[str, object]]] = defaultdict(list)
    for row in allocations.to_pylist():
        taken[row["purchase_line_no"]].append(row)
    refunds = {
        line.line_no: Refund.objects.create(
            shop=shop, number=f"R{line.line_no}", document=f"R{line.line_no}", ordinal=1,
            customer=customer(shop, line.customer), quantity=line.quantity, amount=line.amount,
            refunded_at=line.at.replace(tzinfo=shop.tz), batch=batch,
        )
        for line in lines if line.kind == "refund"
    }  # fmt: skip
    orders = restate(ibis.memtable(line_table(lines)), ibis.memtable(allocations), None).to_pyarrow().to_pylist()
    for row in orders:
        own = [line for line in lines if line.kind == "purchase" and line.order_no == row["order_no"]]
        found = [each for line in own for each in taken[line.line_no]]
        order = Order.objects.create(
            shop=shop, number=row["order_no"], customer=customer(shop, row["customer"]), batch=batch,
            ordered_at=row["ordered_at"].replace(tzinfo=shop.tz),
            channel=row["channel"] and Channel.objects.get_or_create(shop=shop, name=row["channel"])[0],
            country=row["country"] or "", category=row["category"] or "",
            amount=sum((line.amount for line in own), Decimal(0)), units=sum(line.quantity for line in own),
            refunded_amount=sum((each["amount"] for each in found), Decimal(0)),
            refunded_units=sum(Decimal(str(each["units"])) for each in found),
        )  # fmt: skip
        for line in own:
            OrderLine.objects.create(
                order=order,
                ordinal=line.line_no,
                bought_at=order.ordered_at,
                quantity=line.quantity,
                amount=line.amount,
            )
            for each in taken[line.line_no]:
                RefundMatch.objects.create(
                    refund=refunds[each["refund_line_no"]], order=order, ordinal=line.line_no,
                    units=Decimal(str(each["units"])), amount=each["amount"],
                )  # fmt: skip


def in_the_lake(shop: Shop, as_of: date) -> set[Row]:
    numbers = {order.pk: (order.customer.number, order.number) for order in Order.objects.select_related("customer")}
    with tables.opened(shop.pk) as lake:
        rows = lake.orders.to_pyarrow().to_pylist()
    after = datetime.combine(as_of + timedelta(days=1), datetime.min.time())
    return {(*numbers[row["order_id"]], *facts(row)) for row in rows if row["ordered_at"] < after}


def facts(row: dict[str, object]) -> Row:
    return (row["ordered_at"], row["revenue"], round(float(str(row["units"])), 3), *(row[name] for name in SLICES))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=line_lists(), as_of=st.dates(date(2024, 2, 24), date(2024, 4, 6)))
def test_the_lake_holds_the_orders_that_science_makes_of_the_same_lines(
    transactional_db: None, installation: Path, drawn: list[Line], as_of: date
):
    lines = [one_number_per_order(line) for line in drawn]
    shop = Shop.objects.create(name="Tea House", zone="UTC")
    of_kind = {kind: line_table([line for line in lines if line.kind == kind]) for kind in ("purchase", "refund")}
    allocations = match(of_kind["purchase"], of_kind["refund"]).allocations
    store(shop, lines, allocations)
    writing.write(shop, as_of=as_of)
    wanted = from_lines(ibis.memtable(line_table(lines)), ibis.memtable(allocations), as_of).to_pyarrow().to_pylist()
    assert in_the_lake(shop, as_of) == {(row["customer"], row["order_no"], *facts(row)) for row in wanted}


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=line_lists())
def test_a_customers_page_takes_the_orders_for_purchases_that_science_does(transactional_db: None, drawn: list[Line]):
    lines = [one_number_per_order(line) for line in drawn]
    shop = Shop.objects.create(name="Tea House", zone="UTC")
    of_kind = {kind: line_table([line for line in lines if line.kind == kind]) for kind in ("purchase", "refund")}
    allocations = match(of_kind["purchase"], of_kind["refund"]).allocations
    store(shop, lines, allocations)
    wanted = from_lines(ibis.memtable(line_table(lines)), ibis.memtable(allocations), None).to_pyarrow().to_pylist()
    found = {order.number for order in Order.objects.filter(shop=shop) if is_purchase(order)}
    assert found == {row["order_no"] for row in wanted}
