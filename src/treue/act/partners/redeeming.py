"""Points that members redeem at a partner: at once, or held until the sale is made; and rolled back.

The ledger takes, holds and gives back; what the programme owes the partner is written in the same transaction. A hold
owes nothing: it ends by itself.
"""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from treue.act.loyalty import ledger
from treue.act.loyalty.errors import KeyReused
from treue.act.loyalty.models import Entry, Member, Spending, Wallet
from treue.act.partners import happenings, legs, merchants
from treue.act.partners.errors import MoreThanHeld, NothingLeft, ReceiptUsed
from treue.act.partners.issuing import same
from treue.act.partners.models import Kind, Leg, Partner, Redemption

REASON, ROLLED_BACK, RELEASED = "partner redemption", "partner roll-back", "partner release"


def redemption_of(journal: int) -> str:
    """What a journal's points were redeemed for, as a program names it; "" where that is no partner's."""
    found = Redemption.objects.filter(journal=journal).values_list("pk", flat=True).first()
    return f"partner redemption {found}" if found else ""


def redeem(
    *,
    partner: Partner,
    member: Member,
    points: int,
    reference: str,
    key: str,
    now: datetime,
    held_until: datetime | None = None,
) -> Redemption:
    """Redeem a member's points at a partner, the first to expire first; held_until: only set them aside until then.

    Raises PartnerPaused, NoAgreement, ReceiptUsed, and the ledger's InsufficientPoints, NoSuchMember and KeyReused.
    """
    about = {"key": f"partner {partner.pk} redeem {key}", "at": now, "reason": REASON}
    with transaction.atomic():
        if held_until is None:
            journal = ledger.burn(partner.programme, member.pk, points, **about)
        else:
            journal = ledger.hold(partner.programme, member.pk, points, until=held_until, **about)
        former = rows().filter(journal=journal).first()
        if former is not None:
            if former.reference != reference:
                raise KeyReused
            return former
        legs.require_active(partner)
        agreement = merchants.in_force(partner, now)
        made = _made(partner, journal, points, reference, held_until, now)
        if held_until is not None:
            happenings.tell_redemption(happenings.HELD, made, now)
            return made
        terms = {"agreement": agreement, "points": points, "reference": reference, "at": now, "redemption": made}
        legs.share(legs.write(partner=partner, kind=Kind.REDEEM, journal=journal, **terms), journal)
    return made


def capture(*, redemption: Redemption, points: int, key: str, now: datetime) -> Leg:
    """Redeem held points, or a part; the rest is released. What goes back to a membership that was merged into another
    since the hold goes there at once, as in `release` and `roll_back`.

    Raises PartnerPaused, MoreThanHeld, NoAgreement, and the ledger's HoldHasEnded and KeyReused.
    """
    partner = redemption.partner
    if points > redemption.points:
        raise MoreThanHeld(redemption.points, points)
    with transaction.atomic():
        member = legs.held_member(redemption.journal)
        about = {"key": f"partner {partner.pk} capture {key}", "at": now, "reason": REASON}
        journal = ledger.capture(partner.programme, redemption.journal_id, points, **about)
        former = legs.of_journal(journal)
        if former is not None:
            return same(former, redemption.reference)
        legs.require_active(partner)
        leg = legs.write(
            partner=partner,
            kind=Kind.REDEEM,
            journal=journal,
            agreement=merchants.in_force(partner, now),
            points=points,
            reference=redemption.reference,
            at=now,
            redemption=redemption,
        )
        legs.share(leg, redemption.journal_id, journal)
        legs.level(member, now)
    return leg


def release(*, redemption: Redemption, key: str, now: datetime) -> Redemption:
    """Give held points back. Raises HoldHasEnded, KeyReused."""
    partner = redemption.partner
    with transaction.atomic():
        member = legs.held_member(redemption.journal)
        about = {"key": f"partner {partner.pk} release {key}", "at": now, "reason": RELEASED}
        ledger.release(partner.programme, redemption.journal_id, **about)
        legs.level(member, now)
        happenings.tell_redemption(happenings.RELEASED, redemption, now)
    return redemption


def roll_back(*, redemption: Redemption, total: int, reference: str, key: str, now: datetime) -> Leg:
    """Give points back that were redeemed, until `total` have been in all; never more than were.

    Raises NothingLeft, and the ledger's NothingToReverse where nothing was redeemed yet, and KeyReused.
    """
    partner = redemption.partner
    with transaction.atomic():
        member = legs.held_member(redemption.journal)  # so that nobody captures meanwhile
        original = redemption.legs.select_related("agreement").filter(kind=Kind.REDEEM).first()
        released = redemption.points - original.points if original else 0
        journal = ledger.give_back(
            partner.programme,
            redemption.journal_id,
            total=min(total, redemption.points) + released,
            key=f"partner {partner.pk} roll back {key}",
            at=now,
            reason=ROLLED_BACK,
        )
        if journal is None:
            raise NothingLeft
        former = legs.of_journal(journal)
        if former is not None:
            return same(former, reference)
        back = -Entry.objects.get(journal=journal, wallet=Wallet.REDEEMED).amount
        about = {"agreement": original.agreement, "points": back, "reference": reference, "at": now}
        more = {"original": original, "redemption": redemption}
        leg = legs.write(partner=partner, kind=Kind.ROLL_BACK, journal=journal, **about, **more)
        legs.share(leg, journal)
        legs.level(member, now)
    return leg


def rows() -> QuerySet[Redemption]:
    return Redemption.objects.select_related("partner__programme__shop", "journal")


def state(redemption: Redemption) -> str:
    """As a program names it: held, redeemed, released, rolled back."""
    spending = Spending.objects.get(journal=redemption.journal_id)
    if spending.state == Spending.State.SPENT:
        return "rolled back" if spending.given_back == spending.amount else "redeemed"
    return "held" if spending.state == Spending.State.HELD else "released"


def _made(
    partner: Partner, journal: int, points: int, reference: str, held_until: datetime | None, now: datetime
) -> Redemption:
    about = {"points": points, "reference": reference, "held_until": held_until, "made_at": now}
    try:
        with transaction.atomic():
            return Redemption.objects.create(partner=partner, journal_id=journal, **about)
    except IntegrityError as error:
        raise ReceiptUsed from error
