"""Bring a file in: from the upload to the database, whole or not at all.

The work may be started again after its worker was killed: what is there already is recognised, and it ends as if it
had run once. Where it is cancelled or fails, what it wrote is taken back.
"""

from django.db import transaction
from django.utils import timezone

from treue.core.commerce.models import Batch
from treue.core.jobs import work
from treue.core.jobs.errors import Cancelled
from treue.core.jobs.models import Job
from treue.core.jobs.work import Progress
from treue.core.staff import audit
from treue.core.staff.models import User
from treue.listen.imports import forgetting, order_files, record_files, uploads
from treue.listen.imports.columns import Mapping
from treue.listen.imports.failures import MovedOn, NothingUsable, named_failures
from treue.listen.imports.models import Import, Trace
from treue.listen.imports.reading import Source, open_source
from treue.listen.imports.reasons import ERASED_PERSON
from treue.listen.imports.sentences import is_useless
from treue.listen.imports.standing import held
from treue.listen.imports.storing.scratch import scratch
from treue.listen.imports.touching import customers_touched
from treue.listen.imports.turns import own_turn, queue_lock
from treue.listen.imports.undoing import refresh_figures, take_back

AGAIN = (Import.State.RUNNING, Import.State.FAILED, Import.State.CANCELLED)
BRING_IN = {
    Import.What.ORDERS: order_files.bring_in,
    Import.What.CUSTOMERS: record_files.customers,
    Import.What.PRODUCTS: record_files.products,
    Import.What.COSTS: record_files.acquisition_costs,
}


def start(*, task: Import, by: User | None) -> Job:
    """Queue an import. It waits for its turn in the shop.

    Raises FileGone, NotEnoughSpace, MovedOn; NothingUsable where a dry run has said so.
    """
    path = uploads.path_of(task)
    uploads.require_space(task.size, path.suffix)
    with transaction.atomic():
        if not held(task).may_start:
            raise MovedOn
        if task.probe and is_useless(task.probe):
            raise NothingUsable
        job = work.start("imports.run", by=by, lock=queue_lock(task.shop_id), import_id=task.pk)
        task.state, task.job, task.started_by = Import.State.RUNNING, job, by
        task.summary, task.finished_at = {}, None
        task.save(update_fields=["state", "job", "started_by", "summary", "finished_at"])
        audit.record("import.started", who=by, subject=f"import {task.pk}", what=task.what, file=task.file_name)
    return job


def run(import_id: int, progress: Progress) -> dict[str, object]:
    """Do a queued import; called by the worker, perhaps again. Returns the summary."""
    task = Import.objects.select_related("shop", "batch").get(pk=import_id)
    with own_turn(task.shop_id, progress):
        task.refresh_from_db(fields=["state", "summary", "batch"])
        if task.state not in AGAIN:
            return task.summary
        try:
            with named_failures(task.file_name):
                summary = _bring_in(task, progress)
        except Cancelled:
            _give_up(task, Import.State.CANCELLED)
            raise
        except Exception:
            _give_up(task, Import.State.FAILED)
            raise
        _finish(task, summary)
    refresh_figures(task)
    return summary


def _bring_in(task: Import, progress: Progress) -> dict[str, object]:
    begun = timezone.now()
    path = uploads.path_of(task)
    uploads.require_space(task.size, path.suffix)
    _prepare(task)
    source, mapping = opened(task)
    with scratch(f"import-{task.pk}") as backend:
        bring_in = BRING_IN[Import.What(task.what)]
        summary = bring_in(task, source, mapping, backend=backend, now=timezone.now(), progress=progress)
    return summary | {"seconds": round((timezone.now() - begun).total_seconds(), 1)}


def opened(task: Import) -> tuple[Source, Mapping]:
    """The import's file and what its columns are. Raises ImportProblem, FileGone."""
    source = open_source(uploads.path_of(task), sheet=task.sheet or None)
    return source, Mapping(what=task.what, columns=task.columns)


def _prepare(task: Import) -> None:
    """A batch for what is new, and nothing left of an earlier attempt that was taken back."""
    with transaction.atomic():
        task.state = Import.State.RUNNING
        task.batch = task.batch or Batch.objects.create(shop=task.shop, source="import")
        task.save(update_fields=["state", "batch"])
        Trace.objects.filter(of=task, what=Trace.What.TOUCHED).delete()


def _finish(task: Import, summary: dict[str, object]) -> None:
    """Done, and in the same moment without a copy that names an erased person: nothing will need the file again."""
    with transaction.atomic():
        task.state, task.summary, task.finished_at = Import.State.DONE, summary, timezone.now()
        task.save(update_fields=["state", "summary", "finished_at"])
        if ERASED_PERSON in summary["set_aside"]:
            forgetting.let_go(task)


def _give_up(task: Import, state: Import.State) -> None:
    """Take back what was written. If even that fails the state says so, and the page offers to undo."""
    task.state, task.finished_at = state, timezone.now()
    task.save(update_fields=["state", "finished_at"])
    take_back(task, work.Silent())
    if task.batch_id and customers_touched(task.batch_id):  # the figures may have been computed with half of it
        refresh_figures(task)
