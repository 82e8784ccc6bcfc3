"""What the worker calls."""

from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.jobs import Status
from procrastinate.manager import JobManager

from treue.core.jobs import outbox, work

SECONDS_UNTIL_DEAD = 60
HOURS_KEPT = 24


@app.task(name="jobs.run")
def run(job_id: int) -> None:
    work.run(job_id)


@app.periodic(cron="* * * * *")
@app.task(name="jobs.take_up_again", queueing_lock="jobs.take_up_again", pass_context=True)
async def take_up_again(context: JobContext, timestamp: int) -> None:
    await take_up(context.app.job_manager, seconds_until_dead=SECONDS_UNTIL_DEAD)


async def take_up(manager: JobManager, *, seconds_until_dead: float) -> None:
    """Put jobs whose worker died back into the queue; what comes by the clock comes again by itself."""
    for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=seconds_until_dead):
        if stalled.task_name == run.name:
            await manager.retry_job(stalled)
        else:
            await manager.finish_job(stalled, Status.FAILED, delete_job=True)


@app.periodic(cron="* * * * *")
@app.task(name="jobs.send_mail", queueing_lock="jobs.send_mail")
def send_mail(timestamp: int) -> None:
    outbox.send_due()


@app.task(name="jobs.mail_written")
def mail_written() -> None:
    """Without a queueing lock: it would let one transaction that writes a mail wait for another."""
    outbox.send_due()


@app.periodic(cron="13 3 * * *")
@app.task(name="jobs.clean_up", queueing_lock="jobs.clean_up", pass_context=True)
async def clean_up(context: JobContext, timestamp: int) -> None:
    """Forget the queue's own records of what is over; what people look at stays in our tables."""
    await context.app.job_manager.delete_old_jobs(
        nb_hours=HOURS_KEPT, include_failed=True, include_cancelled=True, include_aborted=True
    )
