"""Tell the log of points that will expire, so many days before: journeys and webhooks carry it to their member."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby, islice
from operator import itemgetter
from typing import NamedTuple

from django.db import transaction

from treue.act.loyalty import expiry
from treue.act.loyalty.days import last_day_before
from treue.act.loyalty.expiry import Notice, Policy
from treue.act.loyalty.models import Lot, Member, Programme
from treue.core.events.log import Happening, record

SOON, SOURCE = "Points Expire Soon", "treue"
# A notice comes at a midnight, and the last day ends at another: a day and two changes of the clocks at most.
SLACK = timedelta(days=1, hours=4)


class Told(NamedTuple):
    """points: of a member, that all expire at this moment."""

    member: int
    expires_at: datetime
    notice: Notice
    points: int


def tell(programme: Programme, *, at: datetime, most: int) -> int:
    """Tell of what came due since the last time, in chunks of `most`. Returns of how many; 0 when all are told.

    Whoever is stopped between two chunks tells again of the first, which the log knows by its message id.
    """
    since, policy = programme.noticed_until or at, expiry.read(programme.expiry)
    told, due = 0, _due(programme, policy, since, at)
    while chunk := list(islice(due, most)):
        _record(programme, chunk)
        told += len(chunk)
    Programme.objects.filter(pk=programme.pk).update(noticed_until=at)
    programme.noticed_until = at
    return told


def _due(programme: Programme, policy: Policy, since: datetime, until: datetime) -> Iterator[Told]:
    zone = programme.shop.tz
    for days in policy.notice_days if since < until else ():
        early = timedelta(days=days)
        lots = Lot.objects.filter(
            state=Lot.State.ACTIVE,
            remaining__gt=0,
            expires_at__gt=since + early,
            expires_at__lt=until + early + SLACK,
            member__programme=programme,
        ).order_by("expires_at", "member", "pk")
        rows = lots.values_list("expires_at", "member", "available_from", "remaining").iterator()
        for (expires_at, member), own in groupby(rows, key=itemgetter(0, 1)):
            points: dict[Notice, int] = {}
            for _expires_at, _member, active_at, remaining in own:
                due = expiry.notices_due(policy, expires_at, zone, active_at=active_at, since=since, until=until)
                for notice in due:
                    if notice.days == days:
                        points[notice] = points.get(notice, 0) + remaining
            yield from (Told(member, expires_at, notice, count) for notice, count in points.items())


def _record(programme: Programme, chunk: list[Told]) -> None:
    zone = programme.shop.tz
    with transaction.atomic():
        customers = dict(Member.objects.filter(pk__in=[each.member for each in chunk]).values_list("pk", "customer"))
        happenings = [
            Happening(
                message_id=f"points expire {each.member} {each.expires_at.isoformat()} {each.notice.days}",
                name=SOON,
                person=customers[each.member],
                source=SOURCE,
                occurred_at=each.notice.at,
                facts={
                    "member": each.member,
                    "points": each.points,
                    "last_day": last_day_before(each.expires_at, zone).isoformat(),
                    "days": each.notice.days,
                },
            )
            for each in chunk
            if each.member in customers
        ]
        record(programme.shop, happenings)
