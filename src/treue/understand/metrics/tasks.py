"""Work of this room that waits."""

from datetime import UTC, date, datetime, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from procrastinate.contrib.django import app

from treue.core.commerce import touched
from treue.core.customers.models import Erasure
from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.core.jobs.wording import describe
from treue.core.jobs.work import Progress, kind
from treue.core.shop.models import Shop
from treue.design.figures import Link
from treue.understand.metrics.models import Snapshot

REFRESH = "metrics.refresh"
SCORE, GROUP, RECOMMEND = "value.score", "segments.refresh", "recommendations.refresh"  # of the rooms beside
MOST_SCORED_APART = 1_000  # beyond, the models are fitted anew
UNTIL_GROUPED = timedelta(hours=1)  # what a few buy moves the fifths of everybody by little
MOST_FAILED = 2  # of a day
HOUR_OF_A_NEW_DAY = 4  # in the shop's zone: the tills are closed, and nobody is at work yet


@kind(REFRESH)
def refresh(
    progress: Progress, *, shop_id: int, batch_id: int | None = None, changed_only: bool = False
) -> dict[str, object]:
    """Compute a shop's figures anew, for this job and for all that wait for the same.

    batch_id: read only this batch's customers again; changed_only: only whom something touched and what differs;
    neither: everything.
    """
    from treue.understand.metrics.counts import refresh as figures

    shop = Shop.objects.filter(pk=shop_id).first()
    if shop is None:
        return {}  # removed while the job waited
    waiting = list(Job.objects.filter(kind=REFRESH, state=Job.State.WAITING, arguments__shop_id=shop_id))
    orders = [{"batch_id": batch_id, "changed_only": changed_only}, *(job.arguments for job in waiting)]
    marks = touched.seen(shop.pk)
    customers = _customers(orders)
    changed = None if customers is None else customers | marks.keys()
    snapshot = figures.refresh(shop, customers=changed, progress=progress)
    _have_scored(shop, changed)
    _have_grouped(shop, changed)
    _have_recommended(shop, changed, snapshot.as_of)
    touched.settle(shop.pk, marks)
    result = {"as_of": snapshot.as_of.isoformat(), "seconds": round(snapshot.seconds, 1)}
    _done_too(waiting, result)
    return result


describe(
    REFRESH,
    name=gettext_lazy("Computing of the figures"),
    steps={
        "lake": gettext_lazy("Writing the orders to files"),
        "customers": gettext_lazy("Looking at each customer"),
        "counting": gettext_lazy("Counting"),
        "storing": gettext_lazy("Keeping the figures"),
        "profiles": gettext_lazy("Profiles of the customers"),
    },
    leads_to=lambda job: Link(_("To the figures"), reverse("cockpit")),
)


def _customers(orders: list[dict[str, object]]) -> set[int] | None:
    """Whose orders changed, by all that was ordered; None for everybody's."""
    from treue.listen.imports.touching import customers_touched

    if not all(order.get("batch_id") or order.get("changed_only") for order in orders):
        return None
    batches = {order["batch_id"] for order in orders if order.get("batch_id")}
    return {customer for batch in batches for customer in customers_touched(batch)}


def _have_scored(shop: Shop, customers: set[int] | None) -> None:
    """Queue what the models say of the customers that changed, of all where they are many."""
    if SCORE not in work.KINDS:
        return
    some = {} if customers is None or len(customers) > MOST_SCORED_APART else {"customers": sorted(customers)}
    for_all = {"kind": SCORE, "state": Job.State.WAITING, "arguments": {"shop_id": shop.pk}}
    if not Job.objects.filter(**for_all).exists():
        work.start(SCORE, lock=f"{SCORE}.{shop.pk}", shop_id=shop.pk, **some)


def _have_recommended(shop: Shop, customers: set[int] | None, as_of: date) -> None:
    """Queue what customers may want next: once a day, and where many changed. What failed is tried once more on that
    day, so that it does not fail at every refresh; what somebody cancelled keeps nothing back."""
    if RECOMMEND not in work.KINDS:
        return
    asked = Job.objects.filter(kind=RECOMMEND, arguments__shop_id=shop.pk)
    of_day = asked.filter(arguments__as_of=as_of.isoformat())
    if customers is None or len(customers) > MOST_SCORED_APART:
        is_asked = asked.filter(state=Job.State.WAITING).exists()
    else:
        is_asked = of_day.exclude(state__in=(Job.State.FAILED, Job.State.CANCELLED)).exists()
    if not is_asked and of_day.filter(state=Job.State.FAILED).count() < MOST_FAILED:
        work.start(RECOMMEND, lock=f"{RECOMMEND}.{shop.pk}", shop_id=shop.pk, as_of=as_of.isoformat())


def _have_grouped(shop: Shop, customers: set[int] | None) -> None:
    """Queue the groups of all customers: at once where many changed, else within the hour, for all that changes until
    then."""
    lock = f"{GROUP}.{shop.pk}"
    jobs = Job.objects.filter(kind=GROUP, arguments__shop_id=shop.pk)
    waiting = jobs.filter(state=Job.State.WAITING)
    if GROUP not in work.KINDS or waiting.filter(lock=lock).exists():
        return
    if customers is None or len(customers) > MOST_SCORED_APART or _are_groups_wrong(shop, jobs):
        work.start(GROUP, lock=lock, shop_id=shop.pk)
    elif not waiting.exists():
        # With a lock of its own: the queue lets nobody pass an earlier one with the same, even if that is not due.
        work.start(GROUP, lock=f"{lock}.later", wait=UNTIL_GROUPED, shop_id=shop.pk)


def _are_groups_wrong(shop: Shop, jobs: QuerySet[Job]) -> bool:
    """Whether there are none yet, or somebody may be in their sums who was erased."""
    last = jobs.filter(state=Job.State.DONE).order_by("-started_at").first()
    if last is None or not last.result.get("customers"):
        return True
    return Erasure.objects.filter(shop=shop, lake_rewritten_at__gte=last.started_at).exists()


def _done_too(jobs: list[Job], result: dict[str, object]) -> None:
    """Jobs that were waiting before this one looked at the data have what they wanted.

    They are told so only now: had this one died, each would still have done it for itself.
    """
    now = timezone.now()
    waiting = Job.objects.filter(pk__in=[job.pk for job in jobs], state=Job.State.WAITING)
    waiting.update(state=Job.State.DONE, started_at=now, finished_at=now, result=result)


@app.periodic(cron="7 * * * *")
@app.task(name="metrics.refresh_new_day", queueing_lock="metrics.refresh_new_day")
def refresh_new_day(timestamp: int) -> None:
    """Once a day, early in each shop's morning, figures move on to yesterday."""
    from treue.understand.metrics.counts.refresh import as_of, reach_of

    now = datetime.fromtimestamp(timestamp, UTC)
    for shop in Shop.objects.all():
        snapshot = Snapshot.objects.filter(shop=shop, is_current=True).first()
        if snapshot is None or now.astimezone(shop.tz).hour < HOUR_OF_A_NEW_DAY:
            continue
        if snapshot.as_of != as_of(shop, reach_of(shop), now):
            work.start(REFRESH, lock=f"{REFRESH}.{shop.pk}", shop_id=shop.pk)


@app.periodic(cron="*/10 * * * *")
@app.task(name="metrics.letters", queueing_lock="metrics.letters")
def send_letters(timestamp: int) -> None:
    """Put the reports by mail that are due into the outbox."""
    from treue.understand.metrics.reports import letters

    letters.send_due(timezone.now())
