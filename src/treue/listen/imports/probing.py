"""A dry run: what an import would do, without doing it."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.core.jobs.work import Progress
from treue.core.staff.models import User
from treue.listen.imports import assigning, importing, uploads
from treue.listen.imports.failures import MovedOn, named_failures
from treue.listen.imports.models import Import
from treue.listen.imports.standing import held
from treue.listen.imports.storing.scratch import scratch


def start(*, task: Import, by: User | None, columns: Mapping[str, str] | None = None) -> Job:
    """Queue a dry run. It waits for nobody: it writes nothing but its result.

    columns: what a person decided that they are, or None where that stands already. An import that came to nothing
    begins anew with it. Raises FileGone, NotEnoughSpace, MovedOn.
    """
    uploads.require_space(task.size, uploads.path_of(task).suffix)
    with transaction.atomic():
        if not held(task).may_assign:
            raise MovedOn
        if columns is not None:
            assigning.assign(task=task, columns=columns)
        job = work.start("imports.probe", by=by, import_id=task.pk)
        task.state, task.job, task.probe = Import.State.MAPPING, job, None
        task.summary, task.finished_at = {}, None
        task.save(update_fields=["state", "job", "probe", "summary", "finished_at"])
    return job


def run(import_id: int, progress: Progress) -> dict[str, object]:
    """Do a queued dry run; called by the worker, perhaps again. Returns what is kept as the import's `probe`."""
    task = Import.objects.select_related("shop").get(pk=import_id)
    columns = task.columns
    with named_failures(task.file_name), scratch(f"probe-{progress.job_id}-{task.pk}") as backend:
        source, mapping = importing.opened(task)
        bring_in = importing.BRING_IN[Import.What(task.what)]
        found = bring_in(task, source, mapping, backend=backend, now=timezone.now(), progress=progress, write=False)
    # Somebody may have changed the columns meanwhile; then this says nothing about what would happen.
    Import.objects.filter(pk=task.pk, columns=columns).update(probe=found)
    return found
