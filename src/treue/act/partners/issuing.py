"""Points that a partner gives, and takes back when something is returned there.

The ledger's journal and what the partner owes for it are one transaction. The ledger answers a key that came before
with the journal of then, and that journal has its leg: so a repeated request finds what it came to.
"""

from datetime import datetime

from django.db import transaction

from treue.act.loyalty import families, ledger
from treue.act.loyalty.errors import KeyReused
from treue.act.loyalty.ledger import Earning
from treue.act.loyalty.models import Entry, Member, Wallet
from treue.act.partners import legs, merchants
from treue.act.partners.errors import MemberLeft, NothingLeft
from treue.act.partners.models import Kind, Leg, Partner

REASON, RETURNED = "partner", "partner returned"


def issue(*, partner: Partner, member: Member, points: int, reference: str, key: str, now: datetime) -> Leg:
    """Give a member points for what they bought at a partner.

    reference: of the partner's receipt, which gives points once. key: the same however often it is asked for.
    Raises PartnerPaused, NoAgreement, MemberLeft, ReceiptUsed, and the ledger's KeyReused and NoSuchMember.
    """
    programme = partner.programme
    earning = Earning(
        member=member.pk,
        points=points,
        key=f"partner {partner.pk} issue {key}",
        at=now,
        reason=REASON,
        expires_at=programme.expires_at(now),
        issuer=partner.pk,
        by_activity=programme.waits_for_activity,
    )
    with transaction.atomic():
        (earned,) = ledger.earn(programme, [earning])
        former = None if earned.is_new else legs.of_journal(earned.journal)
        if former is not None:
            return same(former, reference)
        legs.require_active(partner)
        if not Member.everyone.filter(pk=member.pk, left_at=None).exists():
            raise MemberLeft
        about = {"agreement": merchants.in_force(partner, now), "points": points, "reference": reference, "at": now}
        return legs.write(partner=partner, kind=Kind.ISSUE, journal=earned.journal, **about)


def take_back(*, issued: Leg, total: int, reference: str, key: str, now: datetime) -> Leg:
    """Take points back that a partner gave, until `total` have been in all; never more than it gave.

    The partner is freed of those that could be taken: what the member has spent goes below zero as far as the programme
    lets it, and what has expired or is beyond that stays issued. Where the membership was merged into another since,
    that one has the points, and they are taken from there. Raises NothingLeft, KeyReused.
    """
    partner = issued.partner
    with transaction.atomic():
        member = legs.held_member(issued.journal)
        families.fetch(issued.journal_id, total, now=now)
        journal = ledger.take_back(
            partner.programme,
            issued.journal_id,
            total=total,
            key=f"partner {partner.pk} return {key}",
            at=now,
            reason=RETURNED,
        )
        if journal is None:
            raise NothingLeft
        former = legs.of_journal(journal)
        if former is not None:
            return same(former, reference)
        taken = Entry.objects.get(journal=journal, wallet=Wallet.ISSUED).amount
        about = {"agreement": issued.agreement, "points": taken, "reference": reference, "at": now}
        leg = legs.write(partner=partner, kind=Kind.RETURN, journal=journal, original=issued, **about)
        legs.level(member, now)
    return leg


def same(former: Leg, reference: str) -> Leg:
    """Raises KeyReused where the key came with another receipt."""
    if former.reference != reference:
        raise KeyReused
    return former
