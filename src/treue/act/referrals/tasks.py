"""Work of this room that waits. Its words are in `wording`."""

from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.core.jobs.work import Progress, kind

FOLLOW = "referrals.follow"
UNTIL_ORDERS_ARE_WRITTEN = timedelta(seconds=2)


@kind(FOLLOW)
def follow_referrals(progress: Progress, *, shop_id: int) -> dict[str, object]:
    """Recognise friends, and reward or take back what is due."""
    from treue.act.referrals import following

    return following.follow(shop_id, progress, now=timezone.now())


def follow(shop_id: int) -> None:
    """Queue it, unless it waits already."""
    if not Job.objects.filter(kind=FOLLOW, arguments__shop_id=shop_id, state=Job.State.WAITING).exists():
        work.start(FOLLOW, lock=f"{FOLLOW}.{shop_id}", wait=UNTIL_ORDERS_ARE_WRITTEN, shop_id=shop_id)


@app.periodic(cron="23 * * * *")
@app.task(name="referrals.follow_all", queueing_lock="referrals.follow_all")
def follow_all(timestamp: int) -> None:
    from treue.act.referrals.models import Scheme

    for shop_id in Scheme.objects.values_list("programme__shop", flat=True):
        follow(shop_id)
