"""Find who is to get something, and write it down: what is found waits to be given, each once."""

import secrets
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from treue.act.gifts import drawing, who
from treue.act.gifts.anniversaries import CATCH_UP_DAYS, due
from treue.act.gifts.models import Draw, Gift, Plan
from treue.act.loyalty.days import in_month, later
from treue.act.loyalty.models import Member

AT_ONCE = 1_000


def find(plan: Plan, *, today: date, now: datetime) -> int:
    """Returns how many were found anew. Whoever runs it twice, or two at once, finds each gift once."""
    if not plan.gives_on(today):
        return 0
    if plan.is_drawn:
        return sum(draw(plan, day, now=now) for day in draw_days(plan, today))
    rows = who.to_look_at(plan, today)
    return sum(_wait(plan, _due(plan, rows[begin : begin + AT_ONCE], today)) for begin in range(0, len(rows), AT_ONCE))


def _due(plan: Plan, rows: Sequence[tuple[int, int, date]], today: date) -> Iterator[Gift]:
    given_on = who.given_on(plan, [customer for _member, customer, _first in rows])
    willing = set(who.willing(plan, [(member, customer) for member, customer, _first in rows]))
    for member, customer, first in rows:
        day = due(first, given_on.get(customer, ()), today, days_before=plan.days_before)
        if day is None or member not in willing:
            continue
        if plan.gives_on(day - timedelta(days=plan.days_before)):
            yield made(plan, member, day)


def made(plan: Plan, member: int, day: date, **more: object) -> Gift:
    """One that waits."""
    return Gift(
        plan=plan,
        member_id=member,
        day=day,
        year=day.year,
        points=plan.points,
        cost=plan.cost,
        currency=plan.currency,
        **more,
    )


def _wait(plan: Plan, gifts: Iterator[Gift]) -> int:
    """What waits already, or was given, stays as it is."""
    new, before = list(gifts), Gift.objects.filter(plan=plan)
    known = set(before.filter(member__in=[each.member_id for each in new]).values_list("member", "year"))
    with transaction.atomic():
        there = who.kept_there([each.member_id for each in new])
        new = [each for each in new if each.member_id in there and (each.member_id, each.year) not in known]
        Gift.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def draw_days(plan: Plan, today: date) -> list[date]:
    """On which days it is drawn, of those that can be caught up."""
    return [day for day in days_of_draws(plan, today - timedelta(days=CATCH_UP_DAYS), today) if plan.gives_on(day)]


def days_of_draws(plan: Plan, since: date, until: date) -> list[date]:
    """Both included. On the last day of months that have fewer."""
    first = plan.first_draw
    if first is None:
        return []
    if not plan.is_monthly:
        return [first] if since <= first <= until else []
    found, month = [], since.replace(day=1)
    while month <= until:
        day = in_month(month.year, month.month, first.day)
        if first <= day and since <= day <= until:
            found.append(day)
        month = later(month, 1)
    return found


def draw(plan: Plan, day: date, *, now: datetime) -> int:
    """Choose by chance, once for a day: who was chosen stands before anybody gets anything. Returns how many."""
    with transaction.atomic():
        locked = Plan.objects.select_for_update(of=("self",), no_key=True).select_related("programme__shop")
        held = locked.get(pk=plan.pk)
        if not held.gives_on(day) or Draw.objects.filter(plan=held, day=day).exists():
            return 0
        candidates, seed = can_be_drawn(held, day), secrets.token_hex(16)
        chosen = drawing.choose(seed, candidates, held.winners or 0)
        done = Draw.objects.create(
            plan=held,
            day=day,
            seed=seed,
            candidates=len(candidates),
            fingerprint=drawing.fingerprint(candidates),
            drawn_at=now,
        )
        there = who.kept_there(chosen)
        gifts = [made(held, each, day, draw=done) for each in chosen if each in there]
        Gift.objects.bulk_create(gifts, batch_size=AT_ONCE)
    return len(chosen)


def can_be_drawn(plan: Plan, day: date) -> list[int]:
    """Members whom chance can choose."""
    return who.willing(plan, who_can_be_drawn(plan, day).order_by("pk").values_list("pk", "customer"))


def who_can_be_drawn(plan: Plan, day: date) -> QuerySet[Member]:
    """Who had none lately, by whichever membership; those who refuse among them."""
    found = who.members(plan, day)
    if plan.pk is None or not plan.months_apart:
        return found
    lately = Gift.objects.filter(plan=plan, day__gt=later(day, -plan.months_apart))
    return found.filter(~who.had(lately))
