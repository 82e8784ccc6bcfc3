"""Files of customers, products and acquisition costs brought in."""

from collections.abc import Callable
from datetime import datetime

from ibis.backends.duckdb import Backend

from treue.core.jobs.work import Progress
from treue.listen.imports.columns import Mapping
from treue.listen.imports.cost_records import clean_costs
from treue.listen.imports.models import Import, Replaced, Trace
from treue.listen.imports.reading import Source
from treue.listen.imports.records import CleanedRecords, clean_customers, clean_products
from treue.listen.imports.storing import catalogue, costs, leftovers, people, staging
from treue.listen.imports.storing.writing import Tally

PARTS = 1000  # of a step whose size is only known as a fraction


def customers(
    task: Import,
    source: Source,
    mapping: Mapping,
    *,
    backend: Backend,
    now: datetime,
    progress: Progress,
    write: bool = True,
) -> dict[str, object]:
    reading = _reading(progress)
    cleaned = clean_customers(source, mapping, connection=backend, zone=task.shop.zone, now=now, progress=reading)
    con, records = backend.con, cleaned.records.get_name()
    con.execute(staging.REFUSED)
    named = f"select coalesce(number, email) from {records}"
    rows = people.stage_people(con, records, leftovers.erased_persons(con, task.shop, named))
    progress.step("customers", total=rows)
    tally = people.store_people(con, task, write=write, sign=progress.advance)
    return _summary(task, backend, cleaned, tally, "customers", write=write)


def products(
    task: Import,
    source: Source,
    mapping: Mapping,
    *,
    backend: Backend,
    now: datetime,
    progress: Progress,
    write: bool = True,
) -> dict[str, object]:
    cleaned = clean_products(source, mapping, connection=backend, progress=_reading(progress))
    backend.con.execute(staging.REFUSED)
    rows = catalogue.stage_items(backend.con, cleaned.records.get_name())
    progress.step("products", total=rows)
    tally = catalogue.store_items(backend.con, task, write=write)
    if write:
        progress.step("categories")
        catalogue.orders_follow(task, progress.advance)
    return _summary(task, backend, cleaned, tally, "products", write=write)


def acquisition_costs(
    task: Import,
    source: Source,
    mapping: Mapping,
    *,
    backend: Backend,
    now: datetime,
    progress: Progress,
    write: bool = True,
) -> dict[str, object]:
    reading = _reading(progress)
    cleaned = clean_costs(source, mapping, connection=backend, zone=task.shop.zone, now=now, progress=reading)
    backend.con.execute(staging.REFUSED)
    progress.step("costs")
    tally = costs.store_costs(backend.con, task, cleaned.records.get_name(), write=write)
    return _summary(task, backend, cleaned, tally, "costs", write=write)


def _reading(progress: Progress) -> Callable[[float], None]:
    progress.step("reading", total=PARTS)
    return lambda fraction: progress.advance(int(fraction * PARTS) - progress.done)


def _summary(
    task: Import, backend: Backend, cleaned: CleanedRecords, tally: Tally, what: str, *, write: bool
) -> dict[str, object]:
    leftovers.store_set_aside(backend.con, task, cleaned.set_aside.get_name())
    if write:
        tally = _in_all(task, tally)
    refused = leftovers.count_refused(backend.con)
    return {
        "rows_read": cleaned.rows_read,
        "rows_used": cleaned.rows_used - sum(refused.values()),
        "set_aside": cleaned.counts | refused,
        "formats": [vars(found) for found in cleaned.formats],
        what: {"new": tally.new, "changed": tally.changed, "same": tally.same},
    }


def _in_all(task: Import, tally: Tally) -> Tally:
    """What an earlier, interrupted attempt wrote is the same to this one, but new or changed with the import."""
    known = tally.new + tally.changed + tally.same
    kept = Replaced.objects.filter(of=task)
    added = sum(len(trace.ids) for trace in Trace.objects.filter(of=task).exclude(what=Trace.What.TOUCHED))
    added += kept.filter(what=Replaced.What.COST, former__amount=None).count()
    changed = kept.exclude(what=Replaced.What.COST, former__amount=None).count()
    return Tally(new=added, changed=changed, same=known - added - changed)
