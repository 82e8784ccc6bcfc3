"""Two records of one person, made one by a colleague's decision; and made two again.

Nothing is copied and nothing is lost: the absorbed record stays, hidden, and points to the kept one. Orders and refunds
say under whose number they came in (`person`), and go along, those of later files too (commerce, migration 0004);
whatever else is said of a customer stays with the number it was said of and is read by `persons.numbers_of`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from treue.core.commerce import touched
from treue.core.commerce.models import Order, Refund
from treue.core.customers import identities, persons
from treue.core.customers.errors import MergedSince, NotMergeable, NotMerged
from treue.core.customers.models import Customer, Identity, Merge, Visitor
from treue.core.events import parking
from treue.core.events.models import Event
from treue.core.shop import locking
from treue.core.staff import audit
from treue.core.staff.models import User

FILLED = ("name", "email", "phone", "city", "country", "birthday")
PATIENCE_SECONDS = 3.0

GIVE = """
update {table} set person = coalesce(person, customer_id), customer_id = %(to)s where customer_id = %(of)s"""

# Their own number is not written down; that of a visitor, or of somebody they had absorbed, stays.
GIVE_BACK = """
update {table} set person = nullif(person, %(to)s), customer_id = %(to)s
where customer_id = %(of)s and person = any(%(numbers)s)"""

PARKED_BACK = """
update events_parked p set person = %(to)s from events_event e
where p.person = %(of)s and e.seq = p.seq and e.recorded_at = p.recorded_at and e.person = any(%(numbers)s)"""


FOLLOWERS: list[Callable[[int, Sequence[int]], None]] = []


def followed_by(follow: Callable[[int, Sequence[int]], None]) -> None:
    """Have what a room above keeps of some customers follow, in the same transaction: `follow` gets whose it is from
    now on, and the numbers of whom it was; after a merge the absorbed ones', after its undoing the same for them."""
    FOLLOWERS.append(follow)


@dataclass(frozen=True)
class Preview:
    """What a merge would bring together. filled: what the kept record lacks and would take over, by field."""

    orders: int
    refunds: int
    events: int
    visitors: int
    identities: int
    filled: dict[str, str]


def preview(*, kept: Customer, absorbed: Customer) -> Preview:
    """Raises NotMergeable where the two cannot be one."""
    _require_mergeable(kept, absorbed)
    return Preview(**_sizes(absorbed, persons.numbers_of(absorbed)), filled=_fills(kept, absorbed))


def merge(*, kept: Customer, absorbed: Customer, by: User | None) -> Merge:
    """Make two customers one. Raises NotMergeable, or ShopIsBeingWritten while an import runs."""
    with transaction.atomic():
        kept, absorbed = _locked(kept, absorbed)
        carried = list(Customer.everyone.filter(merged_into=absorbed).values_list("pk", flat=True))
        filled = _fills(kept, absorbed)
        Customer.everyone.filter(pk__in=[absorbed.pk, *carried]).update(merged_into=kept)
        Customer.objects.filter(pk=kept.pk).update(**filled)
        for table in (Order, Refund):
            _execute(GIVE.format(table=table._meta.db_table), to=kept.pk, of=absorbed.pk)
        parking.follow([absorbed.pk], kept.pk)
        _recognise(kept.pk, absorbed.pk, *carried)
        done = Merge.objects.create(
            shop=kept.shop, kept=kept, absorbed_id=absorbed.pk, carried=carried, filled=filled, merged_by=by
        )
        for follow in FOLLOWERS:
            follow(kept.pk, [absorbed.pk, *carried])
        audit.record("customer.merged", who=by, subject=f"customer {kept.pk}", absorbed=absorbed.pk)
        touched.mark(kept.shop_id, [kept.pk, absorbed.pk])
    return done


def gives_back(merge: Merge) -> tuple[Preview, Preview]:
    """What the absorbed one would get back of a merge that holds, and what the kept one would keep. filled: what the
    kept one's record would lose. Raises NotMerged, MergedSince as `undo` does."""
    _require_undoable(merge)
    theirs = [merge.absorbed_id, *merge.carried]
    browsers = Identity.objects.filter(customer__in=theirs, kind=identities.ANONYMOUS).values("value")
    visitors = Visitor.objects.filter(customer=merge.kept, anonymous_id__in=browsers).values_list("pk", flat=True)
    numbers = [*theirs, *visitors]
    both = _sizes(merge.kept, persons.numbers_of(merge.kept))
    back = _sizes(merge.kept, numbers, person__in=numbers)
    kept = Customer.everyone.values(*FILLED).get(pk=merge.kept_id)
    lost = {name: value for name, value in merge.filled.items() if str(kept[name]) == value}
    rest = {name: size - back[name] for name, size in both.items()}
    return Preview(**back, filled=lost), Preview(**rest, filled={})


def of(customer: Customer) -> QuerySet[Merge]:
    """The merges that hold and made a customer what they are, the latest first; those of whom they absorbed too."""
    theirs = [customer.pk, *Customer.everyone.filter(merged_into=customer).values_list("pk", flat=True)]
    return Merge.objects.filter(kept__in=theirs, undone_at=None).select_related("merged_by").order_by("-pk")


def undo(*, merge: Merge, by: User | None) -> None:
    """Make them two again, each with what came in under their own numbers, before the merge or since.

    Raises NotMerged where that is done already, MergedSince where the kept one was merged into somebody else: that
    merge must be undone first.
    """
    with transaction.atomic():
        locking.hold_until_commit(merge.shop_id, patience_seconds=PATIENCE_SECONDS)
        merge = Merge.objects.select_for_update(of=["self"]).select_related("kept").get(pk=merge.pk)
        _require_undoable(merge)
        Customer.everyone.filter(pk=merge.absorbed_id).update(merged_into=None)
        Customer.everyone.filter(pk__in=merge.carried).update(merged_into=merge.absorbed_id)
        _take_out_what_was_filled(merge)
        _recognise(merge.kept_id, merge.absorbed_id, *merge.carried)
        absorbed = Customer.objects.get(pk=merge.absorbed_id)
        facts = {"to": absorbed.pk, "of": merge.kept_id, "numbers": persons.numbers_of(absorbed)}
        for table in (Order, Refund):
            _execute(GIVE_BACK.format(table=table._meta.db_table), **facts)
        _execute(PARKED_BACK, **facts)
        merge.undone_at, merge.undone_by, merge.filled = timezone.now(), by, {}
        merge.save(update_fields=["undone_at", "undone_by", "filled"])
        for follow in FOLLOWERS:
            follow(absorbed.pk, [absorbed.pk, *merge.carried])
        audit.record("customer.merge_undone", who=by, subject=f"customer {merge.kept_id}", absorbed=absorbed.pk)
        touched.mark(merge.shop_id, [merge.kept_id, absorbed.pk])


def suggestions(customer: Customer) -> list[Customer]:
    """Who else of the shop has an address, a telephone or a card that this customer has, by claim or by record."""
    claimed = Identity.objects.filter(customer__in=persons.numbers_of(customer)).exclude(kind=identities.ANONYMOUS)
    theirs = {*claimed.values_list("kind", "value"), *identities.of_record(customer).items()}
    found: set[int] = set()
    for kind, value in theirs:
        found |= identities.claimants(customer.shop, kind, value)
    return [each for each in identities.as_they_are(found) if each.pk != customer.pk]


def _locked(kept: Customer, absorbed: Customer) -> tuple[Customer, Customer]:
    """Both as they are now, under the shop's lock; in the order of their numbers, so that two merges do not cross."""
    locking.hold_until_commit(kept.shop_id, patience_seconds=PATIENCE_SECONDS)
    both = Customer.everyone.select_for_update(of=["self"]).select_related("shop").order_by("pk")
    found = {each.pk: each for each in both.filter(pk__in=[kept.pk, absorbed.pk])}
    if len(found) < 2:
        raise NotMergeable(kept.pk, absorbed.pk)
    kept, absorbed = found[kept.pk], found[absorbed.pk]
    _require_mergeable(kept, absorbed)
    return kept, absorbed


def _require_mergeable(kept: Customer, absorbed: Customer) -> None:
    are_two = kept.pk != absorbed.pk and kept.shop_id == absorbed.shop_id
    if not are_two or kept.merged_into_id or absorbed.merged_into_id:
        raise NotMergeable(kept.pk, absorbed.pk)


def _sizes(customer: Customer, numbers: list[int], **came_in: object) -> dict[str, int]:
    """How much is said of some of a customer's numbers. came_in: which of their orders and refunds to count."""
    return {
        "orders": Order.objects.filter(customer=customer, **came_in).count(),
        "refunds": Refund.objects.filter(customer=customer, **came_in).count(),
        "events": Event.objects.filter(person__in=numbers).count(),
        "visitors": Visitor.objects.filter(pk__in=numbers).count(),
        "identities": Identity.objects.filter(customer__in=numbers).count(),
    }


def _require_undoable(merge: Merge) -> None:
    if merge.undone_at is not None:
        raise NotMerged(merge.pk)
    if merge.kept.merged_into_id is not None:
        raise MergedSince(merge.kept.merged_into_id)


def _fills(kept: Customer, absorbed: Customer) -> dict[str, str]:
    return {name: str(value) for name in FILLED if not getattr(kept, name) and (value := getattr(absorbed, name))}


def _take_out_what_was_filled(merge: Merge) -> None:
    """Whatever a colleague or a file has changed since is theirs."""
    for name, value in merge.filled.items():
        empty = None if name == identities.BIRTHDAY else ""
        Customer.everyone.filter(pk=merge.kept_id, **{name: value}).update(**{name: empty})


def _recognise(*customers: int) -> None:
    """Whoever browsed as one of them is looked at anew."""
    claimed = Identity.objects.filter(kind=identities.ANONYMOUS, customer__in=customers).values("shop", "value")
    visitors = set(Visitor.objects.filter(customer__in=customers).values_list("pk", flat=True))
    for each in claimed:
        same = Visitor.objects.filter(shop=each["shop"], anonymous_id=each["value"])
        visitors |= set(same.values_list("pk", flat=True))
    identities.recognise(visitors)


def _execute(statement: str, **facts: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, facts)
