"""The customers of one group, those who spent most first: page by page, and as rows for a spreadsheet."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet

from treue.core.shop.models import Shop
from treue.design.spreadsheet import Value
from treue.understand.segments import reading
from treue.understand.segments.models import Segmentation, Standing

PAGE = 50
AT_ONCE = 2_000
HEAD = (
    *("number", "name", "email", "group", "as_of", "days_since_last_purchase", "purchase_days", "revenue", "currency"),
    *("rhythm_days", "patience_days", "next_purchase_expected_on", "state"),
)


@dataclass(frozen=True)
class Page:
    rows: Sequence[Standing]
    has_previous: bool = False
    has_next: bool = False


@dataclass(frozen=True)
class Place:
    """Where one stands in the list: at a customer, and what they spent."""

    monetary: Decimal
    customer: int


def of(segmentation: Segmentation | None, group: str) -> QuerySet[Standing]:
    """Everybody in a group; who was merged into somebody else since is that one."""
    found = Standing.objects.filter(segmentation=segmentation, group=group, customer__merged_into=None)
    return found.select_related("customer", "segmentation").defer("customer__words", "customer__name_key")


def page(everybody: QuerySet[Standing], *, after: int | None, before: int | None, size: int = PAGE) -> Page:
    """Those after or before a customer; the first ones where neither is in the group any more."""
    if (place := _place(everybody, before)) is not None:
        rows = list(_backward(everybody, place)[: size + 1])[::-1]
        if len(rows) > size:
            return Page(rows[1:], has_previous=True, has_next=True)
    elif (place := _place(everybody, after)) is not None:
        rows = list(_forward(everybody, place)[: size + 1])
        return Page(rows[:size], has_previous=True, has_next=len(rows) > size)
    rows = list(_forward(everybody)[: size + 1])
    return Page(rows[:size], has_next=len(rows) > size)


def lines(shop: Shop, group: str, unwanted: Collection[int]) -> Iterator[Sequence[Value]]:
    """Everybody, some thousand at a time; where new groups are in force meanwhile, it goes on in these."""
    place = None
    while rows := list(_forward(of(reading.current(shop), group), place)[:AT_ONCE]):
        yield from (_line(row) for row in rows if row.customer_id not in unwanted)
        place = Place(rows[-1].monetary, rows[-1].customer_id)


def _place(everybody: QuerySet[Standing], customer: int | None) -> Place | None:
    found = everybody.filter(customer=customer).values_list("monetary", "customer_id").first() if customer else None
    return Place(*found) if found else None


# The first condition is the one by which the index is entered; those who spent alike are few.
def _forward(everybody: QuerySet[Standing], place: Place | None = None) -> QuerySet[Standing]:
    if place is not None:
        further = Q(monetary__lt=place.monetary) | Q(customer__gt=place.customer)
        everybody = everybody.filter(further, monetary__lte=place.monetary)
    return everybody.order_by("-monetary", "customer_id")


def _backward(everybody: QuerySet[Standing], place: Place) -> QuerySet[Standing]:
    further = Q(monetary__gt=place.monetary) | Q(customer__lt=place.customer)
    return everybody.filter(further, monetary__gte=place.monetary).order_by("monetary", "-customer_id")


def _line(row: Standing) -> Sequence[Value]:
    person, version = row.customer, row.segmentation
    return (
        *(person.number, person.name, person.email, row.group),
        *(version.as_of, row.recency_days, row.frequency, row.monetary, version.currency),
        *(row.rhythm_days, row.patience_days, row.expected_on, row.state),
    )
