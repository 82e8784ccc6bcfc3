"""What came of plans: how many gifts, what they cost, and how many of them were used."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from treue.act.gifts.models import Gift, Plan
from treue.act.loyalty.models import Lot, Member
from treue.act.rewards.models import AT_ONCE, Claim
from treue.act.vouchers.models import Code


@dataclass(frozen=True)
class Figures:
    """Since the year began: how many were given, what they cost, and how many of them somebody used, whole or in part.
    waiting: found, and not given so far."""

    this_year: int = 0
    cost: Decimal = Decimal(0)
    used: int = 0
    waiting: int = 0


def of(plans: Sequence[Plan], today: date) -> dict[int, Figures]:
    """By plan."""
    rows = Gift.objects.filter(plan__in=plans).alias(was_used=_was_used())
    this_year = Q(state=Gift.State.GIVEN, year=today.year)
    counted = rows.values("plan").annotate(
        this_year=Count("pk", filter=this_year),
        total=Sum("cost", filter=this_year),
        used=Count("pk", filter=this_year & Q(was_used=True)),
        waiting=Count("pk", filter=Q(state=Gift.State.WAITING)),
    )
    found = {
        each["plan"]: Figures(each["this_year"], each["total"] or Decimal(0), each["used"], each["waiting"])
        for each in counted
    }
    return {each.pk: found.get(each.pk, Figures()) for each in plans}


def _was_used() -> Q:
    """Points of it were redeemed, or its code was, or the reward was handed over or needs nobody to do so."""
    spent = Lot.objects.filter(journal=OuterRef("journal"), granted__gt=F("remaining") + F("expired") + F("taken_back"))
    used = Code.objects.filter(Q(uses__gt=0) | Q(spent__gt=0), pk=OuterRef("code"))
    at_once = Q(claim__state=Claim.State.REDEEMED, claim__reward__kind__in=AT_ONCE)
    return Q(Exists(spent)) | Q(Exists(used)) | Q(claim__state=Claim.State.HANDED_OVER) | at_once


def used(gifts: Sequence[Gift]) -> set[int]:
    """Which of some gifts were used."""
    rows = Gift.objects.filter(pk__in=[each.pk for each in gifts]).filter(_was_used())
    return set(rows.values_list("pk", flat=True))


def of_member(member: Member) -> QuerySet[Gift]:
    """What somebody got, by memberships too that were merged into theirs; the latest first."""
    theirs = Q(member=member) | Q(member__merged_into=member)
    given = Gift.objects.filter(theirs, state=Gift.State.GIVEN)
    about = ("plan__campaign", "plan__programme__shop", "code__campaign", "claim__reward")
    return given.select_related(*about).order_by("-pk")
