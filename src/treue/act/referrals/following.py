"""Find the referrals about which something is to be done, and do it, one at a time."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from treue.act.loyalty.models import Member
from treue.act.referrals import advocates, binding, rewarding
from treue.act.referrals.models import Referral, Scheme, Touch
from treue.act.referrals.qualifying import KEPT
from treue.core.commerce.models import Order
from treue.core.customers.models import Customer, Visitor
from treue.core.jobs.work import Progress
from treue.core.shop.models import Shop

State = Referral.State
AT_ONCE = 500
TOUCHES_KEPT = timedelta(days=7)  # behind the time in which they could have counted: orders are told late
log = logging.getLogger(__name__)


def follow(shop_id: int, progress: Progress, *, now: datetime) -> dict[str, object]:
    """Each in a transaction of its own; it may be stopped and started again. What cannot be done is tried again the
    next time, and the others do not wait for it: the first error is raised at the end."""
    shop = Shop.objects.filter(pk=shop_id).first()
    scheme = advocates.scheme_of_shop(shop) if shop else None
    if scheme is None:
        return {}
    progress.step("recognising")
    recognised, failed = 0, None
    for friend in _recognised(scheme):
        recognised += binding.bind_earlier(scheme=scheme, friend=friend, now=now) is not None
        progress.advance()
    _forget_touches(scheme, now)
    progress.step("following")
    looked_at = 0
    for referral in _due(scheme, now):
        try:
            rewarding.follow(referral, now=now)
        except Exception as error:
            log.warning("Referral %d cannot be followed: %s", referral, type(error).__name__)
            failed = failed or error
        looked_at += 1
        progress.advance()
    if failed is not None:
        raise failed
    return {"friends": recognised, "referrals": looked_at}


def _recognised(scheme: Scheme) -> list[Customer]:
    """Those of whom it is known by now who they are, whose browser brought a code along."""
    touches = Touch.objects.filter(advocate__programme=scheme.programme).values("person")
    known = Visitor.objects.filter(number__in=touches, customer__isnull=False).values("customer")
    return list(Customer.objects.filter(Q(pk__in=known) | Q(pk__in=touches)).order_by("pk")[:AT_ONCE])


def _forget_touches(scheme: Scheme, now: datetime) -> None:
    with transaction.atomic():
        before = now - timedelta(days=scheme.window_days) - TOUCHES_KEPT
        Touch.objects.filter(at__lt=before).delete()


def _due(scheme: Scheme, now: datetime) -> Iterator[int]:
    """Piece by piece, by number, so that what is done meanwhile shifts nothing."""
    after, found = 0, due(scheme, now)
    while piece := list(found.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        yield from piece
        after = piece[-1]


def due(scheme: Scheme, now: datetime) -> QuerySet[Referral]:
    """Of which time, an order, a refund or a new membership makes something else."""
    theirs = Order.objects.filter(KEPT, customer=OuterRef("friend"))
    kept = Exists(theirs.filter(pk=OuterRef("order_id"), amount__gte=F("refunded_amount") + OuterRef("minimum")))
    bought = Exists(theirs.filter(ordered_at__gte=OuterRef("bound_at"), ordered_at__lt=OuterRef("lapses_at")))
    joined = Exists(Member.objects.filter(programme=scheme.programme, customer=OuterRef("friend"), left_at=None))
    other = (
        Q(state=State.INVITED) & (Q(lapses_at__lte=now) | bought)
        | Q(state=State.ORDERED) & (Q(due_at__lte=now) | ~kept)
        | Q(state__in=[State.REVIEW, State.REWARDED]) & ~kept
        | Q(state=State.REWARDED, friend_journal=None, friend_points__gt=0, is_spare=False) & joined
    )
    counts = Q(is_spare=False) | Q(state=State.REWARDED)
    return Referral.objects.filter(other, counts, programme=scheme.programme)
