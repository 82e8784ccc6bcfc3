"""The real shop's report once more, in slow plain Python that shares no code with Treue.

Money is counted in ten-thousandths, so that sums are exact until they are printed.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pyarrow.parquet as pq

FINEST = 10_000
DAY = timedelta(days=1)
YEAR_SECONDS = 365.25 * 86_400


@dataclass
class Line:
    number: int
    invoice: str
    customer: int
    product: str
    quantity: int
    price: int
    at: datetime
    left: int = 0
    money: int = 0


@dataclass
class Order:
    at: datetime
    units: int = 0
    money: int = 0


@dataclass
class SlowReport:
    """What a person with patience finds out."""

    read: int = 0
    set_aside: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    guests: list[tuple[str, datetime, int]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    fully_refunded: int = 0
    without_revenue: int = 0
    by_customer: dict[int, list[Order]] = field(default_factory=dict)

    @property
    def orders(self) -> list[Order]:
        return [order for orders in self.by_customer.values() for order in orders]

    @property
    def used(self) -> int:
        return self.read - sum(self.set_aside.values())

    def guest_money(self, as_of: date) -> int:
        """What guests' invoices of up to that day come to."""
        begun: dict[str, datetime] = {}
        for invoice, at, _ in self.guests:
            begun[invoice] = min(at, begun.get(invoice, at))
        end = midnight(as_of) + DAY
        return sum(money for invoice, _, money in self.guests if begun[invoice] < end)

    def active(self, moment: datetime, window_days: int) -> set[int]:
        begin = moment - timedelta(days=window_days)
        return {who for who, orders in self.by_customer.items() if any(begin <= order.at < moment for order in orders)}

    def first(self, customer: int) -> datetime:
        return min(order.at for order in self.by_customer[customer])


def slow_report(path: Path) -> SlowReport:
    report = SlowReport()
    read(path, report)
    purchases = [line for line in report.lines if line.quantity > 0]
    refunds = [line for line in report.lines if line.quantity <= 0]
    take_back(purchases, refunds, report)
    put_together(purchases, report)
    return report


def read(path: Path, report: SlowReport) -> None:
    for number, row in enumerate(pq.read_table(path).to_pylist(), start=1):
        report.read += 1
        price = round(row["Price"] * FINEST)
        if price < 0:
            report.set_aside["negative_price"] += 1
        elif row["Customer ID"] is None or row["Customer ID"] != row["Customer ID"]:
            report.set_aside["no_customer"] += 1
            report.guests.append((row["Invoice"], datetime.fromisoformat(row["InvoiceDate"]), row["Quantity"] * price))
        else:
            line = Line(
                number,
                row["Invoice"],
                int(row["Customer ID"]),
                row["StockCode"],
                row["Quantity"],
                price,
                datetime.fromisoformat(row["InvoiceDate"]),
            )
            line.left, line.money = line.quantity, line.quantity * price
            report.lines.append(line)


def take_back(purchases: list[Line], refunds: list[Line], report: SlowReport) -> None:
    """No refund of this shop names its order, so each looks for the latest earlier line, the same price first."""
    invoices = {line.invoice for line in purchases}
    bought: dict[tuple[int, str], list[Line]] = defaultdict(list)
    for line in purchases:
        bought[line.customer, line.product].append(line)
    for refund in sorted(refunds, key=lambda line: (line.at, line.number)):
        assert refund.invoice not in invoices
        assert refund.invoice.removeprefix("C") not in invoices
        found = [line for line in bought[refund.customer, refund.product] if line.at < refund.at and line.left > 0]
        if not found:
            report.set_aside["refund_unmatched"] += 1
        wanted = -refund.quantity
        for line in sorted(found, key=lambda line: (line.price == refund.price, line.at, line.number), reverse=True):
            units = min(wanted, line.left)
            line.left -= units
            line.money -= min(units * refund.price, line.money)
            wanted -= units


def put_together(purchases: list[Line], report: SlowReport) -> None:
    orders: dict[tuple[int, str], Order] = {}
    for line in purchases:
        order = orders.setdefault((line.customer, line.invoice), Order(line.at))
        order.at = min(order.at, line.at)
        order.units += line.left
        order.money += line.money
    for (customer, _), order in orders.items():
        if order.units <= 0:
            report.fully_refunded += 1
        elif order.money <= 0:
            report.without_revenue += 1
        else:
            report.by_customer.setdefault(customer, []).append(order)


def period(report: SlowReport, start: date, end: date, window_days: int) -> dict[str, object]:
    """One period under the definitions, each customer asked one by one."""
    begin, finish = midnight(start), midnight(end)
    before, after = report.active(begin, window_days), report.active(finish, window_days)
    new = {who for who in after - before if report.first(who) >= begin}
    inside = [order for order in report.orders if begin <= order.at < finish]
    each = [sum(begin <= order.at < finish for order in orders) for orders in report.by_customer.values()]
    return {
        "customers_start": len(before),
        "customers_end": len(after),
        "retained": len(before & after),
        "lost": len(before - after),
        "new": len(new),
        "won_back": len(after - before - new),
        "orders": len(inside),
        "revenue": pounds(sum(order.money for order in inside)),
        "repeat_purchase_rate": 100 * sum(count >= 2 for count in each) / sum(count >= 1 for count in each),
    }


def cohort(report: SlowReport, month: date, months: list[date]) -> list[int]:
    """How many who first ordered in `month` ordered in it and in each month after."""
    born = [who for who in report.by_customer if report.first(who).date().replace(day=1) == month]
    found = {who: {order.at.date().replace(day=1) for order in report.by_customer[who]} for who in born}
    return [sum(later in found[who] for who in born) for later in months if later >= month]


def pounds(money: int) -> float:
    return float((Decimal(money) / FINEST).quantize(Decimal("0.01"), ROUND_HALF_UP))


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - shop-local
