"""Jobs and mails as pages show them: texts ready to print."""

from datetime import timedelta

from django.db.models import QuerySet
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from procrastinate.contrib.django.models import ProcrastinateJob

from treue.core.jobs import wording, work
from treue.core.jobs.models import Job
from treue.core.staff.models import User
from treue.core.staff.roles import Permission
from treue.design import formats
from treue.design.figures import Link
from treue.design.progress import Progress

MOVING = [Job.State.WAITING, Job.State.RUNNING]
SECONDS_BEFORE_GUESSING = 5
SECONDS_UNTIL_SILENT = 30  # a worker gives a sign every ten


def language() -> str:
    return (get_language() or "en")[:2]


def moving() -> QuerySet[Job]:
    return Job.objects.filter(state__in=MOVING).select_related("started_by").order_by("id")


def may_steer(user: User, job: Job) -> bool:
    """Cancel and try again: whoever started it, and who runs the shop."""
    return job.started_by_id == user.pk or user.may(Permission.EDIT_SHOP)


def may_cancel(user: User, job: Job) -> bool:
    return may_steer(user, job) and job.kind not in work.MUST_END


def card(job: Job, user: User) -> Progress:
    """The job's card: name, how far it is, how it ended, what can be done about it."""
    moves = job.state in MOVING
    return Progress(
        name=wording.name_of(job),
        percent=percent(job),
        detail=detail(job),
        state=job.state,
        poll_url=reverse("job_card", args=[job.pk]) if moves else "",
        cancel_url=reverse("job_cancel", args=[job.pk]) if moves and may_cancel(user, job) else "",
        message="" if moves else ending(job),
        next_step=None if moves else link_for(user, job),
    )


def link_for(user: User, job: Job) -> Link | None:
    """Where the job leads, for whom may open that page."""
    link = wording.link_of(job)
    if link is None:
        return None
    needed = getattr(resolve(link.url.partition("?")[0]).func, "required_permissions", ())
    return link if all(user.may(each) for each in needed) else None


def percent(job: Job) -> int | None:
    """Of the whole work where its steps' shares are known, else of the step; None while nothing can be said."""
    of_step = min(100, job.done * 100 // job.total) if job.total else None
    span = wording.span_of(job)
    if span is None:
        return of_step
    begin, end = span
    return begin + (end - begin) * (of_step or 0) // 100


def detail(job: Job) -> str:
    """What it does right now: "Reading the file · 11,470 of 18,500 · 2 min left"."""
    if job.cancel_requested:
        return _("Is being cancelled.")
    if job.state == Job.State.WAITING:
        return _begin(job)
    if is_abandoned(job):
        return _("The worker has fallen silent. Another one takes the work up, mostly within two minutes.")
    parts = [wording.step_of(job), _how_many(job), _time_left(job)]
    return " · ".join(filter(None, parts)) or _("At work.")


def is_abandoned(job: Job) -> bool:
    """Its worker gives no sign any more: it was killed, or its machine sleeps."""
    lately = timezone.now() - timedelta(seconds=SECONDS_UNTIL_SILENT)
    queued = ProcrastinateJob.objects.filter(pk=job.queue_id, status="doing")
    return job.state == Job.State.RUNNING and queued.exclude(worker__last_heartbeat__gt=lately).exists()


def ending(job: Job) -> str:
    return outcome(job) or _("Done in %(duration)s.") % {"duration": duration(job)}


def outcome(job: Job) -> str:
    """How it ended; nothing where it went well and there is no more to say."""
    if job.state == Job.State.FAILED:
        return wording.failure_of(job)
    if job.state == Job.State.CANCELLED:
        return _("Was cancelled.")
    return wording.outcome_of(job)


def duration(job: Job) -> str:
    if job.started_at is None or job.finished_at is None:
        return formats.NOTHING
    return formats.duration((job.finished_at - job.started_at).total_seconds(), language())


def starter(job: Job) -> str:
    return str(job.started_by) if job.started_by else _("Treue itself")


def _begin(job: Job) -> str:
    """When a job that waits will begin."""
    queued, now = ProcrastinateJob.objects.filter(pk=job.queue_id), timezone.now()
    due = queued.filter(scheduled_at__gt=now).values_list("scheduled_at", flat=True).first()
    if due is None:
        return _("Starts as soon as the worker is free.")
    return _("Starts in %(duration)s.") % {"duration": formats.duration((due - now).total_seconds(), language())}


def _how_many(job: Job) -> str:
    if not wording.is_counted(job) or not (job.done or job.total):
        return ""
    if job.total is None:
        return _("%(done)s so far") % {"done": formats.number(job.done, language())}
    return _("%(done)s of %(total)s") % {
        "done": formats.number(job.done, language()),
        "total": formats.number(job.total, language()),
    }


def _time_left(job: Job) -> str:
    """Reckoned from the last sign of progress, and counted down from there.

    Reckoned from now it would grow while no progress comes, as when the worker was killed. Once it has run out without
    another sign, nobody knows.
    """
    whole = wording.span_of(job) is not None
    since, done = (job.started_at if whole else job.step_started_at), percent(job)
    if not since or not job.last_sign_at or not done or done >= 100:
        return ""
    elapsed = (job.last_sign_at - since).total_seconds()
    left = elapsed * (100 - done) / done - (timezone.now() - job.last_sign_at).total_seconds()
    if elapsed < SECONDS_BEFORE_GUESSING or left <= 0:
        return ""
    return _("%(duration)s left") % {"duration": formats.duration(left, language())}
