"""What waits for a person this morning, and what stands between a new shop and its first figures."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.core.events import standing
from treue.core.jobs.models import Job
from treue.core.shop.models import AcquisitionCost, Shop
from treue.core.staff.models import User
from treue.core.staff.roles import Permission
from treue.core.webhooks.models import Endpoint
from treue.design import formats
from treue.design.figures import Link
from treue.listen.imports import leaning
from treue.listen.imports.models import Import
from treue.listen.tracking import activity
from treue.understand.metrics.scope.basis import active_language

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


def todo(shop: Shop, user: User, now: datetime) -> list[Entry]:
    """(count, text, link, urgent): only what the person may do, the urgent first."""
    entries = [
        _failed_events(user),
        _failing_webhooks(shop, user),
        _failed_jobs(user),
        _refused_events(shop, user, now),
        _rows_set_aside(shop, user),
        _missing_costs(shop, user),
    ]
    return [entry for entry in entries if entry]


def _failed_events(user: User) -> Entry | None:
    if not user.may(Permission.SEE_LOG):
        return None
    failed, waiting = standing.failed().count(), standing.waiting_behind()
    if not failed:
        return None
    text = ngettext("event could not be dealt with", "events could not be dealt with", failed)
    if waiting:
        number = formats.number(waiting, active_language())
        behind = ngettext("%(number)s more waits behind", "%(number)s more wait behind", waiting)
        text = f"{text}; {behind % {'number': number}}"
    return formats.number(failed, active_language()), text, Link(_("Look"), reverse("log") + "#failed"), True


def _failing_webhooks(shop: Shop, user: User) -> Entry | None:
    if not user.may(Permission.MANAGE_WEBHOOKS):
        return None
    failing = list(Endpoint.objects.filter(shop=shop).failing())
    if not failing:
        return None
    text = ngettext("webhook does not get through", "webhooks do not get through", len(failing))
    url = reverse("webhook", args=[failing[0].pk]) if len(failing) == 1 else reverse("webhooks")
    return formats.number(len(failing), active_language()), text, Link(_("Look"), url), True


def _refused_events(shop: Shop, user: User, now: datetime) -> Entry | None:
    if not user.may(Permission.MANAGE_SOURCES):
        return None
    refusing = [each for each in activity.of(shop, now) if each.refused]
    refused = sum(each.refused for each in refusing)
    if not refused:
        return None
    text = ngettext(
        "event of a source was refused in the last 24 hours",
        "events of sources were refused in the last 24 hours",
        refused,
    )
    url = reverse("source", args=[refusing[0].source.pk]) if len(refusing) == 1 else reverse("sources")
    return formats.number(refused, active_language()), text, Link(_("Look"), url), False


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
