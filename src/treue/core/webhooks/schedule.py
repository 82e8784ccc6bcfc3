"""When a delivery is tried again: the schedule that Standard Webhooks proposes."""

import random
from datetime import timedelta

SECOND, MINUTE, HOUR = 1, 60, 3600
WAITS_SECONDS = (
    *(5 * SECOND, 5 * MINUTE, 30 * MINUTE),
    *(2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR),
)
MOST_ATTEMPTS = len(WAITS_SECONDS) + 1
JITTER = 0.2
LONGEST_ASKED_SECONDS = 24 * HOUR


def wait(attempts: int, *, asked_seconds: float | None, rng: random.Random) -> timedelta | None:
    """How long to wait after so many attempts; None after the last one.

    A fifth more or less, at random: what failed at one moment does not come back at one moment. asked_seconds: what
    the receiver asked for (Retry-After); it is not kept waiting less than that, nor more than a day because of it.
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    planned = WAITS_SECONDS[attempts - 1] * rng.uniform(1 - JITTER, 1 + JITTER)
    return timedelta(seconds=max(planned, min(asked_seconds or 0, LONGEST_ASKED_SECONDS)))
