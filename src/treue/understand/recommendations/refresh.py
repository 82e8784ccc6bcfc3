"""Work out what each customer may want next: purchases to models, models to recommendations, these to PostgreSQL."""

from treue.core import versions
from treue.core.jobs.work import Progress, Silent
from treue.core.lake import manifest
from treue.core.shop.models import Shop
from treue.understand.metrics.counts import reading as counts
from treue.understand.recommendations import learning, purchases, storing
from treue.understand.recommendations.models import Run
from treue.understand.value import reading as value


def refresh(shop: Shop, *, progress: Progress | None = None) -> Run | None:
    """Learn anew up to the day of the figures; returns the run in force then. None: there are no figures yet."""
    with manifest.alone(shop.pk, at="recommending"):
        snapshot = counts.current(shop)
        return _refresh(Run(shop=shop, until=snapshot.as_of), progress or Silent()) if snapshot else None


def _refresh(run: Run, progress: Progress) -> Run:
    storing.clear_away(run.shop)
    progress.step("reading")
    with purchases.opened(run.shop, run.until) as facts:
        progress.step("learning")
        model = learning.learn(run, facts)
    run.save()
    if model:
        storing.write(run, model, value.unwanted(run.shop), progress)
    versions.put_in_force(run)
    storing.forget(value.unwanted(run.shop))  # of whoever objected while this was under way
    storing.clear_away(run.shop)
    return run
