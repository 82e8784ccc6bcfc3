"""Write keys, and who sends with them, as each web process knows it.

All enabled sources with a key are few: they are loaded together and known for `FRESH_SECONDS`, and loaded anew before
that is over while somebody sends, so that nobody waits. A key that is switched off stops working within that time, and
an unknown one is looked for anew, so that a key works as soon as it is made; but not more often than every
`PAUSE_SECONDS`, whoever tries them out.
"""

import asyncio
import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from asgiref.sync import sync_to_async
from django.db import connection

from treue.core.events.models import Source
from treue.listen.tracking.limits import Allowance

PREFIX = "treue_wk_"
LONGEST_KEY = 200
FRESH_SECONDS, AGEING_SECONDS, PAUSE_SECONDS = 2.0, 1.0, 0.25


def new_key() -> str:
    return PREFIX + secrets.token_hex(20)


def hashed(key: str) -> str:
    """Keys are long and random: a plain hash cannot be turned round."""
    return hashlib.sha256(key.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Sender:
    """A source, for the way of an event. consent_category: in small letters."""

    source_id: int
    shop_id: int
    name: str
    is_browser: bool
    believes_orders: bool
    live_since: datetime
    consent_category: str
    allowance: Allowance


class Directory:
    """Who sends with which key. Belongs to one event loop. `clock`: seconds that never go back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._senders: dict[str, Sender] = {}
        self._allowances: dict[int, Allowance] = {}
        self._begun_at = self._tried_at = float("-inf")
        self._loading: asyncio.Task[None] | None = None

    async def find(self, key: str) -> Sender | None:
        """None where no enabled source has this key. Raises what the database raises."""
        if not 0 < len(key) <= LONGEST_KEY:
            return None
        digest, asked_at = hashed(key), self._clock()
        sender = self._senders.get(digest)
        if sender is None or asked_at - self._begun_at > FRESH_SECONDS:
            await self._load(asked_at)
            sender = self._senders.get(digest)
        elif asked_at - self._tried_at > AGEING_SECONDS:
            self._begin()
        return sender

    async def _load(self, asked_at: float) -> None:
        """Return when a look into the database that began after `asked_at` is over; all who ask share it."""
        while self._begun_at < asked_at:
            await asyncio.shield(self._begin())

    def _begin(self) -> asyncio.Task[None]:
        if self._loading is None or self._loading.done():
            self._loading = asyncio.create_task(self._look())
            self._loading.add_done_callback(_heard)
        return self._loading

    async def _look(self) -> None:
        await asyncio.sleep(self._tried_at + PAUSE_SECONDS - self._clock())
        begun_at = self._tried_at = self._clock()
        found = await sync_to_async(_enabled, thread_sensitive=False)()
        self._allowances = {source.pk: self._allowance(source) for source in found}
        self._senders = {source.key_hash: sender_of(source, self._allowances[source.pk]) for source in found}
        self._begun_at = begun_at

    def _allowance(self, source: Source) -> Allowance:
        known = self._allowances.get(source.pk)
        same = known is not None and known.per_second == source.events_per_second
        return known if same else Allowance(source.events_per_second)


def _heard(look: asyncio.Task[None]) -> None:
    """That one failed for which nobody waited is no news: whoever finds the keys too old looks again, and says so."""
    if not look.cancelled():
        look.exception()


def _enabled() -> list[Source]:
    try:
        return list(Source.objects.filter(is_enabled=True, key_hash__isnull=False, shop__is_leaving=False))
    finally:
        connection.close()  # the thread may not come back


def sender_of(source: Source, allowance: Allowance) -> Sender:
    return Sender(
        source_id=source.pk,
        shop_id=source.shop_id,
        name=source.name,
        is_browser=source.kind == Source.Kind.BROWSER,
        believes_orders=source.believes_orders,
        live_since=source.live_since,
        consent_category=source.consent_category.lower(),
        allowance=allowance,
    )
