"""Points outstanding by tier and by the month in which they expire: read lot by lot, kept for each night.

A lot that came back from a redemption may expire later than it did, and a member's tier is that of today; so only what
was kept of a day stays as it was. The last day of each month is kept for ever, the others for some weeks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection, transaction

from treue.act.loyalty.days import end_of
from treue.act.loyalty.models import BookStanding, Journal, Programme

KEPT_DAYS = 40
AT_ONCE = 20_000  # journals: a page reads as many itself, and beyond shows what the night kept
LOTS = """
select coalesce(m.tier, ''), p.expires, sum(p.points)::bigint
from (
    select l.member_id,
        date_trunc('month', (l.expires_at - interval '1 microsecond') at time zone %(zone)s)::date as expires,
        l.granted + coalesce(a.moved, 0) as points
    from loyalty_lot l join loyalty_journal j on j.id = l.journal_id
    left join (
        select a.lot_id, sum(a.amount) as moved
        from loyalty_allocation a join loyalty_journal j on j.id = a.journal_id
        where j.programme_id = %(programme)s and j.happened_at < %(end)s group by a.lot_id) a on a.lot_id = l.id
    where j.programme_id = %(programme)s and j.happened_at < %(end)s and l.granted + coalesce(a.moved, 0) <> 0
    union all
    select l.member_id,
        date_trunc('month', (l.expires_at - interval '1 microsecond') at time zone %(zone)s)::date, -a.amount
    from loyalty_journal j join loyalty_allocation a on a.journal_id = j.id join loyalty_lot l on l.id = a.lot_id
    where j.programme_id = %(programme)s and j.kind = 4 and j.happened_at < %(end)s and not exists (
        select from loyalty_journal f
        where f.original_id = j.id and f.kind in (5, 6) and f.happened_at < %(end)s)) p
left join loyalty_member m on m.id = p.member_id
group by 1, 2 having sum(p.points) <> 0 order by 1, 2"""


@dataclass(frozen=True)
class Standing:
    """day: whose end it is. parts: (tier, first of the month of expiry or None, points)."""

    day: date
    parts: Sequence[tuple[str, date | None, int]]

    @property
    def by_expiry(self) -> dict[date | None, int]:
        """The next to expire first, those that never do last."""
        return dict(sorted(self._summed(1).items(), key=lambda each: each[0] or date.max))

    @property
    def by_tier(self) -> dict[str, int]:
        return dict(sorted(self._summed(0).items()))

    def _summed(self, place: int) -> dict:
        found: dict = {}
        for each in self.parts:
            found[each[place]] = found.get(each[place], 0) + each[2]
        return found


def reckoned(programme: Programme, day: date) -> Standing:
    """As of the end of a day, from every lot there is."""
    end = end_of(day, programme.shop.tz)
    with connection.cursor() as cursor:
        cursor.execute(LOTS, {"programme": programme.pk, "zone": programme.shop.zone, "end": end})
        return Standing(day, cursor.fetchall())


def of(programme: Programme, day: date) -> Standing | None:
    """Of a day: what was kept of it; else reckoned, where that is quick; else the last that was kept before it."""
    kept = BookStanding.objects.filter(programme=programme, day__lte=day)
    latest = kept.order_by("-day").values_list("day", flat=True).first()
    if latest != day and _is_small(programme):
        return reckoned(programme, day)
    if latest is None:
        return None
    return Standing(latest, list(kept.filter(day=latest).values_list("tier", "expires", "points")))


def keep(programme: Programme, day: date) -> int:
    """Keep a day, once. Returns how many rows it has."""
    with transaction.atomic():
        Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
        if BookStanding.objects.filter(programme=programme, day=day).exists():
            return 0
        rows = [
            BookStanding(programme=programme, day=day, tier=tier, expires=expires, points=points)
            for tier, expires, points in reckoned(programme, day).parts
        ]
        BookStanding.objects.bulk_create(rows)
        _forget(programme, day - timedelta(days=KEPT_DAYS))
    return len(rows)


def _forget(programme: Programme, before: date) -> None:
    old = BookStanding.objects.filter(programme=programme, day__lt=before)
    for each in old.values_list("day", flat=True).distinct():
        if (each + timedelta(days=1)).day != 1:
            old.filter(day=each).delete()


def _is_small(programme: Programme) -> bool:
    return not Journal.objects.filter(programme=programme)[AT_ONCE : AT_ONCE + 1].exists()
