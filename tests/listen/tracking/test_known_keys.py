"""When a web process looks again which keys there are."""

import asyncio

import pytest
from django.db import connection

from treue.core.events.models import Source
from treue.core.shop.models import Shop
from treue.listen.tracking import sources
from treue.listen.tracking.keys import AGEING_SECONDS, FRESH_SECONDS, Directory, Sender

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def key(shop: Shop) -> str:
    return sources.add(shop=shop, name="web", kind=Source.Kind.SERVER, by=None, events_per_second=1)[1]


def found_twice(key: str, *, after: float) -> list[Sender | None]:
    """Who sends with a key that was switched off `after` seconds ago: as is said at once, and a little later."""

    async def ask() -> list[Sender | None]:
        now = 0.0
        directory = Directory(lambda: now)
        assert await directory.find(key)
        await asyncio.to_thread(_switch_off)
        now += after
        first = await directory.find(key)
        if directory._loading is not None:
            await asyncio.wait([directory._loading])
        return [first, await directory.find(key)]

    return asyncio.run(ask())


def _switch_off() -> None:
    Source.objects.update(is_enabled=False)
    connection.close()


def test_what_ages_is_looked_for_anew_while_nobody_waits(key: str):
    first, later = found_twice(key, after=(AGEING_SECONDS + FRESH_SECONDS) / 2)
    assert first is not None
    assert later is None


def test_what_is_too_old_is_waited_for(key: str):
    assert found_twice(key, after=FRESH_SECONDS + 0.01) == [None, None]


def test_what_is_fresh_is_taken_as_it_is(key: str):
    first, later = found_twice(key, after=0)
    assert (first, later) == (first, first)
    assert first is not None
