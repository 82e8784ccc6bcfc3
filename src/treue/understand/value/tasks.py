"""Work of this room that waits."""

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from treue.core.jobs.wording import describe
from treue.core.jobs.work import Progress, kind
from treue.core.shop.models import Shop
from treue.core.staff.audit_facts import word_values
from treue.design.figures import Link

SCORE = "value.score"


@kind(SCORE)
def score(progress: Progress, *, shop_id: int, customers: list[int] | None = None) -> dict[str, object]:
    """Work out what each customer is worth; customers: only whose orders changed since, by the models of the night."""
    from treue.understand.value.refresh import refresh

    shop = Shop.objects.filter(pk=shop_id).first()
    fit = refresh(shop, customers=customers, progress=progress) if shop else None
    return {"fit": fit.pk, "as_of": fit.until.isoformat(), "model": fit.model, "status": fit.status} if fit else {}


describe(
    SCORE,
    name=_("Value of the customers"),
    steps={
        "reading": _("Looking at each customer"),
        "fitting": _("Comparing the models"),
        "scoring": _("Looking ahead"),
        "storing": _("Keeping the figures"),
        "summing": _("Adding up"),
    },
    leads_to=lambda job: Link(gettext("To the values"), reverse("value")),
)

LISTS = {"at-risk": _("Customers at risk"), "due": _("Next purchases due this week")}
word_values("list", lambda name: LISTS.get(name, name))
