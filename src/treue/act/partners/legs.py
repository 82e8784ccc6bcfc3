"""The partner's side of a journal, written in its transaction: with it, or not at all."""

from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Sum

from treue.act.loyalty import families
from treue.act.loyalty.days import day_of
from treue.act.loyalty.models import Allocation, Journal, Member
from treue.act.partners import happenings
from treue.act.partners.errors import PartnerPaused, ReceiptUsed
from treue.act.partners.models import Agreement, Kind, Leg, Partner, Redemption, Share


def month_of(moment: datetime, zone: ZoneInfo) -> date:
    return day_of(moment, zone).replace(day=1)


def of_journal(journal: int) -> Leg | None:
    rows = Leg.objects.select_related("partner__programme__shop", "journal", "redemption", "agreement")
    return rows.filter(journal=journal).first()


def held_member(journal: Journal) -> Member | None:
    """Whose points a journal moved, who stays as they are until the transaction ends. None of who was erased."""
    return families.hold(journal.member_id)


def level(member: Member | None, now: datetime) -> None:
    """Where the membership was merged into another, bring that one what is there now, or let it pay what is owed."""
    if member is not None and member.merged_into_id is not None:
        families.level(member, now=now)


def require_active(partner: Partner) -> None:
    """Raises PartnerPaused."""
    if not Partner.objects.filter(pk=partner.pk, state=Partner.State.ACTIVE).exists():
        raise PartnerPaused


def write(
    *,
    partner: Partner,
    kind: Kind,
    journal: int,
    agreement: Agreement,
    points: int,
    reference: str,
    at: datetime,
    original: Leg | None = None,
    redemption: Redemption | None = None,
) -> Leg:
    """Raises ReceiptUsed."""
    leg = Leg(
        partner=partner,
        kind=kind,
        journal_id=journal,
        agreement=agreement,
        points=points,
        original=original,
        redemption=redemption,
        month=month_of(at, partner.programme.shop.tz),
        reference=reference,
        happened_at=at,
    )
    try:
        with transaction.atomic():
            leg.save()
    except IntegrityError as error:
        raise ReceiptUsed from error
    happenings.tell_leg(leg)
    return leg


def share(leg: Leg, *journals: int) -> None:
    """Write down who had issued the points that these journals took from lots or put back there.

    What came into no lot paid a debt of the member's; it stands with the shop's own.
    """
    issued = dict(_by_issuer(journals))
    rest = leg.points - sum(issued.values())
    for issuer in sorted(issued, key=lambda each: issued[each], reverse=True):
        less = max(rest, -issued[issuer]) if rest < 0 else 0  # what a hold gave back paid a debt first
        issued[issuer] += less
        rest -= less
    issued[0] = issued.get(0, 0) + rest
    Share.objects.bulk_create(Share(leg=leg, issuer=each, points=points) for each, points in issued.items() if points)


def _by_issuer(journals: tuple[int, ...]) -> Mapping[int, int]:
    rows = Allocation.objects.filter(journal__in=journals).values("lot__issuer").annotate(points=Sum("amount"))
    return {each["lot__issuer"] or 0: abs(each["points"]) for each in rows}
