"""Work of this room that waits."""

from django.utils import timezone
from procrastinate.contrib.django import app

from treue.listen.tracking import activity


@app.periodic(cron="41 3 * * *")
@app.task(name="tracking.forget_tallies", queueing_lock="tracking.forget_tallies")
def forget_tallies(timestamp: int) -> None:
    activity.forget(timezone.now())
