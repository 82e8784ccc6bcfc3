"""The part of a worker that delivers webhooks: a thread that asks the database, and several that send.

Only the one thread speaks with the database. So no transaction and no connection waits for a receiver, and many slow
ones cost nothing but patience.
"""

import logging
import random
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from treue.core.webhooks import claiming, payloads, signing
from treue.core.webhooks.models import Delivery
from treue.core.webhooks.sending import Outcome, Request, Way, send
from treue.core.webhooks.settling import EVENT_GONE, settle

AT_ONCE, AT_ONCE_TO_ONE = 64, 8
AT_ONCE_TO_FAILING = 1  # whoever lets every try run into its deadline takes one place, not all of them
SECONDS_ASLEEP, SECONDS_AFTER_FAILURE, PATIENCE_SECONDS = 0.3, 2.0, 10.0
log = logging.getLogger(__name__)


class Courier:
    """Sends what is due: so many at once, and no more than a few of them to one endpoint."""

    def __init__(self, way: Way | None = None, *, rng: random.Random | None = None) -> None:
        self.way = way or Way()
        self.rng = rng or random.Random()  # noqa: S311 - it spreads tries over time
        self.under_way: dict[Future[Outcome], Delivery] = {}
        self.threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook")

    def round(self, now: datetime) -> int:
        """Write down what came back and send what is due. Returns how many were sent."""
        self.note(now)
        claimed = claiming.claim(self._free(), AT_ONCE - len(self.under_way), now)
        bodies = payloads.bodies(claimed)
        self._settle({each: EVENT_GONE for each in claimed if each.pk not in bodies}, now)
        for delivery in claimed:
            if delivery.pk in bodies:
                self._send(delivery, bodies[delivery.pk], now)
        return len(claimed)

    def note(self, now: datetime) -> None:
        """What cannot be written now, because the database is away, is written the next time."""
        back = [future for future in self.under_way if future.done()]
        self._settle({self.under_way[future]: future.result() for future in back}, now)
        for future in back:
            del self.under_way[future]

    def _settle(self, outcomes: Mapping[Delivery, Outcome], now: datetime) -> None:
        """Endpoints in their order, so that two workers with news of the same ones do not meet crosswise."""
        if not outcomes:
            return
        with transaction.atomic():
            for delivery in sorted(outcomes, key=lambda each: (each.endpoint_id, each.pk)):
                settle(delivery, outcomes[delivery], now, self.rng)

    def rest(self, seconds: float) -> None:
        """Until something comes back, and no longer than this."""
        if self.under_way:
            wait(self.under_way, seconds, FIRST_COMPLETED)

    def finish(self, seconds: float) -> None:
        """Give what is under way so long to come back. What does not is sent again by another worker."""
        wait(self.under_way, seconds)
        self.note(timezone.now())
        self.threads.shutdown(wait=False, cancel_futures=True)

    def _free(self) -> dict[int, int]:
        """How many more may be sent to each endpoint; in an order that prefers none."""
        busy = Counter(delivery.endpoint_id for delivery in self.under_way.values())
        endpoints = claiming.open_endpoints()
        free = {}
        for endpoint in self.rng.sample(endpoints, k=len(endpoints)):
            most = AT_ONCE_TO_FAILING if endpoint.failing_since else AT_ONCE_TO_ONE
            if busy[endpoint.pk] < most:
                free[endpoint.pk] = most - busy[endpoint.pk]
        return free

    def _send(self, delivery: Delivery, body: bytes, now: datetime) -> None:
        headers = signing.headers(delivery.endpoint, delivery.webhook_id, body, now)
        request = Request(delivery.endpoint.url, headers, body)
        self.under_way[self.threads.submit(send, request, now, self.way)] = delivery


def run(stop: threading.Event, way: Way | None = None) -> None:
    """Deliver whatever is due, until told to stop. Where the database goes away, wait until it is back; a fault of ours
    must not end the thread that everybody relies on either."""
    courier = Courier(way)
    while not stop.is_set():
        try:
            _deliver_on(courier, stop)
        except Exception:
            log.exception("Webhooks cannot be delivered; trying again in %s seconds", SECONDS_AFTER_FAILURE)
            connection.close()
            stop.wait(SECONDS_AFTER_FAILURE)
    courier.finish(PATIENCE_SECONDS)
    connection.close()


def _deliver_on(courier: Courier, stop: threading.Event) -> None:
    while not stop.is_set():
        if courier.round(timezone.now()):
            continue
        if courier.under_way:
            courier.rest(SECONDS_ASLEEP)
        else:
            stop.wait(SECONDS_ASLEEP)


@contextmanager
def running() -> Iterator[None]:
    """Deliver as long as the block lasts. What is under way when it ends has a moment to come back."""
    stop = threading.Event()
    thread = threading.Thread(target=run, args=[stop], name="webhooks", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(PATIENCE_SECONDS + 1)
