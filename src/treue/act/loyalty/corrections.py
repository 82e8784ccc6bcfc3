"""What colleagues do to a member's points by hand: at once, or once a second one has agreed."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Abs

from treue.act.loyalty import ledger
from treue.act.loyalty.errors import CorrectionDecided, KeyReused, OwnCorrection
from treue.act.loyalty.models import Correction, Member, Programme
from treue.core.staff import audit
from treue.core.staff.models import User

ONE_DAY = timedelta(days=1)
State = Correction.State


def correct(*, member: Member, points: int, reason: str, key: str, by: User | None, at: datetime) -> Correction:
    """Correct a balance up or down, or ask for it where that goes beyond the programme's limit.

    key: the same for the same form, however often it is sent. Raises InsufficientPoints, KeyReused.
    """
    with transaction.atomic():
        locked = Member.objects.select_for_update(of=("self",)).select_related("programme__shop").get(pk=member.pk)
        former = Correction.objects.filter(member=locked, key=key).first()
        if former is not None:
            if (former.points, former.reason) != (points, reason):
                raise KeyReused
            return former
        asked = Correction(member=locked, points=points, reason=reason, key=key, asked_by=by, asked_at=at)
        if _needs_another(asked):
            asked.state = State.WAITING
            _record("points.adjustment_asked", asked, by)
        else:
            asked.state, asked.journal = State.DONE, _adjust(asked, at)
            _record("points.adjusted", asked, by)
        asked.save()
    return asked


def approve(*, correction: Correction, by: User, at: datetime) -> Correction:
    """Raises OwnCorrection, CorrectionDecided, InsufficientPoints."""
    with transaction.atomic():
        found = _waiting(correction, by)
        found.state, found.decided_by, found.decided_at = State.APPROVED, by, at
        found.journal = _adjust(found, at)
        found.save()
        _record("points.adjusted", found, by)
    return found


def refuse(*, correction: Correction, by: User, at: datetime) -> Correction:
    """Whoever asked may take it back. Raises CorrectionDecided."""
    with transaction.atomic():
        found = _waiting(correction, None)
        found.state, found.decided_at = State.REFUSED, at
        found.decided_by = None if found.asked_by == by else by
        found.save()
        _record("points.adjustment_refused", found, by)
    return found


def waiting(programme: Programme) -> QuerySet[Correction]:
    """Those that nobody has decided on, the eldest first."""
    found = Correction.objects.filter(member__programme=programme, state=State.WAITING)
    return found.select_related("member__customer", "member__programme", "asked_by").order_by("asked_at", "pk")


def _needs_another(asked: Correction) -> bool:
    """With what the colleague did within a day: many small ones are a large one."""
    limit = asked.member.programme.correction_limit
    if limit is None:
        return False
    recent = Correction.objects.filter(
        member=asked.member, asked_by=asked.asked_by, state=State.DONE, asked_at__gt=asked.asked_at - ONE_DAY
    )
    so_far = recent.aggregate(points=Sum(Abs(F("points"))))["points"] or 0
    return so_far + abs(asked.points) > limit


def _waiting(correction: Correction, by: User | None) -> Correction:
    rows = Correction.objects.select_for_update(of=("self",)).select_related("member__programme__shop")
    found = rows.get(pk=correction.pk)
    if found.state != State.WAITING:
        raise CorrectionDecided(found.state)
    if by is not None and found.asked_by == by:
        raise OwnCorrection(found.pk)
    return found


def _adjust(asked: Correction, at: datetime) -> int:
    """Where the membership was merged into another since it was asked for, that one has the points."""
    programme, member = asked.member.programme, asked.member.merged_into_id or asked.member_id
    key = f"by hand {asked.key}"
    return ledger.adjust(programme, member, asked.points, key=key, at=at, reason=asked.reason)


def _record(action: str, asked: Correction, by: User | None) -> None:
    facts = {"points": asked.points} | ({"journal": asked.journal} if asked.journal else {})
    audit.record(action, who=by, subject=f"member {asked.member_id}", **facts)
