"""Work of this room that waits."""

from collections.abc import Collection, Iterator, Sequence

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from treue.core.customers.erasure import followed_by
from treue.core.customers.models import Erasure
from treue.core.events import departed
from treue.core.events.departed import Span
from treue.core.events.models import Event
from treue.core.jobs import work
from treue.core.jobs.wording import describe
from treue.core.jobs.work import Progress, kind
from treue.core.shop.models import Shop


@kind("lake.erase", must_end=True)
def erase(
    progress: Progress,
    *,
    shop_id: int,
    customer_id: int,
    erasure_id: int | None = None,
    persons: Sequence[int] = (),
) -> dict[str, object]:
    """Take an erased customer out of the files, note it on the receipt, and have the figures computed anew."""
    from treue.core.lake import erasing

    erasing.erase(shop_id, customer_id, persons)
    Erasure.objects.filter(pk=erasure_id).update(lake_rewritten_at=timezone.now())
    if Shop.objects.filter(pk=shop_id).exists():
        work.start("metrics.refresh", lock=f"metrics.refresh.{shop_id}", shop_id=shop_id, changed_only=True)
    return {}


@kind("lake.remove")
def remove(progress: Progress, *, shop_id: int) -> dict[str, object]:
    """Delete the files of a shop that was removed."""
    from treue.core.lake import erasing

    erasing.remove(shop_id)
    return {}


@app.periodic(cron="47 2 * * *")
@app.task(name="lake.move_old_events", queueing_lock="lake.move_old_events")
def move_old_events(timestamp: int) -> None:
    from treue.core.lake import events

    events.move_old(timezone.now().date())


class Months:
    """The months of the log that lie in the lake. What opens files is loaded when somebody asks for them."""

    def read(self, shop_id: int, files: Collection[str], numbers: Collection[int]) -> Iterator[Event]:
        from treue.core.lake import events

        return events.of(shop_id, files, numbers)

    def span(self, shop_id: int, file: str, numbers: Collection[int]) -> Span | None:
        from treue.core.lake import events

        return events.span(shop_id, file, numbers)

    def whose(self, shop_id: int, files: Collection[str], numbers: Collection[int]) -> set[int]:
        from treue.core.lake import events

        return events.whose(shop_id, files, numbers)


departed.kept_in(Months())
followed_by("lake.erase", needs_persons=True)
describe("lake.erase", name=_("Erasure of a customer from the files"))
describe("lake.remove", name=_("Removal of a shop's files"))
