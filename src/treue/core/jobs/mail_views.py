"""The outbox: what left, what waits, what failed; and, while no mail server is set up, what it says."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from treue.core import paging
from treue.core.jobs import mail_wording, outbox
from treue.core.jobs.models import Mail
from treue.core.shop import clock
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design.tables import Cell, Column, Table


@requires(Permission.SEE_MAIL)
@require_GET
def mails(request: HttpRequest) -> HttpResponse:
    page, pager = paging.newest_first(request, Mail.objects.all())
    context = {"table": _table(page) if page else None, "pager": pager, "leaves": outbox.leaves()}
    return render(request, "jobs/mails.html", context)


@requires(Permission.SEE_MAIL)
@require_GET
@never_cache
def mail(request: HttpRequest, mail_id: int) -> HttpResponse:
    """One mail. Its text only while no mail leaves the machine: links in it open doors."""
    found = get_object_or_404(Mail, pk=mail_id)
    zone = clock.zone()
    state = mail_wording.state_of(found)
    facts = [
        (_("To"), found.to),
        (_("State"), state.text),
        (_("Written"), clock.printed(found.created_at, zone)),
        (_("Written to the folder") if found.text else _("Sent"), clock.printed(found.sent_at, zone)),
        (_("Attempts"), str(found.attempts)),
        (_("Next try"), clock.printed(found.next_try_at, zone)),
    ]
    context = {"mail": found, "facts": facts, "leaves": outbox.leaves(), "problem": mail_wording.problem_of(found)}
    return render(request, "jobs/mail.html", context)


@requires(Permission.SEE_MAIL)
@require_POST
def retry(request: HttpRequest, mail_id: int) -> HttpResponse:
    found = get_object_or_404(Mail, pk=mail_id)
    outbox.retry(mail=found, by=request.user)
    messages.success(request, _("The mail is tried again right away."))
    return redirect("mail_text", mail_id=found.pk)


def _table(page: list[Mail]) -> Table:
    zone = clock.zone()
    columns = [
        Column(_("Subject")),
        Column(_("State"), full=True),
        Column(_("To")),
        Column(_("Written")),
        Column(_("Attempts"), numeric=True),
        Column(_("Next try")),
        Column(_("Problem"), full=True),
    ]
    rows = []
    for row in page:
        state = mail_wording.state_of(row)
        rows.append(
            [
                Cell(row.subject, url=reverse("mail_text", args=[row.pk])),
                Cell(state.text, badge=state.badge),
                row.to,
                clock.printed(row.created_at, zone),
                str(row.attempts),
                clock.printed(row.next_try_at, zone),
                mail_wording.problem_of(row),
            ]
        )
    return Table(_("Mails"), columns, rows, caption=_("Newest first."), stack=True)
