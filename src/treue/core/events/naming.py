"""Names of events: those that Treue knows, and those that came in lately."""

from collections.abc import Iterable

from django.db import connection

from treue.core.events import registry
from treue.core.shop.models import Shop

LATELY, MOST = 5_000, 200
KNOWN: set[str] = set()

SEEN = """
select distinct name, source from (
    select name, source from events_event where shop_id = %s order by recorded_at desc, seq desc limit %s) latest"""


def know(names: Iterable[str]) -> None:
    """Let people choose these, also where none came in yet. Each room brings its own."""
    KNOWN.update(names)


def known() -> list[str]:
    return sorted(KNOWN.union(*(each.on for each in registry.REACTIONS.values())))


def seen(shop: Shop) -> tuple[list[str], list[str]]:
    """The names and the sources of the latest events, at most MOST of each."""
    with connection.cursor() as cursor:
        cursor.execute(SEEN, [shop.pk, LATELY])
        found = cursor.fetchall()
    return _first({name for name, _source in found}), _first({source for _name, source in found})


def _first(texts: set[str]) -> list[str]:
    return sorted(texts)[:MOST]
