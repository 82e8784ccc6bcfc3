"""Follow the orders that changed: whom the trigger wrote down (`sql/orders.sql`), some members at a time."""

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from treue.act.loyalty import awarding, deeds, families
from treue.act.loyalty.models import Due, Member
from treue.core.customers.models import Customer
from treue.core.jobs.work import Progress

AT_ONCE, MEMBERS_AT_ONCE = 1_000, 200
log = logging.getLogger(__name__)


def follow(shop_id: int, progress: Progress, *, now: datetime) -> int:
    """Reckon until nobody is due. Returns how many members were looked at; it may be stopped and started again.

    Whoever cannot be reckoned stays due, and the others do not wait for them: the first error is raised at the end.
    """
    looked_at, after, failed = 0, 0, None
    while due := _due(shop_id, after):
        progress.step("reckoning", total=looked_at + len(due))
        progress.advance(looked_at)
        customers = list(due)
        for begin in range(0, len(customers), MEMBERS_AT_ONCE):
            some = {each: due[each] for each in customers[begin : begin + MEMBERS_AT_ONCE]}
            error = _reckon_or_say(some, now)
            failed = failed or error
            progress.advance(len(some))
        looked_at += len(due)
        after = max(max(marks) for marks in due.values())
    if failed is not None:
        raise failed
    return looked_at


def _reckon_or_say(due: Mapping[int, list[int]], now: datetime) -> Exception | None:
    """All of them at once; where that fails one after the other. Returns an error of those who cannot be reckoned."""
    try:
        return _reckon(due, now)
    except Exception as error:
        if len(due) == 1:
            log.warning("Customer %d cannot be reckoned: %s", *due, type(error).__name__)
            return error
    errors = [_reckon_or_say({customer: marks}, now) for customer, marks in due.items()]
    return next((each for each in errors if each is not None), None)


def shops_with_changes() -> list[int]:
    """Drops the marks of people who are gone: their orders' going made them."""
    Due.objects.filter(~Exists(Customer.everyone.filter(pk=OuterRef("customer_id"))))._raw_delete("default")
    return list(Due.objects.values_list("customer__shop", flat=True).distinct())


def _due(shop_id: int, after: int) -> dict[int, list[int]]:
    """The marks of some customers, the eldest first, of those that came after one."""
    found: dict[int, list[int]] = {}
    rows = Due.objects.filter(customer__shop=shop_id, pk__gt=after).order_by("pk").values_list("pk", "customer")
    for mark, customer in rows[:AT_ONCE]:
        found.setdefault(customer, []).append(mark)
    return found


def _reckon(due: Mapping[int, list[int]], now: datetime) -> None:
    """What is marked meanwhile stays marked."""
    with transaction.atomic():
        members = list(Member.everyone.select_related("programme__shop").filter(customer__in=due).order_by("pk"))
        deeds.let_go(members)
        awarding.reckon_all(members, now=now)
        for member in members:
            families.level(member, now=now)
        Due.objects.filter(pk__in=[mark for marks in due.values() for mark in marks]).delete()
