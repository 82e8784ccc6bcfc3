"""Friends whom members of the demo shop brought: customers whose first purchase lies in the last months, as if each had
come by somebody some days before. Five came within the hour by one member, which a colleague looks at."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

import numpy as np
from django.db import transaction
from django.db.models import Min

from treue.act.loyalty import reading as loyalty
from treue.act.loyalty.models import Member, Programme
from treue.act.referrals import advocates, binding, qualifying, rewarding, schemes, visiting
from treue.act.referrals.errors import NotBound
from treue.act.referrals.models import Advocate, Referral, Scheme
from treue.act.referrals.schemes import Terms
from treue.core.commerce.models import Order
from treue.core.customers.models import Customer
from treue.core.shop.models import Shop

SEED, SPAN = 20261203, timedelta(days=150)
ADVOCATES, FRIENDS, AT_ONCE = 12, 70, 5
LONGEST_DAYS, OPENED = 45, 3  # until a friend buys; how often a link is opened for each who comes by it
TERMS = Terms(
    is_open=True,
    advocate_points=100,
    friend_points=50,
    welcome=None,
    minimum=Decimal(15),
    is_first_only=True,
    most_per_year=12,
    window_days=30,
    review_from=30,
    landing="https://example.org/",
)
WAYS = (Referral.Way.LINK, Referral.Way.LINK, Referral.Way.CODE, Referral.Way.API)


class Friend(NamedTuple):
    """bought_at: for the first time."""

    customer: Customer
    bought_at: datetime


def write(shop: Shop, *, now: datetime) -> None:
    """Once."""
    programme = loyalty.programme_of(shop)
    if programme is None or Scheme.objects.filter(programme=programme).exists():
        return
    rng = np.random.default_rng(SEED)
    with transaction.atomic():
        scheme = schemes.save(programme=programme, terms=TERMS, by=None)
        them, friends = _advocates(programme, now - SPAN, rng), _friends(shop, now, rng)
        if not them:
            return
        coming = sorted(_coming(friends, them, now, rng), key=lambda each: each[2])
        brought = [_brought(scheme, *each, rng) for each in coming]
        for referral in filter(None, brought):
            _follow(referral, scheme.programme, now)


def _advocates(programme: Programme, before: datetime, rng: np.random.Generator) -> Sequence[Advocate]:
    rows = Member.objects.filter(programme=programme, left_at=None, joined_at__lt=before).order_by("pk")
    found = [rows[int(place)] for place in rng.permutation(rows.count())[:ADVOCATES]]
    return [advocates.ensure(member=each, at=before)[0] for each in found]


def _friends(shop: Shop, now: datetime, rng: np.random.Generator) -> Sequence[Friend]:
    firsts = Order.objects.filter(shop=shop, customer__isnull=False).values("customer").annotate(at=Min("ordered_at"))
    since = now - SPAN + timedelta(days=LONGEST_DAYS)
    found = dict(firsts.filter(at__gte=since, at__lt=now).order_by("customer").values_list("customer", "at"))
    customers = Customer.objects.in_bulk(found)
    chosen = [list(found)[int(place)] for place in rng.permutation(len(found))[:FRIENDS]]
    return [Friend(customers[each], found[each]) for each in chosen]


def _coming(
    friends: Sequence[Friend], them: Sequence[Advocate], now: datetime, rng: np.random.Generator
) -> Iterator[tuple[Friend, Advocate, datetime]]:
    """Few bring many, and some friends take too long until they buy."""
    returnable = timedelta(days=them[0].programme.return_days + 2)
    lately = [each for each in friends if now - timedelta(days=TERMS.window_days) < each.bought_at < now - returnable]
    at_once = lately[:AT_ONCE]
    for place, friend in enumerate(at_once):
        first = min(each.bought_at for each in at_once)
        yield friend, them[-1], first - timedelta(hours=5, minutes=7 * place)
    for friend in friends:
        if friend not in at_once:
            days = min(rng.exponential(TERMS.window_days / 3), LONGEST_DAYS - 1)
            advocate = them[int(len(them) * rng.random() ** 2)]
            yield friend, advocate, friend.bought_at - timedelta(days=days, minutes=20)


def _brought(
    scheme: Scheme, friend: Friend, advocate: Advocate, at: datetime, rng: np.random.Generator
) -> Referral | None:
    way = WAYS[rng.integers(len(WAYS))]
    for _opened in range(rng.poisson(OPENED - 1) + 1 if way == Referral.Way.LINK else 0):
        visiting.open_link(scheme, advocate.code, is_counted=True, now=at)
    about = {"shop": scheme.programme.shop, "code": advocate.code, "friend": friend.customer, "way": way}
    with suppress(NotBound):  # their own code
        return binding.bind(**about, at=at, now=at)
    return None


def _follow(referral: Referral, programme: Programme, now: datetime) -> None:
    """On the day on which the friend's order could be returned last, and today."""
    order = qualifying.order_of(referral)
    due_at = qualifying.returnable_until(order, programme) if order else now
    for moment in sorted({min(due_at, now), now}):
        rewarding.follow(referral.pk, now=moment)
