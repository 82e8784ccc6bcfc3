"""Work of this room that waits."""

from django.utils import timezone
from procrastinate.contrib.django import app

from treue.core.events import partitions


@app.periodic(cron="17 2 * * *")
@app.task(name="events.make_months", queueing_lock="events.make_months")
def make_months(timestamp: int) -> None:
    partitions.ensure(timezone.now().date())
