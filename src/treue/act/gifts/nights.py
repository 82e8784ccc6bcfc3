"""What comes by the day: find whose day it is, draw who is chosen, and give each their gift."""

import logging
from datetime import date, datetime, timedelta

from django.db.models import F, Q, QuerySet

from treue.act.gifts import finding, giving
from treue.act.gifts.anniversaries import CATCH_UP_DAYS
from treue.act.gifts.errors import SomeFailed
from treue.act.gifts.models import Gift, Plan
from treue.act.loyalty.days import day_of
from treue.core.jobs.work import Progress
from treue.core.shop.models import Shop

AT_ONCE = 500
log = logging.getLogger(__name__)


def pass_through(shop_id: int, progress: Progress, *, now: datetime) -> dict[str, object]:
    """Each gift is a transaction of its own, done once however often this is started, and by however many.

    A gift that cannot be given keeps nobody else from theirs: it waits with its problem, and is tried again the next
    days. Raises SomeFailed at the end where something else than an end of the plan stood against one.
    """
    plans = list(active().filter(programme__shop=shop_id).order_by("pk"))
    given, failed = 0, []
    for plan in plans:
        today = day_of(now, plan.programme.shop.tz)
        progress.step("finding")
        finding.find(plan, today=today, now=now)
        progress.step("giving")
        done, broken = _give_all(plan, today, progress, now)
        given += done
        failed += [plan.name] * broken
        Plan.objects.filter(Q(looked_on=None) | Q(looked_on__lt=today), pk=plan.pk).update(looked_on=today)
    if failed:
        raise SomeFailed(len(failed), sorted(set(failed)))
    return {"given": given}


def active() -> QuerySet[Plan]:
    return Plan.objects.filter(is_active=True).select_related("programme__shop", "campaign", "reward")


def shops_to_look_at(now: datetime) -> list[Shop]:
    """Those in whose zone a day has begun of which some plan knows nothing yet."""
    return sorted(
        {
            plan.programme.shop
            for plan in active()
            if plan.looked_on is None or plan.looked_on < day_of(now, plan.programme.shop.tz)
        },
        key=lambda shop: shop.pk,
    )


def waiting(plan: Plan, today: date) -> QuerySet[Gift]:
    """What can still be given; what waited for longer is over."""
    since = today - timedelta(days=CATCH_UP_DAYS) + timedelta(days=plan.days_before)
    return Gift.objects.filter(plan=plan, state=Gift.State.WAITING, day__gte=since)


def _give_all(plan: Plan, today: date, progress: Progress, now: datetime) -> tuple[int, int]:
    """How many were given, and how many something unexpected stood against."""
    given = broken = last = 0
    while numbers := list(
        waiting(plan, today).filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]
    ):
        for number in numbers:
            try:
                given += giving.give(number, now=now) is not None
            except Exception as error:
                is_ours = isinstance(error, giving.ENDS)
                broken += not is_ours
                _note(number, error, is_expected=is_ours)
            progress.advance()
        last = numbers[-1]
    return given, broken


def _note(number: int, error: Exception, *, is_expected: bool) -> None:
    """Where colleagues see it: at the plan, with the member's name."""
    name = type(error).__name__
    Gift.objects.filter(pk=number, state=Gift.State.WAITING).update(problem=name[:80], tries=F("tries") + 1)
    if not is_expected:
        log.warning("Gift %d could not be given: %s", number, name)
