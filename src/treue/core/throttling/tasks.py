"""Work of this room that waits."""

from django.utils import timezone
from procrastinate.contrib.django import app

from treue.core.throttling import counting


@app.periodic(cron="53 3 * * *")
@app.task(name="throttling.forget", queueing_lock="throttling.forget")
def forget(timestamp: int) -> None:
    counting.forget(now=timezone.now())
