"""What waits for a person this morning, and what stands between a new shop and its first figures."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.core.jobs.models import Job
from treue.core.shop.models import AcquisitionCost, Shop
from treue.core.staff.models import User
from treue.core.staff.roles import Permission
from treue.design import formats
from treue.design.figures import Link
from treue.listen.imports import leaning
from treue.listen.imports.models import Import
from treue.understand.metrics.basis import active_language

Entry = tuple[str, str, Link, bool]
REFRESH = "metrics.refresh"


@dataclass(frozen=True)
class Waiting:
    """Why there are no figures yet: `computing`, or nothing was imported; `may_import` decides what is offered."""

    computing: bool
    may_import: bool


def waiting_for(shop: Shop, user: User) -> Waiting:
    unfinished = Job.objects.filter(state__in=[Job.State.WAITING, Job.State.RUNNING])
    computing = unfinished.filter(kind=REFRESH, arguments__shop_id=shop.pk).exists()
    importing = Import.objects.filter(shop=shop, state=Import.State.RUNNING).exists()
    return Waiting(computing=computing or importing, may_import=user.may(Permission.IMPORT))


def todo(shop: Shop, user: User) -> list[Entry]:
    """(count, text, link, urgent): only what the person may do, the urgent first."""
    entries = [_failed_jobs(user), _rows_set_aside(shop, user), _missing_costs(shop, user)]
    return [entry for entry in entries if entry]


def _failed_jobs(user: User) -> Entry | None:
    latest = Job.objects.order_by("kind", "-id").distinct("kind").values("pk")
    failed = Job.objects.filter(pk__in=latest, state=Job.State.FAILED).count()
    if not failed or not user.may(Permission.SEE_JOBS):
        return None
    text = ngettext("job failed at its last run", "jobs failed at their last run", failed)
    return str(failed), text, Link(_("Look"), reverse("jobs")), True


def _rows_set_aside(shop: Shop, user: User) -> Entry | None:
    done = Import.objects.filter(shop=shop, state=Import.State.DONE).order_by("-id")
    last = next((each for each in done.iterator(chunk_size=10) if not leaning.is_gone(each)), None)
    rows = sum(last.summary.get("set_aside", {}).values()) if last else 0
    if not rows or not user.may(Permission.IMPORT):
        return None
    text = ngettext("row of the last import was set aside", "rows of the last import were set aside", rows)
    return formats.number(rows, active_language()), text, Link(_("Look"), reverse("imports")), False


def _missing_costs(shop: Shop, user: User) -> Entry | None:
    if not user.may(Permission.EDIT_SHOP) or AcquisitionCost.objects.filter(shop=shop).exists():
        return None
    text = _("figure is missing: what new customers cost you. With it Treue sets their value against it.")
    return "1", text, Link(_("Enter"), reverse("settings_costs")), False
