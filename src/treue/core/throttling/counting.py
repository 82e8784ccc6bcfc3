"""Slow down whoever guesses or floods: counted by a keyed hash, for a while after the first time."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.utils.crypto import salted_hmac

from treue.core.throttling.models import Tally

KEPT = timedelta(days=1)

# Past the cap it makes no difference how many more there were.
COUNT = """
insert into throttling_tally as a (who, scope, since, count) values (%(who)s, %(scope)s, %(now)s, %(times)s)
on conflict (who) do update set
    count = case when a.since > %(begin)s then least(a.count + excluded.count, 1000000000) else excluded.count end,
    since = case when a.since > %(begin)s then a.since else excluded.since end
returning since, count"""


@dataclass(frozen=True)
class Limit:
    """scope: what is counted, such as "portal: copies"; a name that no other limit has. most: so many within `span`,
    counted from the first; a span is a day at most, for no longer is anything kept.
    """

    scope: str
    most: int
    span: timedelta


def count(limit: Limit, who: str, *, now: datetime, times: int = 1) -> int:
    """Count so many more. Returns how many seconds to wait; 0 where they were within the limit.

    Those at once are counted one after the other. What is counted in a transaction that is undone is not counted.
    """
    facts = {"who": _hash(limit, who), "scope": limit.scope, "now": now, "begin": now - limit.span, "times": times}
    with connection.cursor() as cursor:
        cursor.execute(COUNT, facts)
        since, tried = cursor.fetchone()
    return _until_over(limit, since, now) if tried > limit.most else 0


def seconds_to_wait(limit: Limit, who: str, *, now: datetime) -> int:
    """Before another one is within the limit; 0 where it is by now. Counts nothing."""
    rows = Tally.objects.filter(who=_hash(limit, who), since__gt=now - limit.span, count__gte=limit.most)
    since = rows.values_list("since", flat=True).first()
    return 0 if since is None else _until_over(limit, since, now)


def forget(*, now: datetime) -> int:
    """Returns how many rows."""
    deleted, _by_table = Tally.objects.filter(since__lt=now - KEPT).delete()
    return deleted


def _until_over(limit: Limit, since: datetime, now: datetime) -> int:
    return max(1, math.ceil((since + limit.span - now).total_seconds()))


def _hash(limit: Limit, who: str) -> str:
    return salted_hmac("treue.throttling", f"{limit.scope} {who}", algorithm="sha256").hexdigest()
