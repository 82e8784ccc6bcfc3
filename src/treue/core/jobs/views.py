"""Work that waits: what runs, what failed and why, what is over."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from treue.core import paging
from treue.core.jobs import watching, wording, work
from treue.core.jobs.models import Job
from treue.core.shop import clock
from treue.core.staff.models import User
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design import formats
from treue.design.tables import Cell, Column, Table

BADGES = {Job.State.DONE: "good", Job.State.FAILED: "bad", Job.State.CANCELLED: "plain"}
FAILED_SHOWN = 10


@requires(Permission.SEE_JOBS)
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    over, pager = paging.newest_first(
        request, Job.objects.exclude(state__in=watching.MOVING).select_related("started_by")
    )
    failed = [job for job in over if job.state == Job.State.FAILED and watching.may_steer(request.user, job)]
    return render(
        request,
        "jobs/jobs.html",
        {
            "moving": [watching.card(job, request.user) for job in watching.moving()],
            "failed": [(job, watching.card(job, request.user)) for job in failed[:FAILED_SHOWN]],
            "past": _past(over, request.user) if over else None,
            "pager": pager,
        },
    )


@requires(Permission.SEE_JOBS)
@require_GET
def card(request: HttpRequest, job_id: int) -> HttpResponse:
    """One job's card, fetched anew every two seconds while it moves."""
    job = get_object_or_404(Job, pk=job_id)
    return render(request, "jobs/_card.html", {"job": watching.card(job, request.user)})


@requires(Permission.SEE_JOBS)
@require_POST
def cancel(request: HttpRequest, job_id: int) -> HttpResponse:
    job = _steered(request.user, job_id)
    try:
        work.cancel(job=job, by=request.user)
    except work.MustEnd:
        messages.warning(request, _("“%(job)s” cannot be cancelled.") % {"job": wording.name_of(job)})
    else:
        messages.success(request, _("“%(job)s” is being cancelled.") % {"job": wording.name_of(job)})
    return redirect("jobs")


@requires(Permission.SEE_JOBS)
@require_POST
def retry(request: HttpRequest, job_id: int) -> HttpResponse:
    job = _steered(request.user, job_id)
    try:
        work.retry(job=job, by=request.user)
    except work.NotOver:
        messages.warning(request, _("“%(job)s” is not over yet.") % {"job": wording.name_of(job)})
    else:
        messages.success(request, _("“%(job)s” starts again.") % {"job": wording.name_of(job)})
    return redirect("jobs")


def _steered(user: User, job_id: int) -> Job:
    job = get_object_or_404(Job, pk=job_id)
    if not watching.may_steer(user, job):
        raise PermissionDenied
    return job


def _past(over: list[Job], user: User) -> Table:
    zone = clock.zone()
    words = {Job.State.DONE: _("Done"), Job.State.FAILED: _("Failed"), Job.State.CANCELLED: _("Cancelled")}
    columns = [
        Column(_("Work")),
        Column(_("State"), corner=True),
        Column(_("Outcome"), full=True),
        Column(_("Started by")),
        Column(_("Began")),
        Column(_("Took"), numeric=True),
    ]
    rows = [
        [
            _name(job, user),
            Cell(words[Job.State(job.state)], badge=BADGES[Job.State(job.state)]),
            watching.outcome(job) or formats.NOTHING,
            watching.starter(job),
            clock.printed(job.started_at or job.created_at, zone),
            watching.duration(job),
        ]
        for job in over
    ]
    return Table(_("Past work"), columns, rows, caption=_("Newest first."), stack=True)


def _name(job: Job, user: User) -> Cell:
    link = watching.link_for(user, job)
    return Cell(wording.name_of(job), url=link.url if link else "")
