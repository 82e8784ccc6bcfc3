"""Take an import back: what was new with it goes, what it replaced comes back.

Done in chunks, each whole by itself. Whoever is interrupted begins again and finds the rest.
"""

from collections.abc import Callable

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.core.jobs.work import KINDS, Progress
from treue.core.staff import audit
from treue.core.staff.models import User
from treue.listen.imports import removing, retracting
from treue.listen.imports.failures import MovedOn, ReplacedLater, named_failures
from treue.listen.imports.models import Import, Replaced, Trace
from treue.listen.imports.standing import held
from treue.listen.imports.storing import catalogue, costs, matching, people
from treue.listen.imports.turns import own_turn, queue_lock

Sign = Callable[[int], None]
AT_ONCE = 20_000
IDS_PER_TRACE = 100_000

NOTE_TOUCHED = """
insert into imports_trace (of_id, what, ids)
select %(import)s, 'touched', array_agg(customer_id) from (
    select customer_id, row_number() over (order by customer_id) / %(size)s as part from (
        select customer_id from commerce_order where batch_id = %(batch)s
        union select customer_id from commerce_refund where batch_id = %(batch)s
        union select customer_id from imports_replaced where of_id = %(import)s and customer_id is not null) touched
    ) parted group by part"""

TOUCHED = """
insert into concerned
select distinct t.id from imports_trace, unnest(ids) as t(id) where of_id = %(import)s and what = 'touched'"""

FORMER = """
create temp table former on commit drop as
select id, key, former from imports_replaced where of_id = %(import)s and what = %(what)s order by id limit %(limit)s"""

FORMER_IS_BACK = "delete from imports_replaced where id in (select id from former)"

ORDERS_BACK = """
delete from commerce_refundmatch where order_id in (select (former->'order'->>'id')::bigint from former);
delete from commerce_orderline where order_id in (select (former->'order'->>'id')::bigint from former);
update commerce_order o
set ordered_at = was.ordered_at, channel_id = was.channel_id, country = was.country, category = was.category,
    amount = was.amount, units = was.units, refunded_amount = 0, refunded_units = 0, batch_id = was.batch_id
from former, jsonb_populate_record(null::commerce_order, former->'order') was where o.id = was.id;
insert into commerce_orderline
select line.* from former, jsonb_populate_recordset(null::commerce_orderline, former->'lines') line
where exists (select from commerce_order o where o.id = line.order_id)"""

REFUNDS_BACK = """
delete from commerce_refundmatch where refund_id in (
    select r.id from commerce_refund r join former on former.key = r.document where r.shop_id = %(shop)s);
delete from commerce_refund r using former where r.shop_id = %(shop)s and r.document = former.key;
insert into commerce_refund
select refund.* from former, jsonb_populate_recordset(null::commerce_refund, former->'refunds') refund"""

GOING = """
create temp table going on commit drop as
select * from {table} where batch_id = %(batch)s order by id limit %(limit)s"""

DELETE_ORDERS = """
delete from commerce_refundmatch where order_id in (select id from going);
delete from commerce_orderline where order_id in (select id from going);
delete from commerce_order where id in (select id from going)"""

DELETE_REFUNDS = """
delete from commerce_refundmatch where refund_id in (select id from going);
delete from commerce_refund where id in (select id from going)"""

DELETE = {"commerce_refund": DELETE_REFUNDS, "commerce_order": DELETE_ORDERS}
RETRACT = {"commerce_refund": retracting.retract_refunds, "commerce_order": retracting.retract_orders}


def start(*, task: Import, by: User | None) -> Job:
    """Queue the undoing of an import. Raises MovedOn, ReplacedLater."""
    with transaction.atomic():
        if not held(task).may_undo:
            raise MovedOn
        require_latest(task)
        job = work.start("imports.undo", by=by, lock=queue_lock(task.shop_id), import_id=task.pk)
        task.state, task.job = Import.State.UNDOING, job
        task.save(update_fields=["state", "job"])
        audit.record("import.undone", who=by, subject=f"import {task.pk}", what=task.what, file=task.file_name)
    return job


def require_latest(task: Import) -> None:
    """Raises ReplacedLater where a later import has replaced something that this one brought or replaced."""
    by_later = Replaced.objects.filter(of_id__gt=task.pk, of__shop=task.shop_id)
    replaced_here = Replaced.objects.filter(of=task, what=OuterRef("what"), key=OuterRef("key"))
    brought_here = Q(batch=task.batch_id, batch__isnull=False)
    later = by_later.filter(brought_here | Exists(replaced_here)).order_by("-of_id").select_related("of").first()
    if later is not None:
        raise ReplacedLater(import_id=later.of_id, file_name=later.of.file_name)


def run(import_id: int, progress: Progress) -> dict[str, object]:
    """Do a queued undoing; called by the worker, perhaps again."""
    task = Import.objects.select_related("shop", "batch").get(pk=import_id)
    with own_turn(task.shop_id, progress):
        task.refresh_from_db(fields=["state"])
        if task.state == Import.State.UNDOING:
            with named_failures(task.file_name):
                require_latest(task)
                take_back(task, progress)
            task.state, task.finished_at = Import.State.UNDONE, timezone.now()
            task.save(update_fields=["state", "finished_at"])
    refresh_figures(task)
    return {}


def take_back(task: Import, progress: Progress) -> None:
    """Everything the import wrote is as it was before. Safe to repeat, also after half of it."""
    facts = {"import": task.pk, "batch": task.batch_id, "shop": task.shop_id, "limit": AT_ONCE, "size": IDS_PER_TRACE}
    if not Trace.objects.filter(of=task, what=Trace.What.TOUCHED).exists():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(NOTE_TOUCHED, facts)
    progress.step("undoing")
    people.people_back(task)
    catalogue.items_back(task, progress.advance)
    costs.costs_back(task)
    while _bring_back(task, Replaced.What.ORDER, facts, progress.advance):
        pass
    while _bring_back(task, Replaced.What.REFUND, facts, progress.advance):
        pass
    while _delete(task, "commerce_refund", facts, progress.advance):
        pass
    while _delete(task, "commerce_order", facts, progress.advance):
        pass
    Trace.objects.filter(of=task, what=Trace.What.TOLD).delete()
    progress.step("matching")
    matching.rematch(task.shop, touched=TOUCHED, facts=facts, sign=progress.advance)
    progress.step("unused")
    removing.remove_unused(task, progress)


def _bring_back(task: Import, what: Replaced.What, facts: dict[str, object], sign: Sign) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(FORMER, facts | {"what": what})
        found = cursor.rowcount
        if found:
            cursor.execute(ORDERS_BACK if what == Replaced.What.ORDER else REFUNDS_BACK, facts)
            if what == Replaced.What.ORDER:
                retracting.retract_changes(task)
            cursor.execute(FORMER_IS_BACK)
    sign(found)
    return found


def _delete(task: Import, table: str, facts: dict[str, object], sign: Sign) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(GOING.format(table=table), facts)
        found = cursor.rowcount
        if found:
            RETRACT[table](task)
            cursor.execute(DELETE[table], facts)
    sign(found)
    return found


def refresh_figures(task: Import) -> None:
    """Have the figures computed anew, by the room above that knows how; a house without one has none."""
    if "metrics.refresh" in KINDS:
        lock = f"metrics.refresh.{task.shop_id}"
        work.start("metrics.refresh", lock=lock, shop_id=task.shop_id, batch_id=task.batch_id)
