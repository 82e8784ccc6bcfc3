"""Erase a person (GDPR Art. 17), with a receipt that names nobody.

Everything in PostgreSQL goes in one transaction. What lies in files (the lake, uploads) goes by jobs that leave with
it: rooms that keep such files say so by `followed_by`. Which tables are concerned follows from their own lists
(`core.privacy`).
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from graphlib import TopologicalSorter
from typing import NamedTuple

from django.apps import apps
from django.db import connection, models, transaction

from treue.core.commerce.unmatching import unmatch_from_others
from treue.core.customers import identities, persons, quotes
from treue.core.customers.erased import anonymous_hash, number_hash, wait_for_writers
from treue.core.customers.errors import AlreadyErased, NotThere
from treue.core.customers.identities import Recognised
from treue.core.customers.models import Customer, ErasedVisitor, Erasure, Visitor
from treue.core.jobs import work
from treue.core.privacy import OnErasure, PersonalData
from treue.core.shop import locking
from treue.core.staff import audit
from treue.core.staff.models import User

Model = type[models.Model]
Lock = Callable[[int], str]

PATIENCE_SECONDS = 3.0


class Following(NamedTuple):
    lock: Lock | None
    needs_persons: bool


FOLLOWED_BY: dict[str, Following] = {}


def followed_by(kind: str, *, lock: Lock | None = None, needs_persons: bool = False) -> None:
    """Have work of this kind done after every erasure, with `shop_id`, `customer_id` and `erasure_id`.

    lock: makes the queue's lock of a shop's id. needs_persons: also with `persons`, all numbers that were theirs.
    """
    FOLLOWED_BY[kind] = Following(lock, needs_persons)


def receipts_for(shop_id: int, number: str) -> models.QuerySet[Erasure]:
    """The receipts for whoever had this number, the latest first. Who comes back can be erased again."""
    return Erasure.objects.filter(shop_id=shop_id, number_hash=number_hash(shop_id, number)).order_by("-pk")


def receipt_of(customer_id: int) -> Erasure | None:
    """The receipt for a customer who is no longer there."""
    return Erasure.objects.filter(customer_id=customer_id).first()


def erase(*, customer: Customer, by: User | None, patience_seconds: float = PATIENCE_SECONDS) -> Erasure:
    """Delete a customer and everything about them, and queue the rewriting of files and figures.

    Who was merged into them goes with them, each with a receipt of their own; that of the customer is returned.
    Raises ShopIsBeingWritten while an import runs, AlreadyErased where somebody was quicker, NotThere where the
    customer went another way; nothing is done then.
    """
    with transaction.atomic():
        locking.hold_until_commit(customer.shop_id, patience_seconds=patience_seconds)
        locked = Customer.objects.select_for_update().filter(pk=customer.pk).first()
        if locked is None:
            former = receipt_of(customer.pk)
            raise AlreadyErased(former.pk) if former else NotThere(customer.pk)
        merged = list(Customer.everyone.filter(merged_into=locked))
        numbers = persons.numbers_to_erase(locked)  # which nobody knows any more once the rows are gone
        hashes = hashes_of_visits(locked.shop_id, numbers)
        deleted = delete(locked)
        for each in merged:
            follow_up(_receipt(each, by, {}), [each.pk], by=by)
        receipt = _receipt(locked, by, deleted)
        keep_out(receipt, hashes)
        audit.record("customer.erased", who=by, subject=f"erasure {receipt.pk}", **receipt.deleted)
        follow_up(receipt, numbers, by=by)
    return receipt


def _receipt(customer: Customer, by: User | None, deleted: dict[str, int]) -> Erasure:
    return Erasure.objects.create(
        shop_id=customer.shop_id,
        customer_id=customer.pk,
        number_hash=number_hash(customer.shop_id, customer.number),
        erased_by=by,
        deleted=deleted,
    )


def hashes_of_visits(shop_id: int, numbers: Collection[int]) -> list[str]:
    """By what the anonymous ids are recognised that stand for some persons' numbers."""
    found = Visitor.objects.filter(number__in=numbers).order_by("number")
    return [anonymous_hash(shop_id, each) for each in found.values_list("anonymous_id", flat=True)]


def keep_out(receipt: Erasure, hashes: Iterable[str]) -> None:
    """What is told of these anonymous ids from before the erasure is refused from now on."""
    ErasedVisitor.objects.bulk_create(ErasedVisitor(erasure=receipt, anonymous_hash=each) for each in hashes)


def delete(customer: Customer) -> dict[str, int]:
    """Delete every row about a customer, and what quotes them. Returns the rows by table. Call it in a transaction."""
    numbers = persons.numbers_to_erase(customer)
    for each in Customer.everyone.filter(pk__in=numbers):
        quotes.blot_out(each)
    unmatch_from_others(customer.pk)
    tables = list(_those_that_refer_first(_deleted_tables()))
    counts = Counter({model._meta.label: _deleted(model, numbers) for model in tables})
    with connection.cursor() as cursor:
        wait_for_writers(cursor, customer.shop_id)
    for model in tables:  # what came in meanwhile, under numbers alone
        if model.personal.owner == "person":
            counts[model._meta.label] += _deleted(model, numbers)
    return {name: count for name, count in counts.items() if count}


def delete_visits(numbers: Collection[int]) -> None:
    """Delete visitors with every row about them; orders that are somebody's by such a visit alone are nobody's then.
    Call it in a transaction."""
    if not numbers:
        return
    theirs = Visitor.objects.filter(number__in=numbers).exclude(customer=None).values_list("number", "customer")
    lost = [Recognised(number, customer, None) for number, customer in theirs]
    for follow in identities.FOLLOWERS if lost else ():
        follow(lost)
    for model in _those_that_refer_first(_deleted_tables()):
        _deleted(model, numbers)


def _deleted(model: Model, numbers: Collection[int]) -> int:
    rows = rows_of(model, numbers)
    return rows._raw_delete(rows.db)


def follow_up(receipt: Erasure, numbers: Sequence[int], *, by: User | None) -> None:
    """Queue what comes after an erasure; it leaves with the surrounding transaction.

    numbers: all under which something of this person happened (`persons.numbers_to_erase`).
    """
    about = {"shop_id": receipt.shop_id, "customer_id": receipt.customer_id, "erasure_id": receipt.pk}
    for kind, (lock, needs_persons) in FOLLOWED_BY.items():
        more = {"persons": sorted(numbers)} if needs_persons else {}
        work.start(kind, by=by, lock=lock(receipt.shop_id) if lock else None, **about, **more)


def rows_about(customer: Customer) -> dict[str, int]:
    """How many rows of which table would be deleted with a customer; tables without any are left out."""
    numbers = persons.numbers_to_erase(customer)
    counts = {model._meta.label: rows_of(model, numbers).count() for model in _deleted_tables()}
    return {name: count for name, count in counts.items() if count}


def personal_tables() -> list[tuple[Model, PersonalData]]:
    """The tables that hold something about a customer, with what they hold."""
    with_lists = ((model, getattr(model, "personal", None)) for model in apps.get_models())
    return [(model, personal) for model, personal in with_lists if personal and personal.owner is not None]


def rows_of(model: Model, numbers: Collection[int]) -> models.QuerySet:
    """numbers: all of one person's (`persons.numbers_of`)."""
    owner = model.personal.owner
    return model._base_manager.filter(**{f"{owner or 'pk'}__in": numbers})


def _deleted_tables() -> list[Model]:
    return [model for model, personal in personal_tables() if personal.on_erasure is OnErasure.DELETE]


def _those_that_refer_first(tables: Sequence[Model]) -> Iterable[Model]:
    return TopologicalSorter({model: _referring(model, tables) for model in tables}).static_order()


def _referring(model: Model, among: Sequence[Model]) -> set[Model]:
    others = (other for other in among if other is not model)
    return {other for other in others if any(field.related_model is model for field in other._meta.concrete_fields)}
