"""Points for what is published: by the programme's rules for the deed `content`, once for a submission.

Nobody asks whether it praises anything: that it was published is all that counts. The points are pending for some days,
and stay what they are once these are over; what is withdrawn or taken down before has not earned them. So a withdrawal
of consent never costs anybody what they already had.
"""

from datetime import datetime, timedelta

from treue.act.content import terms
from treue.act.content.models import Submission
from treue.act.loyalty import deeds
from treue.act.loyalty.days import day_of, end_of
from treue.act.loyalty.earning.purchases import Deed
from treue.act.loyalty.earning.rules import DeedKind
from treue.act.loyalty.models import Member

TAKEN_BACK = "content withdrawn"


def give(submission: Submission, now: datetime) -> None:
    """Sets the submission's journal and points; the caller saves it, and holds it with its member."""
    if submission.journal is not None:
        return
    member = _standing(submission.member)
    days = terms.of(submission.programme).pending_days
    free_at = end_of(day_of(now, submission.programme.shop.tz) + timedelta(days=days), submission.programme.shop.tz)
    given = deeds.give(
        member=member,
        deed=Deed(DeedKind.CONTENT, now),
        key=f"content {submission.pk}",
        now=now,
        free_at=free_at if days else None,
    )
    if given.deed is not None:
        submission.journal, submission.points = given.deed.journal, given.deed.points
        submission.free_at = free_at if days else now


def take_back(submission: Submission, now: datetime) -> None:
    """Where the days are not over."""
    if submission.journal is None or submission.free_at is None or now >= submission.free_at or not submission.points:
        return
    deeds.take_back(deed=deeds.of_journal(submission.journal), at=now, reason=TAKEN_BACK)
    submission.points = 0


def _standing(member: Member) -> Member:
    """The membership that has the points of a merged one."""
    if member.merged_into_id is None:
        return member
    return Member.objects.select_related("programme__shop").get(pk=member.merged_into_id)
