"""Work of this room that waits."""

from django.utils import timezone
from procrastinate.contrib.django import app

from treue.core.api import idempotency


@app.periodic(cron="29 3 * * *")
@app.task(name="api.forget_answers", queueing_lock="api.forget_answers")
def forget_answers(timestamp: int) -> None:
    idempotency.forget(now=timezone.now())
