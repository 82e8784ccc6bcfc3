"""What the worker calls."""

from procrastinate import JobContext
from procrastinate.contrib.django import app

from treue.core.jobs import outbox, work

SECONDS_UNTIL_DEAD = 60


@app.task(name="jobs.run")
def run(job_id: int) -> None:
    work.run(job_id)


@app.periodic(cron="* * * * *")
@app.task(name="jobs.take_up_again", queueing_lock="jobs.take_up_again", pass_context=True)
async def take_up_again(context: JobContext, timestamp: int) -> None:
    """Jobs whose worker died go back into the queue."""
    manager = context.app.job_manager
    for stalled in await manager.get_stalled_jobs(seconds_since_heartbeat=SECONDS_UNTIL_DEAD):
        await manager.retry_job(stalled)


@app.periodic(cron="* * * * *")
@app.task(name="jobs.send_mail", queueing_lock="jobs.send_mail")
def send_mail(timestamp: int) -> None:
    outbox.send_due()


@app.task(name="jobs.mail_written")
def mail_written() -> None:
    """Without a queueing lock: it would let one transaction that writes a mail wait for another."""
    outbox.send_due()
