"""The log page by page, the latest first, narrowed down to what an operator looks for.

No index leads to a source or to a name: every event that comes in would pay for it. Events are looked through in the
order of the table's own key, at most MOST_LOOKED_AT for a page; the page says how far it looked, and the next one goes
on there. What failed or waits, and a customer's events, have an index.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from treue.core.events import reading
from treue.core.events.models import Event
from treue.core.events.moments import Place
from treue.core.shop.models import Shop

PAGE = 50
MOST_LOOKED_AT = 100_000
FAILED, WAITING = "failed", "waiting"

# The second condition leaves out months: of a comparison of rows the planner does not see that it could.
COLUMNS = "e.seq, e.recorded_at, e.occurred_at, e.name, e.source"
BEHIND = "and (e.recorded_at, e.seq) < (%(moment)s, %(place)s) and e.recorded_at <= %(moment)s"
IN_LOG = f"""
select {COLUMNS} from events_event e where e.shop_id = %(shop)s {{behind}}
order by e.recorded_at desc, e.seq desc limit %(most)s"""  # noqa: S608 - our own words
PARKED = f"""
select {COLUMNS} from (
    select e.recorded_at, e.seq from events_parked e where (e.error <> '') = %(failed)s {{behind}}
    group by e.recorded_at, e.seq order by e.recorded_at desc, e.seq desc limit %(most)s) p
cross join lateral (
    select * from events_event e
    where e.recorded_at = p.recorded_at and e.seq = p.seq and e.shop_id = %(shop)s) e"""  # noqa: S608 - our own words
AMONG = """
select {columns} from ({events}) e where {matching}
order by e.recorded_at desc, e.seq desc limit %(page)s"""
LAST = "select e.recorded_at, e.seq from ({events}) e offset %(most)s - 1"  # of as many as may be looked at; or none

OF_CUSTOMER = f"""
select {COLUMNS} from unnest(%(numbers)s::bigint[]) as of (person) cross join lateral (
    select * from events_event e where e.person = of.person and e.shop_id = %(shop)s {{behind}} and {{matching}}
    order by e.occurred_at desc, e.seq desc limit %(page)s) e
order by e.occurred_at desc, e.seq desc limit %(page)s"""  # noqa: S608 - our own words
HAPPENED_BEFORE = "and (e.occurred_at, e.seq) < (%(moment)s, %(place)s)"
IS_PARKED = """exists (
    select from events_parked p
    where p.recorded_at = e.recorded_at and p.seq = e.seq and (p.error <> '') = %(failed)s)"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """source: its whole name. name: a part of the event's. state: FAILED, WAITING or "". numbers: whose; None for all
    persons' and nobody's."""

    source: str = ""
    name: str = ""
    state: str = ""
    numbers: Sequence[int] | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """events: without facts; a customer's by when they happened, all others by when they were recorded. older: behind
    which the next page begins. looked_back_to: where the page ends because so many were looked through, and not because
    it is full."""

    events: Sequence[Event]
    older: Place | None
    looked_back_to: datetime | None = None


def page(shop: Shop, wanted: Wanted, *, behind: Place | None = None) -> Page:
    values = {
        "shop": shop.pk,
        "source": wanted.source,
        "name": wanted.name,
        "failed": wanted.state == FAILED,
        "numbers": wanted.numbers,
        "moment": behind.moment if behind else None,
        "place": behind.seq if behind else None,
        "page": PAGE + 1,
        "most": MOST_LOOKED_AT,
    }
    with transaction.atomic(), connection.cursor() as cursor, reading.by_index(cursor):
        if wanted.numbers is not None:
            statement = OF_CUSTOMER.format(behind=HAPPENED_BEFORE if behind else "", matching=_matching(wanted))
            cursor.execute(statement, values)
            return _full(cursor.fetchall(), by="occurred_at")
        events = (PARKED if wanted.state else IN_LOG).format(behind=BEHIND if behind else "")
        cursor.execute(AMONG.format(columns=COLUMNS, events=events, matching=_matching(wanted, parked=True)), values)
        found = _full(cursor.fetchall(), by="recorded_at")
        if found.older or not (wanted.source or wanted.name):
            return found
        cursor.execute(LAST.format(events=events), values)
        last = cursor.fetchone()
    return Page(found.events, Place(*last), looked_back_to=last[0]) if last else found


def _matching(wanted: Wanted, *, parked: bool = False) -> str:
    """parked: it is known to be so already."""
    conditions = [
        "e.source = %(source)s" if wanted.source else "",
        "position(lower(%(name)s) in lower(e.name)) > 0" if wanted.name else "",
        IS_PARKED if wanted.state and not parked else "",
    ]
    return " and ".join(filter(None, conditions)) or "true"


def _full(rows: Sequence[tuple], *, by: str) -> Page:
    names = ("seq", "recorded_at", "occurred_at", "name", "source")
    events = [Event(**dict(zip(names, row, strict=True))) for row in rows]
    shown = events[:PAGE]
    older = Place(getattr(shown[-1], by), shown[-1].seq) if len(events) > PAGE else None
    return Page(shown, older)


def one(shop: Shop, place: Place) -> Event | None:
    """place: by when it was recorded."""
    return Event.objects.filter(shop=shop, recorded_at=place.moment, seq=place.seq).first()
