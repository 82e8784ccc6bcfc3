"""What the hourly job does for the books."""

from datetime import datetime, timedelta

from treue.act.loyalty.books import posting, standing
from treue.act.loyalty.models import Programme
from treue.core.jobs.work import Progress


def keep(programme: Programme, progress: Progress, *, now: datetime) -> None:
    """Add the journals that were sealed to their days, and keep what stood at the end of yesterday, once a day."""
    while posting.post(programme):
        progress.advance(1)
    standing.keep(programme, now.astimezone(programme.shop.tz).date() - timedelta(days=1))
