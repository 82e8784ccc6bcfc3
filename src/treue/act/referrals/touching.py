"""Codes that events bring along: of a visitor's browser before they are known, or with an order."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from treue.act.referrals import advocates, binding
from treue.act.referrals.errors import NotBound
from treue.act.referrals.models import Referral, Scheme
from treue.core.commerce.completing import ORDER_COMPLETED, ORDER_UPDATED
from treue.core.customers.models import Customer
from treue.core.events.happened import Happened
from treue.core.shop.models import Shop

# A browser says itself when something happened. It may have been without a network for so long; who could say more
# would come before an order of last year, and be rewarded for it.
LATEST = timedelta(days=1)
PROPERTY, COUPON = "treue_referral", "coupon"
ORDERS = (ORDER_COMPLETED, ORDER_UPDATED)

KEEP = """
insert into referrals_touch as t (person, advocate_id, at) values (%s, %s, %s)
on conflict (person) do update set advocate_id = excluded.advocate_id, at = excluded.at where excluded.at < t.at"""


def take(events: Sequence[Happened], *, now: datetime) -> None:
    """Bind whoever is known, and keep who is not yet. What is wrong with a code is nobody's error."""
    with_codes = [each for each in events if each.person is not None and code_of(each.name, each.facts)]
    for shop in Shop.objects.filter(pk__in={each.shop_id for each in with_codes}):
        scheme = advocates.scheme_of_shop(shop)
        if scheme is not None and scheme.is_open:
            for event in with_codes:
                if event.shop_id == shop.pk:
                    _take(scheme, event, now)


def code_of(name: str, facts: Mapping[str, object]) -> tuple[object, str] | None:
    """The code that an event brings along, and the way it came; None without. Many a coupon is none of ours."""
    if facts.get(PROPERTY):
        return facts[PROPERTY], Referral.Way.LINK
    return (facts[COUPON], Referral.Way.CODE) if name in ORDERS and facts.get(COUPON) else None


def _take(scheme: Scheme, event: Happened, now: datetime) -> None:
    code, way = code_of(event.name, event.facts)
    advocate = advocates.of_code(scheme.programme, code)
    if advocate is None:
        return
    friend = Customer.everyone.filter(pk=event.customer).first() if event.customer else None
    if friend is None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(KEEP, [event.person, advocate.pk, _came_at(event, way)])
        return
    try:
        if binding.bind_earlier(scheme=scheme, friend=friend, now=now) is None:
            shop = scheme.programme.shop
            binding.bind(shop=shop, code=code, friend=friend, way=way, at=_came_at(event, way), now=now)
    except NotBound:
        return


def _came_at(event: Happened, way: str) -> datetime:
    """An order is as old as it is told, since it is an order of itself; a link was opened about when that came in."""
    return event.occurred_at if way == Referral.Way.CODE else max(event.occurred_at, event.recorded_at - LATEST)
