"""A log that comes from another cluster, whose transactions had higher numbers."""

from django.db import connection
from happening import Reacting, happen, several

from treue.core.events import restoring
from treue.core.events.log import record
from treue.core.events.models import Event, Parked
from treue.core.events.reacting import drain
from treue.core.shop.models import Shop

FROM_ELSEWHERE = """
update events_event set xid = (xid::text::bigint + 1000000000000)::text::xid8;
update events_cursor set xid = (xid::text::bigint + 1000000000000)::text::xid8 where xid > '0'"""


def as_if_from_elsewhere() -> None:
    with connection.cursor() as cursor:
        cursor.execute(FROM_ELSEWHERE)


def test_what_was_read_is_not_read_again_and_what_was_not_is(shop: Shop, reacting: Reacting):
    seen = reacting()
    record(shop, [*several(3), *several(2, person=None, start=10)])
    drain()
    happen(shop, "a3", "a4")
    as_if_from_elsewhere()
    assert drain() == 0  # all of it seems to be written by transactions yet to come
    restoring.renumber()
    drain()
    assert sorted(seen.names()) == ["a0", "a1", "a2", "a3", "a4"]
    assert len(seen.names(None)) == 2
    happen(shop, "a5")
    drain()
    assert seen.names()[-1] == "a5"


def test_what_waited_still_finds_its_event(shop: Shop, reacting: Reacting):
    seen = reacting()
    seen.poison = {"a1"}
    record(shop, several(3))
    drain()
    as_if_from_elsewhere()
    restoring.renumber()
    names = dict(Event.objects.values_list("seq", "name"))
    assert [names[seq] for seq in Parked.objects.order_by("place", "seq").values_list("seq", flat=True)] == ["a1", "a2"]


def test_an_empty_log_is_renumbered_to_nothing(shop: Shop):
    restoring.renumber()
    assert not Event.objects.exists()
