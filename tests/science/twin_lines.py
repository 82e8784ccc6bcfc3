"""The definitions of refunds and of the whole report in slow plain Python; see `twin`."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from tests.science.twin import (
    DAY,
    YEAR_SECONDS,
    Order,
    midnight,
    twin_cohorts,
    twin_period_counts,
    twin_periods,
    twin_totals,
)

CENT_HUNDREDTH = Decimal("0.0001")


@dataclass(frozen=True)
class Line:
    line_no: int
    customer: str
    order_no: str
    at: datetime
    product: str | None
    quantity: int
    amount: Decimal
    kind: str = "purchase"
    refund_of: str | None = None
    ordinal: int = 1
    channel: str | None = None
    country: str | None = None
    category: str | None = None

    @property
    def price(self) -> Decimal:
        return (self.amount / self.quantity).quantize(CENT_HUNDREDTH)


def in_time(line: Line) -> tuple[datetime, int, str, int]:
    return line.at, len(line.order_no), line.order_no, line.line_no


def referred_to(refund: Line, by_number: dict[str, list[Line]]) -> list[Line]:
    """The lines of the order that a refund refers to, if they hold what it takes back."""
    numbers = [(refund.refund_of, False), (refund.refund_of, True), (refund.order_no, False)]
    if refund.order_no[:1] in ("C", "c"):
        numbers.append((refund.order_no[1:], False))
    for number, anybody in numbers:
        lines = [
            line
            for line in by_number.get(number, [])
            if (anybody or line.customer == refund.customer) and refund.product in (None, line.product)
        ]
        owner = min((line.customer for line in lines), default=None)
        if lines:
            return [line for line in lines if line.customer == owner]
    return []


def twin_match(purchases: list[Line], refunds: list[Line]) -> tuple[list[tuple], list[int]]:
    """(refund line, purchase line, units, amount) taken, and the refund lines that found nothing."""
    units = {line.line_no: line.quantity for line in purchases}
    money = {line.line_no: line.amount for line in purchases}
    by_number: dict[str | None, list[Line]] = {}
    by_product: dict[tuple, list[Line]] = {}
    for line in purchases:
        by_number.setdefault(line.order_no, []).append(line)
        by_product.setdefault((line.customer, line.product), []).append(line)
    taken, unmatched = [], []
    for refund in sorted(refunds, key=in_time):
        candidates = referred_to(refund, by_number) or [
            line for line in by_product.get((refund.customer, refund.product), []) if line.at < refund.at
        ]
        latest_first = sorted(candidates, key=in_time, reverse=True)
        wanted, found = refund.quantity, False
        for line in sorted(latest_first, key=lambda line: line.price != refund.price):
            take = min(wanted, units[line.line_no])
            if take > 0:
                asked = (refund.amount / refund.quantity * take).quantize(CENT_HUNDREDTH)
                amount = min(asked, money[line.line_no])
                units[line.line_no] -= take
                money[line.line_no] -= amount
                wanted -= take
                found = True
                taken.append((refund.line_no, line.line_no, take, amount))
        if not found:
            unmatched.append(refund.line_no)
    return taken, unmatched


def orders_of(lines: list[Line]) -> dict[tuple[str, str], list[Line]]:
    """Lines by order, an order's first line first."""
    found: dict[tuple[str, str], list[Line]] = {}
    for line in sorted(lines, key=lambda line: (line.at, line.ordinal, line.line_no)):
        found.setdefault((line.customer, line.order_no), []).append(line)
    return found


def default_as_of(lines: list[Line]) -> date | None:
    paid = [own for own in orders_of(lines).values() if sum(line.amount for line in own) > 0]
    return max((own[0].at.date() for own in paid), default=None)


def twin_restated(lines: list[Line], as_of: date | None) -> tuple[list[Order], dict[str, int]]:
    """The valid purchases, and the counts of what is not among them."""
    as_of = as_of or default_as_of([line for line in lines if line.kind == "purchase"])
    if as_of is None:
        purchases, refunds = [[line for line in lines if line.kind == kind] for kind in ("purchase", "refund")]
    else:
        end = midnight(as_of + DAY)
        orders = orders_of([line for line in lines if line.kind == "purchase"])
        purchases = [line for own in orders.values() if own[0].at < end for line in own]
        refunds = [line for line in lines if line.kind == "refund" and line.at < end]
    taken, unmatched = twin_match(purchases, refunds)
    counts = {
        "after_as_of": len(lines) - len(purchases) - len(refunds),
        "refund_unmatched": len(unmatched),
        "orders_without_revenue": 0,
        "orders_fully_refunded": 0,
    }
    units_of = dict.fromkeys((line.line_no for line in purchases), 0)
    money_of = dict.fromkeys(units_of, Decimal(0))
    for _, line_no, units, amount in taken:
        units_of[line_no] += units
        money_of[line_no] += amount
    valid = []
    for own in orders_of(purchases).values():
        units_taken = sum(units_of[line.line_no] for line in own)
        gross = sum(line.amount for line in own)
        revenue = gross - sum(money_of[line.line_no] for line in own)
        if gross > 0 and units_taken and units_taken == sum(line.quantity for line in own):
            counts["orders_fully_refunded"] += 1
        elif revenue <= 0:
            counts["orders_without_revenue"] += 1
        else:
            first = own[0]
            slices = (first.channel, first.country, first.category)
            valid.append(Order(first.customer, first.order_no, first.at, revenue, *slices))
    return valid, counts


def to_the_cent(money: Decimal) -> float:
    return float(money.quantize(Decimal("0.01"), ROUND_HALF_UP))


def percent(part: int, whole: int) -> float | None:
    return None if whole == 0 else part / whole * 100


def twin_report(lines: list[Line], as_of: date | None, window_days: int, unit: str) -> dict:
    """The report's JSON, except for what the reading of a file adds to it."""
    orders, counts = twin_restated(lines, as_of)
    as_of = as_of or default_as_of([line for line in lines if line.kind == "purchase"])
    reasons = {reason: counts.pop(reason) for reason in ("after_as_of", "refund_unmatched")}
    report = counts | {"as_of": as_of and as_of.isoformat(), "set_aside": {k: v for k, v in reasons.items() if v}}
    whole = twin_totals(orders, as_of or date(2024, 1, 1))
    value = float(whole["revenue"] / whole["orders"]) if orders else None
    frequency = whole["trailing_orders"] / whole["trailing_buyers"] if whole["trailing_buyers"] else None
    years = whole["lifetime_seconds"] / whole["customers"] / YEAR_SECONDS if orders else None
    report |= {name: whole[name] for name in ("customers", "orders")}
    report |= {
        "revenue": to_the_cent(whole["revenue"]),
        "first_order": whole["first_order"].date().isoformat() if orders else None,
        "last_order": whole["last_order"].date().isoformat() if orders else None,
        "average_order_value": value,
        "purchase_frequency": frequency,
        "repeat_purchase_rate": percent(whole["repeat_customers"], whole["customers"]),
        "customer_lifetime_years": years,
        "clv": None if None in (value, frequency, years) else value * frequency * years,
    }
    report |= {"periods": [], "cohorts": []}
    if orders:
        first_day = whole["first_order"].date()
        for period in twin_periods(first_day, as_of, unit, window_days):
            counted = twin_period_counts(orders, period, as_of, window_days)
            report["periods"].append(_period_json(period, counted))
        for cohort in twin_cohorts(orders, first_day, as_of):
            money = [to_the_cent(each) for each in cohort["revenue"]]
            report["cohorts"].append(cohort | {"cohort": cohort["cohort"].isoformat()[:7], "revenue": money})
    return report


def _period_json(period, counted: dict) -> dict:
    whole = 0 if period.warm_up else counted["customers_start"]
    names = ("customers_start", "customers_end", "retained", "new", "orders")
    return {name: counted[name] for name in names} | {
        "start": period.start.isoformat(),
        "end": period.end.isoformat(),
        "complete": period.complete,
        "warm_up": period.warm_up,
        "lost": None if period.warm_up else counted["lost"],
        "won_back": None if period.warm_up else counted["won_back"],
        "retention_rate": percent(counted["retained"], whole),
        "churn_rate": percent(counted["lost"], whole),
        "repeat_purchase_rate": percent(counted["repeat_buyers"], counted["buyers"]),
        "revenue": to_the_cent(counted["revenue"]),
    }
