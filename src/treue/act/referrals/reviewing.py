"""What a colleague decides of referrals that look like somebody's own."""

from datetime import datetime

from django.db import transaction

from treue.act.referrals import advocates, happenings, rewarding, welcoming
from treue.act.referrals.errors import NotToBeReviewed
from treue.act.referrals.models import Advocate, Referral
from treue.core.staff import audit
from treue.core.staff.models import User

State = Referral.State


def approve(*, referral: Referral, reason: str, by: User, now: datetime) -> None:
    """Let it be rewarded as any other. Raises NotToBeReviewed."""
    with transaction.atomic():
        held = _decided(referral, reason, by, now)
        held.is_approved = True
        held.save(update_fields=["decision", "decided_by", "decided_at", "is_approved"])
        scheme = advocates.scheme_of(held.programme)
        if scheme is not None:
            welcoming.give(scheme, held, now=now)
        audit.record("referral.approved", who=by, subject=f"referral {held.pk}", score=held.score)
        rewarding.follow(held.pk, now=now)


def refuse(*, referral: Referral, reason: str, by: User, now: datetime) -> None:
    """Give neither of them anything, for good. Raises NotToBeReviewed."""
    if not reason.strip():
        raise ValueError("a refusal has a reason")
    with transaction.atomic():
        held = _decided(referral, reason, by, now)
        held.state = State.REFUSED
        held.save(update_fields=["decision", "decided_by", "decided_at", "state"])
        welcoming.take_back(held)
        advocate = Advocate.objects.select_related("member").filter(pk=held.advocate_id).first()
        person = advocate.member.customer_id if advocate else held.friend_id
        happenings.tell(happenings.REFERRAL_REFUSED, held, person, now)
        audit.record("referral.refused", who=by, subject=f"referral {held.pk}", score=held.score)


def _decided(referral: Referral, reason: str, by: User, now: datetime) -> Referral:
    held = rewarding.locked(referral.pk)
    if held is None or held.state != State.REVIEW:
        raise NotToBeReviewed(held.state if held else State.LAPSED)
    held.decision, held.decided_by, held.decided_at = reason.strip(), by, now
    return held
