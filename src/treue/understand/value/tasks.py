"""Work of this room that waits."""

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from treue.core.jobs import work
from treue.core.jobs.wording import describe
from treue.core.jobs.work import Progress, kind
from treue.core.shop.models import Shop
from treue.core.staff.audit_facts import word_values
from treue.design.figures import Link

SCORE = "value.score"
GROUP, SUM_GROUPS = "segments.refresh", "segments.sum_up"  # of the room beside


@kind(SCORE)
def score(progress: Progress, *, shop_id: int, customers: list[int] | None = None) -> dict[str, object]:
    """Work out what each customer is worth; customers: only whose orders changed since, by the models of the night."""
    from treue.understand.value import reading
    from treue.understand.value.refresh import refresh

    shop = Shop.objects.filter(pk=shop_id).first()
    former = reading.current(shop) if shop else None
    fit = refresh(shop, customers=customers, progress=progress) if shop else None
    if fit and (customers is None or fit != former):
        _have_groups_summed(shop_id)
    return {"fit": fit.pk, "as_of": fit.until.isoformat(), "model": fit.model, "status": fit.status} if fit else {}


def _have_groups_summed(shop_id: int) -> None:
    """The groups may have been made before, beside this work; behind those who make them now."""
    if SUM_GROUPS in work.KINDS:
        work.start(SUM_GROUPS, lock=f"{GROUP}.{shop_id}", shop_id=shop_id)


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
