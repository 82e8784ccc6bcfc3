"""Work of this room that waits."""

from django.utils import timezone
from procrastinate.contrib.django import app

from treue.core.webhooks import sweeping


@app.periodic(cron="43 3 * * *")
@app.task(name="webhooks.sweep", queueing_lock="webhooks.sweep")
def sweep(timestamp: int) -> None:
    sweeping.sweep(timezone.now())
