"""Work of this room that waits."""

from django.utils import timezone
from procrastinate.contrib.django import app

from treue.core.customers import receipts


@app.periodic(cron="41 * * * *")
@app.task(name="customers.finish_erasures", queueing_lock="customers.finish_erasures")
def finish_erasures(timestamp: int) -> None:
    """What failed after an erasure is tried again every hour: it was promised."""
    receipts.take_up(now=timezone.now())
