"""Work of this room that waits."""

from django.utils import timezone
from procrastinate.contrib.django import app


@app.periodic(cron="17 4 * * *")
@app.task(name="content.forget_rejected", queueing_lock="content.forget_rejected")
def forget_rejected(timestamp: int) -> None:
    """What nobody asks about any more."""
    from treue.act.content import forgetting

    forgetting.forget_rejected(now=timezone.now())
