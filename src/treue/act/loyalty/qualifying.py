"""What counts for a member's tier, one by one, the newest first."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from treue.act.loyalty import families
from treue.act.loyalty.days import begin_of, day_of
from treue.act.loyalty.models import Entry, Member, Wallet
from treue.act.loyalty.tiers import Measure, RuleVersion
from treue.core.commerce.models import Order as Bought


@dataclass(frozen=True)
class Counting:
    """key: tells apart what happened at one moment. amount: money of an order, or points. order, journal: which of them
    counts, one of both."""

    key: int
    at: datetime
    amount: Decimal | int
    order: int | None = None
    journal: int | None = None


def orders_that_count() -> QuerySet[Bought]:
    """Of which something is left."""
    kept = Q(refunded_units=0) | Q(units__gt=F("refunded_units"))
    return Bought.objects.filter(kept, amount__gt=F("refunded_amount"))


def entries_that_count() -> QuerySet[Entry]:
    """With the moment at which they count: what is taken back, where it had counted."""
    found = Entry.objects.filter(member__gt=0, wallet=Wallet.QUALIFYING)
    return found.annotate(at=Coalesce("journal__original__happened_at", "journal__happened_at"))


def counting(
    member: Member, version: RuleVersion, now: datetime, *, after: tuple[datetime, int] | None = None, most: int
) -> list[Counting]:
    """What the window holds at a moment, of `most` at most behind a place."""
    zone = member.programme.shop.tz
    since = begin_of(version.window.begin(day_of(now, zone)), zone)
    if version.measure is Measure.POINTS:
        family = [each.pk for each in families.whole([member])[member.pk]]
        entries = entries_that_count().filter(member__in=family, at__gte=since, at__lte=now)
        found = _behind(entries, "at", "journal", after).order_by("-at", "-journal")
        return [Counting(each.journal_id, each.at, each.amount, journal=each.journal_id) for each in found[:most]]
    orders = orders_that_count().filter(customer=member.customer_id, ordered_at__gte=since, ordered_at__lte=now)
    found = _behind(orders, "ordered_at", "pk", after).order_by("-ordered_at", "-pk")
    return [
        Counting(each.pk, each.ordered_at, each.amount - each.refunded_amount, order=each.pk) for each in found[:most]
    ]


def _behind(rows: QuerySet, moment: str, key: str, after: tuple[datetime, int] | None) -> QuerySet:
    if after is None:
        return rows
    return rows.filter(Q(**{f"{moment}__lt": after[0]}) | Q(**{moment: after[0], f"{key}__lt": after[1]}))
