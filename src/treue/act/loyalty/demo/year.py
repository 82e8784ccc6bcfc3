"""A year of the demo shop's programme, week by week: who joins, what orders earn, what is spent and taken back."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from itertools import pairwise

import numpy as np
from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from treue.act.loyalty import awarding, corrections, demo, ledger, membership, reading, sealing, tiering
from treue.act.loyalty.demo import letters, terms
from treue.act.loyalty.funnel import reckoning
from treue.act.loyalty.models import Lot, Member, Programme, Seal
from treue.core.commerce.models import Order, Refund
from treue.core.jobs.work import Progress
from treue.core.shop import locking
from treue.core.shop.models import Shop

SEED = 20261129
YEAR, WEEK, DAY = timedelta(days=365), timedelta(days=7), timedelta(days=1)
A_MOMENT = timedelta(minutes=2)
EVENING = 20
JOINS, MOST_MEMBERS = 0.12, 1_500  # of those who buy in a week
REDEEMS, COST = 0.3, 150  # of those who bought and have as much
CORRECTS, CORRECTIONS = 4, ((50, "goodwill"), (-15, "correction"))  # every fourth week one
AT_ONCE, LOTS_AT_ONCE = 200, 2_000
REWARD = "reward"
PATIENCE_SECONDS = 60.0


def pass_by(shop_id: int, progress: Progress, *, now: datetime) -> dict[str, object]:
    """Let a year go by up to a moment. Each week is one transaction that ends with a seal: a second run goes on behind
    the last one. Nothing happens in a shop that is gone, or has a programme of its own.
    """
    shop = Shop.objects.filter(pk=shop_id, is_demo=True).first()
    programme = _started(shop, now) if shop else None
    if programme is None:
        return {}
    left = _left(programme, now)
    progress.step("passing", total=len(left))
    for since, until in left:
        if not _pass_week(programme, since, until):
            return {}
        progress.advance()
    letters.write(shop, now=now)
    for write in demo.OTHERS:
        write(shop, now=now)
    _pass_nights(programme, now)
    reckoning.keep(programme, now=now)
    return {"members": Member.objects.filter(programme=programme).count()}


def _started(shop: Shop, now: datetime) -> Programme | None:
    """Since the midnight of a year ago. None where somebody set up a programme meanwhile."""
    found = reading.programme_of(shop)
    if found is not None:
        return found if found.started_at < now - YEAR + WEEK else None
    day = (now - YEAR).astimezone(shop.tz).date()
    with transaction.atomic():
        return terms.start(shop, at=datetime.combine(day, time.min, shop.tz))


def _left(programme: Programme, now: datetime) -> list[tuple[datetime, datetime]]:
    """The weeks that have not gone by."""
    sealed = set(Seal.objects.filter(programme=programme).values_list("sealed_at", flat=True))
    ends = list(_evenings(programme, now))
    done = max((each for each in ends if each in sealed), default=programme.started_at)
    return [(since, until) for since, until in pairwise([programme.started_at, *ends]) if until > done]


def _evenings(programme: Programme, now: datetime) -> Iterator[datetime]:
    """Of every seventh day, and the moment itself."""
    zone = programme.shop.tz
    day = programme.started_at.astimezone(zone).date() + WEEK - DAY
    while (evening := datetime.combine(day, time(EVENING), zone)) < now:
        yield evening
        day += WEEK
    yield now


def _pass_week(programme: Programme, since: datetime, until: datetime) -> bool:
    """Returns False where the shop is gone."""
    rng = np.random.default_rng([SEED, until.toordinal()])
    with transaction.atomic():
        locking.hold_until_commit(programme.shop_id, patience_seconds=PATIENCE_SECONDS)
        if not Shop.objects.filter(pk=programme.shop_id).exists():
            return False
        _join(programme, rng, since, until)
        _pass_nights(programme, until)
        active = _active(programme, since, until)
        for begin in range(0, len(active), AT_ONCE):
            awarding.reckon_all(active[begin : begin + AT_ONCE], now=until, until=until)
        _redeem(programme, active, rng, until)
        _correct(active, rng, until)
        for write in demo.WEEKS:
            write(programme, active, since, until)
        sealing.seal(programme, now=until)
    return True


def _join(programme: Programme, rng: np.random.Generator, since: datetime, until: datetime) -> None:
    """Some of those who buy, at the till: the order that they have in hand earns already."""
    members = Member.objects.filter(programme=programme)
    room = MOST_MEMBERS - members.count()
    orders = Order.objects.filter(shop=programme.shop, ordered_at__gt=since, ordered_at__lte=until)
    others = orders.exclude(customer=None).exclude(customer__in=members.values("customer"))
    joining: dict[int, datetime] = {}
    for customer, at in others.order_by("ordered_at", "number").values_list("customer", "ordered_at"):
        if rng.random() < JOINS and len(joining) < room:
            joining.setdefault(customer, at - A_MOMENT)
    membership.enrol(programme=programme, joining=joining, now=until, by=None)


def _pass_nights(programme: Programme, until: datetime) -> None:
    """Points become active and expire at their midnights, and terms of tiers end."""
    for midnight in _midnights(programme, until):
        for step in (ledger.activate, ledger.expire):
            while step(programme, at=midnight, most=LOTS_AT_ONCE):
                continue
    while tiering.refresh_due(programme, at=until, most=LOTS_AT_ONCE):
        continue


def _midnights(programme: Programme, until: datetime) -> list[datetime]:
    """At which something is due."""
    lots = Lot.objects.filter(journal__programme=programme, remaining__gt=0)
    pending = lots.filter(state=Lot.State.PENDING, available_from__lte=until)
    expiring = lots.filter(expires_at__lte=until)
    return sorted({*pending.values_list("available_from", flat=True), *expiring.values_list("expires_at", flat=True)})


def _active(programme: Programme, since: datetime, until: datetime) -> list[Member]:
    """Who bought something or sent something back."""
    theirs = {"customer": OuterRef("customer")}
    ordered = Order.objects.filter(ordered_at__gt=since, ordered_at__lte=until, **theirs)
    returned = Refund.objects.filter(refunded_at__gt=since, refunded_at__lte=until, **theirs)
    found = Member.objects.filter(Q(Exists(ordered)) | Q(Exists(returned)), programme=programme)
    return list(found.select_related("programme__shop", "customer").order_by("pk"))


def _redeem(programme: Programme, active: Sequence[Member], rng: np.random.Generator, until: datetime) -> None:
    """Some of those who can."""
    for member, found in reading.balances_of(active).items():
        chance, minutes = rng.random(), int(rng.integers(1, 540))
        if found.points >= COST and chance < REDEEMS:
            at = until - timedelta(minutes=minutes)
            ledger.burn(programme, member, COST, key=f"demo {member} {until:%Y-%m-%d}", at=at, reason=REWARD)


def _correct(active: Sequence[Member], rng: np.random.Generator, until: datetime) -> None:
    """Now and then somebody gets points for trouble they had, or a mistake is put right."""
    place = until.toordinal() // WEEK.days
    can = [each for each, found in reading.balances_of(active).items() if found.points >= COST]
    if place % CORRECTS == 0 and can:
        points, reason = CORRECTIONS[place // CORRECTS % len(CORRECTIONS)]
        chosen = can[int(rng.integers(len(can)))]
        member = next(each for each in active if each.pk == chosen)
        key = f"demo {until:%Y-%m-%d}"
        corrections.correct(member=member, points=points, reason=reason, key=key, by=None, at=until)
