"""The audit trail: who did what, when."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from treue.core import paging
from treue.core.shop import clock
from treue.core.staff.audit_facts import facts_text
from treue.core.staff.audit_wording import action_name, subject_text
from treue.core.staff.models import AuditEntry, User
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design import spreadsheet
from treue.design.tables import Column, Table, address


@requires(Permission.SEE_AUDIT)
@require_GET
def audit(request: HttpRequest) -> HttpResponse:
    page, pager = paging.newest_first(request, _filtered(request))
    zone = clock.zone()
    columns = [
        Column(_("When")),
        Column(_("Who")),
        Column(_("What")),
        Column(_("Concerning")),
        Column(_("Details"), full=True),
    ]
    names = _names()
    rows = [[clock.printed(entry.at, zone), *_texts(entry, names)] for entry in page]
    csv_url = reverse("audit_csv") + address(request.GET)
    table = Table(_("Audit log"), columns, rows, caption=_("Newest first."), stack=True, csv_url=csv_url)
    context = {"table": table if rows else None, "pager": pager, **_choices(request)}
    return render(request, "staff/audit.html", context)


@requires(Permission.SEE_AUDIT)
@require_GET
def audit_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The whole trail as filtered, oldest first, with the actions' own names beside the words."""
    zone = clock.zone()
    names = _names()
    entries = _filtered(request).order_by("pk").iterator(chunk_size=2000)
    rows = ([entry.at.astimezone(zone), *_texts(entry, names), entry.action] for entry in entries)
    head = [_("When"), _("Who"), _("What"), _("Concerning"), _("Details"), "action"]
    return spreadsheet.download(request, "audit.csv", spreadsheet.pieces(head, rows, language=get_language() or "en"))


def _filtered(request: HttpRequest) -> QuerySet[AuditEntry]:
    """As asked for; nothing where an action or a person is asked for that the trail does not know."""
    entries = AuditEntry.objects.select_related("who")
    action, who = request.GET.get("action", ""), request.GET.get("who", "")
    if action:
        entries = entries.filter(action=action) if action in _actions() else entries.none()
    if who == "none":
        entries = entries.filter(who=None)
    elif who:
        person = {str(pk): pk for pk in User.objects.values_list("pk", flat=True)}.get(who)
        entries = entries.filter(who=person) if person else entries.none()
    return entries


def _actions() -> list[str]:
    return list(AuditEntry.objects.order_by("action").values_list("action", flat=True).distinct())


def _names() -> dict[str, str]:
    """Colleagues by name; there are few of them, and customers are never named here."""
    return {f"user {user.pk}": str(user) for user in User.objects.all()}


def _texts(entry: AuditEntry, names: dict[str, str]) -> list[str]:
    who = str(entry.who) if entry.who else _("Treue itself")
    return [who, action_name(entry.action), subject_text(entry.subject, names), facts_text(entry.facts)]


def _choices(request: HttpRequest) -> dict[str, object]:
    people = [(str(user.pk), str(user)) for user in User.objects.order_by("name", "email")]
    return {
        "actions": [
            ("", _("Everything")),
            *sorted(((a, action_name(a)) for a in _actions()), key=lambda pair: pair[1]),
        ],
        "people": [("", _("Everybody")), *people, ("none", _("Treue itself"))],
        "action": request.GET.get("action", ""),
        "who": request.GET.get("who", ""),
    }
