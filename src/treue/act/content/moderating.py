"""Publish or reject, as it is: nobody edits what a customer wrote (DSA, § 5b UWG). Of two moderators one decides.

Whoever decides says which revision they looked at; where somebody else decided meanwhile, they are told and nothing
happens. What was rejected can be published after all, and what is published taken down.
"""

from datetime import datetime

from django.db import transaction

from treue.act.content import happenings, reading, rewarding
from treue.act.content.errors import DecidedMeanwhile, NotPublished, ReportedEnough, Withdrawn, WithoutReason
from treue.act.content.locking import held
from treue.act.content.models import LONGEST_REASON, Report, Submission
from treue.core.staff import audit
from treue.core.staff.models import User

State = Submission.State
MOST_REPORTS = 20


def publish(*, submission: Submission, seen: int, now: datetime, by: User | None) -> Submission:
    """Raises DecidedMeanwhile, Withdrawn (of it, or of the consent), Submission.DoesNotExist where it is gone."""
    with transaction.atomic():
        locked = _seen(submission, seen)
        if locked.state == State.PUBLISHED:
            raise _decided(locked)
        if not reading.has_consent(locked):
            raise Withdrawn
        locked.published_at = locked.published_at or now
        rewarding.give(locked, now)
        _decide(locked, State.PUBLISHED, "", now, by)
        happenings.tell(happenings.PUBLISHED, locked, now, points=locked.points)
    return locked


def reject(*, submission: Submission, seen: int, reason: str, now: datetime, by: User | None) -> Submission:
    """Also what was published: it is taken down. reason: for the member. Raises as `publish`, and WithoutReason."""
    reason = reason.strip()[:LONGEST_REASON]
    if not reason:
        raise WithoutReason
    with transaction.atomic():
        locked = _seen(submission, seen)
        if locked.state == State.REJECTED:
            raise _decided(locked)
        rewarding.take_back(locked, now)
        _decide(locked, State.REJECTED, reason, now, by)
        happenings.tell(happenings.REJECTED, locked, now)
    return locked


def keep(*, submission: Submission, seen: int, by: User | None) -> None:
    """Let it stand although it was reported. Raises as `publish`."""
    with transaction.atomic():
        locked = _seen(submission, seen)
        if locked.reports.filter(is_open=True).update(is_open=False):
            audit.record("content.kept", who=by, subject=f"submission {locked.pk}")


def report(*, submission: Submission, reason: str, now: datetime) -> Report:
    """Write down that somebody finds something wrong with it. Raises NotPublished, ReportedEnough."""
    with transaction.atomic():
        locked = held(submission)
        if locked.state != State.PUBLISHED:
            raise NotPublished
        if locked.reports.filter(is_open=True).count() >= MOST_REPORTS:
            raise ReportedEnough(MOST_REPORTS)
        return Report.objects.create(submission=locked, reason=reason.strip()[:LONGEST_REASON], reported_at=now)


def _seen(submission: Submission, seen: int) -> Submission:
    locked = held(submission)
    if locked.state == State.WITHDRAWN:
        raise Withdrawn
    if locked.revision != seen:
        raise _decided(locked)
    return locked


def _decided(locked: Submission) -> DecidedMeanwhile:
    return DecidedMeanwhile(locked.state, str(locked.decided_by or ""), locked.decided_at)


def _decide(locked: Submission, state: str, reason: str, now: datetime, by: User | None) -> None:
    was = locked.state
    locked.state, locked.reason, locked.decided_at, locked.decided_by = state, reason, now, by
    locked.revision += 1
    locked.save()
    locked.reports.filter(is_open=True).update(is_open=False)
    audit.record(f"content.{state}", who=by, subject=f"submission {locked.pk}", was=was)
