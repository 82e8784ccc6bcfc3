"""What comes by the clock: points become active and expire, holds end, the ledger is sealed, the books are kept."""

import logging
from collections.abc import Callable
from datetime import datetime

from treue.act.loyalty import families, ledger, noticing, sealing, tiering
from treue.act.loyalty.books import keeping
from treue.act.loyalty.funnel import reckoning
from treue.act.loyalty.models import Programme
from treue.core.jobs.work import Progress

AT_ONCE = 2_000
log = logging.getLogger(__name__)

STEPS: dict[str, Callable[..., int]] = {
    "activating": ledger.activate,
    "expiring": ledger.expire,
    "releasing": ledger.release_due,
    "forfeiting": ledger.forfeit,
    "levelling": families.level_due,
    "noticing": noticing.tell,
    "tiering": tiering.refresh_due,
}


def pass_through(shop_id: int, progress: Progress, *, now: datetime) -> dict[str, object]:
    """Each chunk is a transaction of its own; what is done is done once, however often this is started.

    A step that fails does not keep the others from their work, nor the ledger from its seal: the first error is raised
    at the end.
    """
    programme = Programme.objects.select_related("shop").filter(shop=shop_id).first()
    if programme is None:
        return {}
    done: dict[str, object] = {}
    failed = None
    for name, step in STEPS.items():
        try:
            done[name] = _all(step, name, programme, progress, now)
        except Exception as error:
            log.warning("The step %s of the night of shop %d failed: %s", name, shop_id, type(error).__name__)
            failed = failed or error
    progress.step("sealing")
    made = sealing.seal(programme, now=now)
    progress.step("booking")
    keeping.keep(programme, progress, now=now)
    progress.step("counting")
    reckoning.keep_daily(programme, now=now)
    if failed is not None:
        raise failed
    return done | ({"root": bytes(made.root).hex()} if made else {})


def _all(step: Callable[..., int], name: str, programme: Programme, progress: Progress, now: datetime) -> int:
    progress.step(name)
    total = 0
    while count := step(programme, at=now, most=AT_ONCE):
        total += count
        progress.advance(count)
    return total
