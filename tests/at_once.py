"""Many clients at once, each a real thread on a connection of its own."""

import threading
import time
from collections import Counter
from collections.abc import Callable

from django.db import connection

CLIENTS = 64
PATIENCE_SECONDS = 60
WAITS = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"


def at_once(
    deed: Callable[[int], object],
    clients: int = CLIENTS,
    *,
    refused: type[Exception] | tuple[type[Exception], ...],
    called: Callable[[Exception], str] = lambda error: type(error).__name__,
) -> Counter[str]:
    """How it ended for each: "" where it was done, else what the refusal is `called`; another error is no end."""
    ends: Counter[str] = Counter()
    start = threading.Barrier(clients)

    def client(number: int) -> None:
        try:
            start.wait(PATIENCE_SECONDS)
            deed(number)
            ends[""] += 1
        except refused as error:
            ends[called(error)] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=client, args=[number]) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ends.total() == clients
    return ends


def until_somebody_waits(lasts: Callable[[], bool] = lambda: True) -> None:
    """Returns as soon as somebody waits for a lock of the database, or it does not last."""
    until = time.monotonic() + PATIENCE_SECONDS
    while lasts() and time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("select pg_stat_clear_snapshot()")  # else a transaction keeps what it saw first
            cursor.execute(WAITS)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
