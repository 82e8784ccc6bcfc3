"""Work of this room that waits."""

from procrastinate.contrib.django import app

from treue.core.jobs.work import Progress, kind
from treue.listen.imports import importing, undoing, uploads


@kind("imports.run")
def run(progress: Progress, *, import_id: int) -> dict[str, object]:
    return importing.run(import_id, progress)


@kind("imports.undo")
def undo(progress: Progress, *, import_id: int) -> dict[str, object]:
    return undoing.run(import_id, progress)


@app.periodic(cron="17 3 * * *")
@app.task(name="imports.discard_old", queueing_lock="imports.discard_old")
def discard_old(timestamp: int) -> None:
    uploads.discard_old()
