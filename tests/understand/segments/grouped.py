"""The smallest segmentation and standing a test can write."""

from datetime import date
from decimal import Decimal

from treue.core.customers.models import Customer
from treue.core.shop.models import Shop
from treue.understand.segments.models import Cell, Move, Segmentation, Standing, Worth
from treue.understand.value.models import Fit

AS_OF, SINCE = date(2026, 6, 30), date(2026, 3, 30)
IN_FORCE = {"is_current": True, "in_force_at": "2026-07-01T02:05Z", "computed_at": "2026-07-01T02:00Z"}


def segmentation(shop: Shop, **fields: object) -> Segmentation:
    values = {"as_of": AS_OF, "currency": "EUR", "customers": 1000, "left_out": 0}
    return Segmentation.objects.create(shop=shop, **values | IN_FORCE | fields)


def standing(of: Segmentation, customer: Customer, **fields: object) -> Standing:
    values = {
        "recency_days": 71,
        "frequency": 9,
        "monetary": Decimal("412.5000"),
        "recency_quintile": 2,
        "frequency_quintile": 4,
        "monetary_quintile": 5,
        "group": "at risk",
        "rhythm_days": 34.0,
        "quartile_low_days": 28.0,
        "quartile_high_days": 41.0,
        "patience_days": 51.0,
        "expected_on": date(2026, 5, 24),
        "state": "overdue",
    }
    return Standing.objects.create(segmentation=of, customer=customer, **values | fields)


UNKNOWN = {
    **dict.fromkeys(("rhythm_days", "quartile_low_days", "quartile_high_days", "patience_days", "expected_on")),
    "state": "unknown",
}


def cell(of: Segmentation, recency: int, frequency: int, group: str, customers: int, monetary: object) -> None:
    places = {"recency_quintile": recency, "frequency_quintile": frequency}
    Cell.objects.create(segmentation=of, group=group, customers=customers, monetary=Decimal(monetary), **places)


def worth(of: Segmentation, fit: Fit, group: str, value: object) -> None:
    Worth.objects.create(segmentation=of, fit=fit, group=group, value=Decimal(value))


def moved(of: Segmentation, before: str, now: str, customers: int, *, months: int = 3, since: date = SINCE) -> None:
    Move.objects.create(
        segmentation=of, months=months, since=since, from_group=before, to_group=now, customers=customers
    )
