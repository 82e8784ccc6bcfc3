"""Take an import back: what was new with it goes, what it replaced comes back."""

from collections.abc import Iterator

from django.db import connection, transaction
from django.utils import timezone

from treue.core.commerce.models import Channel, Order, Product
from treue.core.customers.models import Customer
from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.core.jobs.work import Progress
from treue.core.staff import audit
from treue.core.staff.models import User
from treue.listen.imports.failures import ReplacedLater
from treue.listen.imports.models import Import, Replaced, SetAside, Trace
from treue.listen.imports.storing import matching
from treue.listen.imports.turns import own_turn, queue_lock

ORDERS_PER_CHUNK = 20_000
CUSTOMERS_PER_CHUNK = 5_000
IDS_PER_TRACE = 100_000

RESTORE_ORDERS = """
with back as (
    select former from imports_replaced
    where of_id = %(import)s and what = 'order' order by id limit %(limit)s),
"""


def start(*, task: Import, by: User | None) -> Job:
    """Queue the undoing of an import. Raises ReplacedLater."""
    require_latest(task)
    with transaction.atomic():
        job = work.start("imports.undo", by=by, lock=queue_lock(task.shop_id), import_id=task.pk)
        task.state, task.job = Import.State.UNDOING, job
        task.save(update_fields=["state", "job"])
        audit.record("import.undone", who=by, subject=f"import {task.pk}", what=task.what, rows_from=task.file_name)
    return job
