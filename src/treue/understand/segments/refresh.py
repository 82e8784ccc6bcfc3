"""Work out in which group each customer stands: lake to groups and rhythms, these to PostgreSQL."""

from contextlib import ExitStack

from treue.core.jobs.work import Progress, Silent
from treue.core.lake import manifest, tables
from treue.core.lake.errors import NoLake
from treue.core.shop.models import Shop
from treue.understand.segments import analysing, reading, storing, summing
from treue.understand.segments.models import Segmentation


def refresh(shop: Shop, *, progress: Progress | None = None) -> Segmentation | None:
    """Bring the groups up to date with the lake; returns those in force. None: there is no lake yet.

    Everybody is looked at, as one purchase moves the fifths of all. Where nothing moved, nothing is written but what
    the groups are worth: the models may have moved.
    """
    with manifest.alone(shop.pk, at="grouping"):
        try:
            return _refresh(shop, progress or Silent())
        except NoLake:
            return None


def _refresh(shop: Shop, progress: Progress) -> Segmentation:
    storing.clear_away(shop)
    unwanted = reading.unwanted(shop)
    progress.step("reading")
    with ExitStack() as until_done:
        with manifest.alone(shop.pk, at="refreshing"):  # an erasure takes the files away at once
            lake = until_done.enter_context(tables.opened(shop.pk))
            facts = analysing.read(lake, until_done)
        found = analysing.analyse(facts, unwanted)
    former, fingerprint = reading.current(shop), found.fingerprint
    if former and (former.fingerprint, former.currency) == (fingerprint, shop.currency):
        summing.sum_up(former)
        return former
    segmentation = Segmentation(
        shop=shop,
        as_of=found.as_of,
        currency=shop.currency,
        customers=len(found.rows),
        left_out=found.left_out,
        fingerprint=fingerprint,
    )
    storing.store(segmentation, found, progress)
    storing.forget(reading.unwanted(shop) - unwanted)  # who objected meanwhile
    summing.sum_up(segmentation)
    return segmentation
