"""Write down how a try went, and what follows from it."""

import random
from datetime import datetime, timedelta

from treue.core.webhooks import schedule, switching
from treue.core.webhooks.models import Delivery, Endpoint
from treue.core.webhooks.sending import GONE, Outcome

PATIENCE = timedelta(days=5)
EVENT_GONE = Outcome(None, "EventGone", 0)


def settle(delivery: Delivery, outcome: Outcome, now: datetime, rng: random.Random) -> None:
    """Call it in a transaction. delivery: as it was when it was claimed."""
    if outcome.problem:
        _failed(delivery, outcome, now, rng)
    else:
        _succeeded(delivery, outcome, now)


def _succeeded(delivery: Delivery, outcome: Outcome, now: datetime) -> None:
    """Whatever another try says that was begun meanwhile: the receiver has it."""
    Delivery.objects.filter(pk=delivery.pk).update(
        state=Delivery.State.DELIVERED, next_try_at=None, problem="", **_tried(outcome, now)
    )
    Endpoint.objects.filter(pk=delivery.endpoint_id, failing_since__isnull=False).update(failing_since=None)


def _failed(delivery: Delivery, outcome: Outcome, now: datetime, rng: random.Random) -> None:
    """Unless it was taken up by somebody else, or is wanted anew, since: then that try tells."""
    gone = outcome.status == GONE
    wait = schedule.wait(delivery.attempts, asked_seconds=outcome.asked_seconds, rng=rng)
    over = wait is None or gone or outcome is EVENT_GONE
    same_try = Delivery.objects.filter(pk=delivery.pk, state=Delivery.State.WAITING, attempts=delivery.attempts)
    same_try.update(
        state=Delivery.State.GIVEN_UP if over else Delivery.State.WAITING,
        next_try_at=None if over else now + wait,
        problem=outcome.problem,
        **_tried(outcome, now),
    )
    if outcome is not EVENT_GONE:
        _remember_failing(delivery.endpoint_id, now, gone=gone)


def _remember_failing(endpoint_id: int, now: datetime, *, gone: bool) -> None:
    Endpoint.objects.filter(pk=endpoint_id, failing_since=None).update(failing_since=now)
    if gone:
        switching.switch_off_by_itself(endpoint_id, Endpoint.OffBecause.GONE)
    elif Endpoint.objects.filter(pk=endpoint_id, failing_since__lte=now - PATIENCE).exists():
        switching.switch_off_by_itself(endpoint_id, Endpoint.OffBecause.FAILING)


def _tried(outcome: Outcome, now: datetime) -> dict[str, object]:
    return {"tried_at": now, "status": outcome.status, "duration_ms": outcome.duration_ms}
