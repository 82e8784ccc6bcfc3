"""A shop, a receiver, and an endpoint that leads to it."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from receiving import Receiver

    from treue.core.shop.models import Shop
    from treue.core.webhooks.models import Endpoint


@pytest.fixture
def shop(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator["Shop"]:
    """With the reaction that queues webhooks and no other, which has read all that was there before."""
    from django.db import connection

    from treue.core.events import reading, registry
    from treue.core.shop.models import Shop

    own = {"webhooks.queue": registry.named("webhooks.queue")}
    monkeypatch.setattr(registry, "REACTIONS", own)
    reading.begin()
    yield Shop.objects.create(name="Tea House")
    with connection.cursor() as cursor:
        cursor.execute("truncate events_cursor, events_event, events_message")


@pytest.fixture
def receiver() -> Iterator["Receiver"]:
    from receiving import Receiver

    server = Receiver()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def endpoint(shop: "Shop", receiver: "Receiver") -> "Endpoint":
    from treue.core.webhooks import endpoints

    return endpoints.add(shop=shop, url=receiver.url(), description="", events=[], by=None)


@pytest.fixture
def deliver(shop: "Shop") -> Iterator[Callable[..., int]]:
    """Send what is due at a moment and note what comes back: `deliver(now)`. Returns how many were sent."""
    from django.utils import timezone
    from receiving import NEARBY

    from treue.core.webhooks.courier import Courier

    courier = Courier(NEARBY)

    def once(now: object = None) -> int:
        moment = now or timezone.now()
        sent = courier.round(moment)
        for future in list(courier.under_way):
            future.result()
        courier.note(moment)
        return sent

    yield once
    courier.threads.shutdown()
