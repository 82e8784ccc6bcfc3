"""Work of this room that waits."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from treue.core.jobs.wording import describe
from treue.core.jobs.work import Progress, kind
from treue.core.shop.models import Shop
from treue.design.figures import Link

RECOMMEND = "recommendations.refresh"


@kind(RECOMMEND)
def refresh(progress: Progress, *, shop_id: int, as_of: str = "") -> dict[str, object]:
    """Work out what each customer may want next. as_of: the day for which it was asked; it is done for the latest."""
    from treue.understand.recommendations.refresh import refresh

    shop = Shop.objects.filter(pk=shop_id).first()
    run = refresh(shop, progress=progress) if shop else None
    return {"as_of": run.until.isoformat(), "method": run.method, "status": run.status} if run else {}


describe(
    RECOMMEND,
    name=gettext_lazy("Recommendations for the customers"),
    steps={
        "reading": gettext_lazy("Reading what was bought"),
        "learning": gettext_lazy("Comparing the ways to recommend"),
        "storing": gettext_lazy("Choosing for each customer"),
    },
    leads_to=lambda job: Link(_("To the recommendations"), reverse("recommendations")),
)
