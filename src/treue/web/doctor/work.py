"""Work that waits: jobs, mails, imports, and who does them."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.core.events import reading
from treue.core.jobs import work
from treue.core.jobs.models import Job, Mail
from treue.core.jobs.tasks import SECONDS_UNTIL_DEAD
from treue.listen.imports.models import Import
from treue.web.doctor.finding import Clock, Finding, rows, value

LONGEST_SILENCE = timedelta(minutes=10)
RECENT = timedelta(days=7)
LATE_MAIL = timedelta(minutes=30)
OUR_FAULT = ("Unexpected", "WorkerDied", "UnknownKind")
MOVING = (Job.State.WAITING, Job.State.RUNNING)

WORKERS = "select count(*) from procrastinate_workers where last_heartbeat > now() - %s * interval '1 second'"
LOST = """
select count(*) from jobs_job j where j.state in ('waiting', 'running') and not exists (
    select from procrastinate_jobs q where q.id = j.queue_id and q.status in ('todo', 'doing'))"""


def worker(_clock: Clock) -> Iterator[Finding]:
    if value(WORKERS, [SECONDS_UNTIL_DEAD]):
        return
    waiting = Job.objects.filter(state__in=MOVING).count() + Mail.objects.due().count() + len(reading.waiting())
    if waiting:
        yield Finding(
            _("No worker gives a sign of life, and work waits for one."),
            _("Start treue worker (systemctl start treue-worker@1), or treue up on a single machine."),
        )


def jobs(clock: Clock) -> Iterator[Finding]:
    recently = Q(error__in=OUR_FAULT, finished_at__gt=clock() - RECENT) | Q(kind__in=work.MUST_END)
    failed = Job.objects.filter(recently, state=Job.State.FAILED)
    if count := failed.count():
        yield Finding(
            ngettext(
                "%(count)s job failed for a reason that is ours, or was promised to somebody (%(kind)s).",
                "%(count)s jobs failed for a reason that is ours, or were promised to somebody (%(kind)s, …).",
                count,
            )
            % {"count": count, "kind": failed.first().kind},
            _("The worker's log says why. The page Jobs lets them be tried again."),
        )
    if lost := value(LOST):
        yield Finding(
            ngettext(
                "%(count)s job waits that stands in no queue: nobody will ever do it.",
                "%(count)s jobs wait that stand in no queue: nobody will ever do them.",
                lost,
            )
            % {"count": lost},
            _("Cancel it on the page Jobs, and let it be tried again there."),
        )
    silent = Job.objects.filter(state=Job.State.RUNNING, last_sign_at__lt=clock() - LONGEST_SILENCE).count()
    if silent and value(WORKERS, [SECONDS_UNTIL_DEAD]):
        yield Finding(
            ngettext(
                "%(count)s job is said to run, but gave no sign for ten minutes.",
                "%(count)s jobs are said to run, but gave no sign for ten minutes.",
                silent,
            )
            % {"count": silent},
            _("Restart the worker: the work is taken up again a minute later."),
        )


def mails(clock: Clock) -> Iterator[Finding]:
    if given_up := Mail.objects.given_up().count():
        yield Finding(
            ngettext(
                "%(count)s mail was given up after twelve attempts.",
                "%(count)s mails were given up after twelve attempts.",
                given_up,
            )
            % {"count": given_up},
            _("Look at TREUE_SMTP_URL and at the mail server; the page Mail lets them be tried again."),
        )
    late = Mail.objects.due().filter(created_at__lt=clock() - LATE_MAIL).count()
    if late:
        yield Finding(
            ngettext(
                "%(count)s mail has waited in the outbox for more than half an hour.",
                "%(count)s mails have waited in the outbox for more than half an hour.",
                late,
            )
            % {"count": late},
            _("Look whether a worker runs, at TREUE_SMTP_URL and at the mail server."),
        )


def imports(_clock: Clock) -> Iterator[Finding]:
    """One that nobody works at any more, half in and half out."""
    begun = Import.objects.filter(state__in=(Import.State.RUNNING, Import.State.UNDOING))
    left = begun.exclude(job__state__in=MOVING)
    if count := left.count():
        yield Finding(
            ngettext(
                "%(count)s import was broken off and is only partly in (%(name)s).",
                "%(count)s imports were broken off and are only partly in (%(name)s, …).",
                count,
            )
            % {"count": count, "name": f"#{left.first().pk}"},
            _("Undo it on the page Imports, or start its job again on the page Jobs."),
        )


def queue(_clock: Clock) -> Iterator[Finding]:
    """Procrastinate's own: what a dead worker held and nobody took up."""
    held = rows(
        """select count(*) from procrastinate_jobs j left join procrastinate_workers w on w.id = j.worker_id
        where j.status = 'doing' and (w.id is null or w.last_heartbeat < now() - interval '10 minutes')"""
    )[0][0]
    if held and value(WORKERS, [SECONDS_UNTIL_DEAD]):
        yield Finding(
            ngettext(
                "%(count)s entry of the queue is held by a worker that is dead.",
                "%(count)s entries of the queue are held by workers that are dead.",
                held,
            )
            % {"count": held},
            _("A living worker takes them up within a minute; if it does not, restart it and read its log."),
        )
