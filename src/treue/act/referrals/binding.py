"""Say by whom a friend came: once, for ever, the first one counts."""

from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction

from treue.act.referrals import advocates, happenings, scores, welcoming
from treue.act.referrals.errors import (
    BoughtBefore,
    CameAlready,
    FriendGone,
    NotBound,
    OwnCode,
    SchemeClosed,
    UnknownCode,
)
from treue.act.referrals.models import Advocate, Referral, Scheme, Touch
from treue.core.commerce.models import Order
from treue.core.customers import persons
from treue.core.customers.models import Customer
from treue.core.shop.models import Shop


def bind(*, shop: Shop, code: object, friend: Customer, way: str, at: datetime, now: datetime) -> Referral:
    """A customer came by a code. at: when they did. Raises UnknownCode, SchemeClosed, OwnCode, CameAlready,
    BoughtBefore, FriendGone; nothing is changed then."""
    scheme = advocates.scheme_of_shop(shop)
    if scheme is None or not scheme.is_open:
        raise SchemeClosed
    advocate = advocates.of_code(scheme.programme, code)
    if advocate is None:
        raise UnknownCode
    return _bind(scheme, advocate, friend, way, at, now)


def bind_earlier(*, scheme: Scheme, friend: Customer, now: datetime) -> Referral | None:
    """Whoever brought somebody's code along before it was known who they are came by that; the first one counts."""
    touches = Touch.objects.filter(person__in=persons.numbers_of(friend), advocate__programme=scheme.programme)
    referral = None
    for touch in touches.select_related("advocate__member__customer").order_by("at", "person"):
        if referral is None and scheme.is_open and touch.advocate.member.left_at is None:
            with suppress(NotBound):  # their own link, or they bought before; a later touch may be another's
                referral = _bind(scheme, touch.advocate, friend, Referral.Way.LINK, touch.at, now)
        touch.delete()
    return referral


def _bind(scheme: Scheme, advocate: Advocate, friend: Customer, way: str, at: datetime, now: datetime) -> Referral:
    with transaction.atomic():
        bound_as, friend = friend.pk, _held(friend)
        _require_bindable(scheme, advocate, friend, at)
        referral = Referral.objects.create(
            programme=scheme.programme,
            advocate=advocate,
            friend=friend,
            bound_as=bound_as,
            came_by=way,
            bound_at=at,
            lapses_at=at + timedelta(days=scheme.window_days),
            advocate_points=scheme.advocate_points,
            friend_points=scheme.friend_points,
            minimum=scheme.minimum,
            is_first_only=scheme.is_first_only,
        )
        scores.refresh(referral)
        welcoming.give(scheme, referral, now=now)
        happenings.tell(happenings.FRIEND_REFERRED, referral, advocate.member.customer_id, at, way=str(way))
    return referral


def _held(friend: Customer) -> Customer:
    """Who they are today. Who would bind, merge or erase the same one waits here."""
    held = Customer.everyone.select_for_update(no_key=True).filter(pk=friend.pk).first()
    if held is None:
        raise FriendGone
    return held if held.merged_into_id is None else _held(held.merged_into)


def _require_bindable(scheme: Scheme, advocate: Advocate, friend: Customer, at: datetime) -> None:
    if advocate.member.customer_id == friend.pk:
        raise OwnCode
    numbers = [friend.pk, *Customer.everyone.filter(merged_into=friend).values_list("pk", flat=True)]
    theirs = Referral.objects.filter(programme=scheme.programme)
    former = theirs.filter(friend=friend).first() or theirs.filter(bound_as__in=numbers).first()
    if former is not None:
        raise CameAlready(former.pk)
    if Order.objects.filter(customer=friend, ordered_at__lt=at).exists():
        raise BoughtBefore
