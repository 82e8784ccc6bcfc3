"""Have the groups worked out anew between the figures, which ask for it themselves."""

from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.understand.segments.tasks import REFRESH


def at_once(shop_id: int) -> None:
    """Queue it, unless it waits already; what waits for its hour does not count. It leaves with the surrounding
    transaction."""
    lock = f"{REFRESH}.{shop_id}"
    if not Job.objects.filter(kind=REFRESH, state=Job.State.WAITING, lock=lock).exists():
        work.start(REFRESH, lock=lock, shop_id=shop_id)
