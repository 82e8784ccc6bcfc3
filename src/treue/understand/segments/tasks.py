"""Work of this room that waits."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from treue.core.jobs.wording import describe
from treue.core.jobs.work import Progress, kind
from treue.core.shop.models import Shop
from treue.design.figures import Link

REFRESH, SUM_UP = "segments.refresh", "segments.sum_up"


@kind(REFRESH)
def refresh(progress: Progress, *, shop_id: int) -> dict[str, object]:
    """Work out in which group each customer stands, and their rhythm."""
    from treue.understand.segments import refresh as groups

    shop = Shop.objects.filter(pk=shop_id).first()
    found = groups.refresh(shop, progress=progress) if shop else None
    return {"as_of": found.as_of.isoformat(), "customers": found.customers} if found else {}


@kind(SUM_UP)
def sum_up(progress: Progress, *, shop_id: int) -> dict[str, object]:
    """Add up what the groups are worth by models that were fitted after they were made."""
    from treue.understand.segments import reading, summing

    shop = Shop.objects.filter(pk=shop_id).first()
    current = reading.current(shop) if shop else None
    if current:
        summing.sum_up(current)
    return {}


describe(
    SUM_UP, name=gettext_lazy("Value of the groups"), leads_to=lambda job: Link(_("To the groups"), reverse("segments"))
)
describe(
    REFRESH,
    name=gettext_lazy("Groups of the customers"),
    steps={
        "reading": gettext_lazy("Looking at each customer"),
        "storing": gettext_lazy("Keeping the figures"),
    },
    leads_to=lambda job: Link(_("To the groups"), reverse("segments")),
)
