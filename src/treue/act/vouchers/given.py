"""Codes that were given to one customer, for their own eyes."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import F, Q

from treue.act.vouchers.models import Code


def usable(customers: Collection[int], *, now: datetime, most: int) -> list[Code]:
    """Those that can still be redeemed, those that end first first. customers: all numbers of one person."""
    fits = Q(campaign__valid_until=None) | Q(campaign__valid_until__gt=now)
    has_uses = Q(most_uses=None) | Q(uses__lt=F("most_uses"))
    has_rest = Q(worth=None) | Q(spent__lt=F("worth"))
    found = Code.objects.filter(fits, has_uses, has_rest, customer__in=customers, state=Code.State.GIVEN)
    ordered = found.select_related("campaign").order_by(F("campaign__valid_until").asc(nulls_last=True), "pk")
    return list(ordered[:most])
