"""The worker's main loop: jobs, reactions and webhooks, until told to end."""

import asyncio
import signal
from contextlib import suppress

from treue.core.events import reactor
from treue.core.webhooks import courier

TO_END = (signal.SIGINT, signal.SIGTERM)
AT_ONCE = 3
PATIENCE_SECONDS = 10


def work() -> None:
    """Django is set up, the database is there."""
    with reactor.running(), courier.running():
        asyncio.run(_work_until_told())


async def _work_until_told() -> None:
    """Signals are heard by the loop alone from the start: what is raised in the middle of a loop's callbacks leaves
    tasks behind that never end."""
    from procrastinate.contrib.django import app

    told, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in TO_END:
        loop.add_signal_handler(number, told.set)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, TO_END)
    own = app.with_connector(app.connector.get_worker_connector())
    async with own.open_async():
        jobs = own.run_worker_async(
            concurrency=AT_ONCE,
            shutdown_graceful_timeout=PATIENCE_SECONDS,
            update_heartbeat_interval=10,
            install_signal_handlers=False,
        )
        working = asyncio.create_task(jobs)
        await asyncio.wait([working, asyncio.create_task(told.wait())], return_when=asyncio.FIRST_COMPLETED)
        working.cancel()  # it lets its jobs end first
        with suppress(asyncio.CancelledError):
            await working
