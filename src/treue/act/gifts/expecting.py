"""What a plan is expected to give: today and in the next days, as members and groups stand now."""

from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal

from treue.act.gifts import finding, who
from treue.act.gifts.anniversaries import CATCH_UP_DAYS, LEAST_DAYS_APART
from treue.act.gifts.models import Draw, Plan
from treue.act.gifts.plans import Terms
from treue.act.loyalty.days import begin_of
from treue.act.loyalty.models import Programme

DAYS = 30
BACK = timedelta(days=CATCH_UP_DAYS)


@dataclass(frozen=True)
class Expected:
    """today, soon: how many gifts at most today, and in the next DAYS days with today. cost: of the latter."""

    today: int
    soon: int
    cost: Decimal


def of(plan: Plan, today: date) -> Expected:
    """As far as its limits leave room. Nothing is written.

    A number of members is counted, not each of them looked at: who refused, or changed the day, is counted too.
    """
    if not plan.is_active:
        return Expected(0, 0, Decimal(0))
    last = today + timedelta(days=DAYS - 1)
    numbers = [_within_limits(plan, _count(plan, today, until)) for until in (today, last)]
    return Expected(*numbers, cost=plan.cost * numbers[1])


def of_terms(programme: Programme, terms: Terms, today: date, before: Plan | None) -> Expected:
    """Of a plan as it would be. before: what it is now; what it gave counts."""
    plan = Plan(programme=programme, **{each.name: getattr(terms, each.name) for each in fields(terms)})
    if before is not None:
        plan.pk, plan.given, plan.spent, plan.is_active = before.pk, before.given, before.spent, before.is_active
    return of(plan, today)


def _count(plan: Plan, today: date, until: date) -> int:
    """From today on, what is caught up with it."""
    since = max(today - BACK, plan.valid_from)
    until = min(until, plan.valid_until or until)
    if since > until:
        return 0
    return _drawn(plan, since, until) if plan.is_drawn else _of_days(plan, since, until)


def _of_days(plan: Plan, since: date, until: date) -> int:
    ahead = timedelta(days=plan.days_before)
    found = who.with_a_day(plan, since + ahead, until + ahead, until)
    if plan.occasion == Plan.Occasion.JOINING:  # the day itself is no anniversary
        found = found.filter(joined_at__lt=begin_of(since, plan.programme.shop.tz))
    if plan.pk is not None:
        lately = who.given(plan).filter(day__gt=until + ahead - timedelta(days=LEAST_DAYS_APART))
        found = found.filter(~who.had(lately))
    return found.count()


def _drawn(plan: Plan, since: date, until: date) -> int:
    done = set(Draw.objects.filter(plan=plan.pk).values_list("day", flat=True)) if plan.pk is not None else set()
    days = [day for day in finding.days_of_draws(plan, since, until) if day not in done]
    return len(days) * finding.who_can_be_drawn(plan, until)[: plan.winners or 0].count() if days else 0


def _within_limits(plan: Plan, count: int) -> int:
    if plan.reward is not None and plan.reward.stock_left is not None:
        count = min(count, plan.reward.stock_left)
    if plan.most_gifts is not None:
        count = min(count, plan.most_gifts - plan.given)
    if plan.budget is not None and plan.cost:
        count = min(count, int((plan.budget - plan.spent) // plan.cost))
    return count
