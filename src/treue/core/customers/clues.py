"""Visitors of whom a server says an address, a telephone or a card, and not whose they are.

A clue leads to the customer of whom a server, a till, a colleague or a file says the same, if that is exactly one. A
visitor whose clues lead to one customer alone is that customer, as long as nobody claims the visitor by a number. It
follows from what is said, whatever came first. What only browsers say leads nobody anywhere: whoever types somebody's
address into a form would write into their history.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q

from treue.core.customers.models import Clue, Customer, Identity, Trait, Visitor
from treue.core.customers.values import CARD, EMAIL, PHONE, folded, of_record, recorded_of
from treue.core.shop.models import Shop

KINDS = (EMAIL, PHONE, CARD)
LOCK_CLASS = 0x131A  # any number that no other advisory lock of ours has
Value = tuple[int, str, str]  # shop, kind, folded


@dataclass(frozen=True, slots=True)
class Hint:
    """What a server says of a visitor. values: kind and value, as they were told."""

    shop: Shop
    visitor: int
    said_at: datetime
    values: Collection[tuple[str, str]]


def wait_for_others(shops: Collection[int], *, alone: bool = False) -> None:
    """Until this transaction ends, no clue is written in these shops; alone: nor is anything said of a customer there.
    Else of two who say the same value at once neither would see the other."""
    lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        for shop in sorted(shops):
            cursor.execute(f"select {lock}(%s, %s)", [LOCK_CLASS, shop])


def write(hints: Collection[Hint]) -> set[int]:
    """Write clues down, in the caller's transaction. Returns the visitors to be recognised anew. What is said of a
    visitor who was erased meanwhile is said of nobody."""
    wait_for_others({each.shop.pk for each in hints}, alone=True)
    visitors = Visitor.objects.filter(pk__in={each.visitor for each in hints}).order_by("pk")
    there = set(visitors.select_for_update().values_list("pk", flat=True))
    rows = [
        Clue(visitor_id=each.visitor, shop=each.shop, kind=kind, value=value, said_at=each.said_at)
        for each in hints
        if each.visitor in there
        for kind, told in each.values
        if kind in KINDS and (value := folded(kind, told, each.shop))
    ]
    Clue.objects.bulk_create(rows, ignore_conflicts=True)
    return {row.visitor_id for row in rows}


def leads(visitors: Collection[int]) -> dict[int, int]:
    """Of visitors, to which customer their clues lead, where it is one."""
    found: dict[int, set[int]] = {}
    known: dict[Value, int | None] = {}
    for clue in Clue.objects.filter(visitor__in=visitors).select_related("shop"):
        value = (clue.shop_id, clue.kind, clue.value)
        if value not in known:
            known[value] = _owner(clue.shop, clue.kind, clue.value)
        if (owner := known[value]) is not None:
            found.setdefault(clue.visitor_id, set()).add(owner)
    return {visitor: owners.pop() for visitor, owners in found.items() if len(owners) == 1}


def _owner(shop: Shop, kind: str, value: str) -> int | None:
    """The one customer of whom this is said by others than browsers."""
    claimed = Identity.objects.filter(shop=shop, kind=kind, value=value, is_trusted=True)
    ids = set(claimed.values_list("customer_id", flat=True)) | _recorded(shop, kind, value)
    # Who takes somebody away, or makes two one, waits for this, or is waited for.
    there = Customer.everyone.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True)
    roots = {each.merged_into_id or each.pk for each in there}
    return roots.pop() if len(roots) == 1 else None


def _recorded(shop: Shop, kind: str, value: str) -> set[int]:
    """Those whose record has it, unless a browser filled it in."""
    ids = recorded_of(shop, kind, value)
    of_browsers = Trait.objects.filter(customer__in=ids, name=kind, is_trusted=False)
    said = {each.customer_id for each in of_browsers if folded(kind, each.value, shop) == value}
    return ids - said


def with_values(values: Iterable[Value]) -> set[int]:
    """The visitors of whom one of these was said."""
    asked: dict[tuple[int, str], set[str]] = {}
    for shop, kind, value in values:
        if kind in KINDS:
            asked.setdefault((shop, kind), set()).add(value)
    found = Q(pk__in=())
    for (shop, kind), of_kind in asked.items():
        found |= Q(shop=shop, kind=kind, value__in=of_kind)
    return set(Clue.objects.filter(found).values_list("visitor_id", flat=True)) if asked else set()


def leading_to(customers: Collection[int]) -> set[int]:
    """The visitors with a clue to any of these, be it one among several."""
    claimed = Identity.objects.filter(customer__in=customers, kind__in=KINDS)
    values = set(claimed.values_list("shop_id", "kind", "value"))
    for each in Customer.everyone.filter(pk__in=customers).select_related("shop"):
        values |= {(each.shop_id, kind, value) for kind, value in of_record(each).items()}
    return with_values(values)


def all_of(shop: Shop) -> set[int]:
    return set(Clue.objects.filter(shop=shop).values_list("visitor_id", flat=True))
