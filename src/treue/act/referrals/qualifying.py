"""Which order of a friend counts."""

from datetime import datetime, time, timedelta

from django.db.models import F, Q

from treue.act.loyalty.models import Programme
from treue.act.referrals.models import Referral
from treue.core.commerce.models import Order

KEPT = Q(amount__gt=F("refunded_amount")) & (Q(refunded_units=0) | Q(units__gt=F("refunded_units")))


def order_of(referral: Referral) -> Order | None:
    """The earliest that reaches the minimum by what the friend keeps of it, in the time that the advocate was promised;
    where only the first purchase counts, that or none. What came back is known by now, or comes later."""
    theirs = Order.objects.filter(KEPT, customer=referral.friend_id).alias(kept=F("amount") - F("refunded_amount"))
    earliest = theirs.order_by("ordered_at", "pk")
    in_time = Q(ordered_at__gte=referral.bound_at, ordered_at__lt=referral.lapses_at)
    enough = Q(kept__gte=referral.minimum)
    if not referral.is_first_only:
        return earliest.filter(in_time, enough).first()
    first = earliest.first()
    return earliest.filter(in_time, enough, pk=first.pk).first() if first else None


def returnable_until(order: Order, programme: Programme) -> datetime:
    """The end of the day of the shop on which it can be returned last."""
    if not programme.return_days:
        return order.ordered_at
    last_day = order.ordered_at.astimezone(programme.shop.tz).date() + timedelta(days=programme.return_days)
    return datetime.combine(last_day + timedelta(days=1), time.min, programme.shop.tz)
