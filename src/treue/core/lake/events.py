"""Old months of the log, as files: written from PostgreSQL, counted against it, and only then dropped there.

`events/YYYY-MM.parquet` in a shop's folder, sorted by person; moments in UTC. No manifest names these files: the row
that says a month has left the log (`MovedMonth`) is written in the transaction that drops it. Without that row a file
is a writer's who was killed, and is written anew.
"""

import json
import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, date
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa
from adbc_driver_postgresql import dbapi
from pyarrow import compute, parquet

from treue.core.commerce.completing import KEPT_ID
from treue.core.events import departing, partitions
from treue.core.events.departed import Span
from treue.core.events.errors import LogIsBusy
from treue.core.events.models import Event, MovedMonth
from treue.core.lake import manifest
from treue.core.lake.engine import database
from treue.core.lake.errors import Miscounted
from treue.core.shop.models import Shop

LOCK = "events"
ATTEMPTS, SECONDS_BETWEEN = 60, 2.0
ROWS_AT_ONCE = 100_000

# Whatever is not named here stays behind: no trait, no identifier, no address of a machine.
SINGLE = (
    *("order", "order_id", "total", "revenue", "shipping", "currency", "product_id", "sku", "category", "price"),
    *("quantity", "path", "channel", "affiliation", "country"),
)
OF_A_PRODUCT = ("product_id", "sku", "category", "quantity", "price")
OF_A_CAMPAIGN = ("source", "medium", "name")

OF_AN_OBJECT = """(
    select coalesce(jsonb_object_agg(key, value), '{{}}') from jsonb_each({value})
    where key in ({names}) and jsonb_typeof(value) in ('string', 'number', 'boolean'))"""
EVENTS = """
select e.seq, e.recorded_at at time zone 'UTC' as recorded_at, e.occurred_at at time zone 'UTC' as occurred_at,
    e.name, e.person, e.source, e.is_history, ({facts})::text as facts, {kept_id} as kept_id
from {month} e, lateral (select e.facts::jsonb as facts offset 0) said  -- taken apart once
where e.shop_id = {shop_id} order by e.person, e.seq"""
COUNTS = "select shop_id, count(*) as events from {month} group by shop_id order by shop_id"
HORIZON = "select pg_snapshot_xmin(pg_current_snapshot())::text as xid"

log = logging.getLogger(__name__)


def _only(value: str, names: Collection[str]) -> str:
    """SQL: of an object the single values of these names."""
    return OF_AN_OBJECT.format(value=value, names=", ".join(f"'{name}'" for name in names))


FACTS = f"""
{_only("said.facts", SINGLE)}
|| case jsonb_typeof(said.facts -> 'campaign')
    when 'object' then jsonb_build_object('campaign', {_only("said.facts -> 'campaign'", OF_A_CAMPAIGN)})
    else '{{}}' end
|| case jsonb_typeof(said.facts -> 'products')
    when 'array' then jsonb_build_object('products', (
        select coalesce(jsonb_agg({_only("product", OF_A_PRODUCT)}), '[]')
        from jsonb_array_elements(said.facts -> 'products') as told (product) where jsonb_typeof(product) = 'object'))
    else '{{}}' end"""  # noqa: S608 - our own constants


def move_old(today: date, *, sleep: Callable[[float], None] = time.sleep) -> list[date]:
    """Move the months that are old, the earliest first, up to one that has to wait. Returns those that were moved.

    Safe to be killed anywhere and to repeat. Raises Miscounted.
    """
    moved = []
    for month in departing.old(today):
        if not _move(month, sleep):
            log.info("The events of %s stay in the database for now", f"{month:%Y-%m}")
            break
        moved.append(month)
    return moved


def _move(month: date, sleep: Callable[[float], None]) -> bool:
    """Until the partition is dropped nobody erases in its files: who does comes after, and finds them."""
    if departing.keeping(month):
        return False
    with ExitStack() as held:
        shops = Shop.objects.order_by("pk").values_list("pk", flat=True)
        places = {shop: held.enter_context(manifest.alone(shop, at=LOCK)) for shop in shops}
        if month not in partitions.before(partitions.after(month)):
            return True  # who had the locks before has moved it
        files, horizon = _write(month, places)
        return _let_go(month, files, horizon, sleep)


def _let_go(month: date, files: Mapping[int, str], horizon: str, sleep: Callable[[float], None]) -> bool:
    for _attempt in range(ATTEMPTS):
        try:
            return departing.let_go(month, files, horizon=horizon)
        except LogIsBusy:
            sleep(SECONDS_BETWEEN)
    return False


def _write(month: date, places: Mapping[int, Path]) -> tuple[dict[int, str], str]:
    """A file for every shop that has events of a month, and the oldest transaction that ran when they were read.

    All from one moment of the database. What is left of a shop that was removed is left out.
    """
    table, files = partitions.name_of(month), {}
    with database() as link:
        (horizon,) = _fetch(link, HORIZON)
        for row in _fetch(link, COUNTS.format(month=table)):
            shop_id, count = row["shop_id"], row["events"]
            if shop_id in places:
                files[shop_id] = _file_of(shop_id, month)
                path = places[shop_id] / manifest.EVENTS / files[shop_id]
                _write_file(link, table, shop_id, path, count)
    return files, horizon["xid"]


def _file_of(shop_id: int, month: date) -> str:
    """A month comes again where a clock went back by years after it had left; its file then stands beside the first."""
    before = MovedMonth.objects.filter(shop_id=shop_id, month=month).count()
    return f"{month:%Y-%m}-{before + 1}.parquet" if before else f"{month:%Y-%m}.parquet"


def _fetch(link: dbapi.Connection, query: str) -> list[dict]:
    with link.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetch_arrow_table().to_pylist()


def _write_file(link: dbapi.Connection, table: str, shop_id: int, path: Path, count: int) -> None:
    """The events pass through in batches; PostgreSQL sorts them, on the disk where they are many."""
    path.parent.mkdir(mode=0o700, exist_ok=True)
    manifest.settle(path.parent.parent)
    with link.cursor() as cursor:
        cursor.execute(EVENTS.format(facts=FACTS, kept_id=KEPT_ID, month=table, shop_id=int(shop_id)))
        batches = cursor.fetch_record_batch()
        write_rows(_new(path), batches.schema, batches)
    there = parquet.read_metadata(_new(path)).num_rows
    if there != count:
        raise Miscounted(shop_id, path.name, there, count)
    _put_in_place(path)


def write_rows(path: Path, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
    """A file that lies on the disk, in the order of its rows; one batch at a time is in memory."""
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)
    manifest.settle(path)


def _new(path: Path) -> Path:
    return path.with_suffix(".new")


def _put_in_place(path: Path) -> None:
    _new(path).replace(path)
    manifest.settle(path.parent)


def erase(shop_id: int, persons: Collection[int]) -> None:
    """Rewrite the files that hold one of these persons, from themselves. Safe to repeat.

    persons: all of one customer's numbers. Waits until nobody moves a month, who may hold what PostgreSQL held before.
    """
    with manifest.alone(shop_id, at=LOCK) as place:
        for left_over in (place / manifest.EVENTS).glob("*.new"):
            left_over.unlink()
        for path in _files(shop_id):
            if _persons(path, persons):
                with parquet.ParquetFile(path) as file:
                    write_rows(_new(path), file.schema_arrow, _of_others(file, persons))
                _put_in_place(path)


def _of_others(file: parquet.ParquetFile, persons: Collection[int]) -> Iterator[pa.RecordBatch]:
    theirs = pa.array(persons, pa.int64())
    for batch in file.iter_batches(ROWS_AT_ONCE):
        yield batch.filter(compute.invert(compute.is_in(batch["person"], value_set=theirs)))


def _theirs(persons: Collection[int]) -> compute.Expression:
    return compute.field("person").isin(list(persons))


def _files(shop_id: int) -> list[Path]:
    return sorted((manifest.folder(shop_id) / manifest.EVENTS).glob("*.parquet"))


def of(shop_id: int, files: Collection[str], persons: Collection[int]) -> Iterator[Event]:
    """What these files hold of some persons, in the order of the log; of a file that is lost nothing."""
    for file in files:
        if span(shop_id, file, persons):
            rows = parquet.read_table(_path(shop_id, file), filters=_theirs(persons)).to_pylist()
            yield from (_event(shop_id, row) for row in sorted(rows, key=itemgetter("seq")))


def whose(shop_id: int, files: Collection[str], persons: Collection[int]) -> set[int]:
    """Those among some persons of whom these files hold anything; of a file that is lost nobody."""
    there = (_persons(_path(shop_id, file), persons) for file in files if span(shop_id, file, persons))
    return set().union(*there)


def _persons(path: Path, among: Collection[int]) -> set[int]:
    column = parquet.read_table(path, columns=["person"], filters=_theirs(among))["person"]
    return set(compute.unique(column).to_pylist())


def span(shop_id: int, file: str, persons: Collection[int]) -> Span | None:
    """When whatever a file may hold of some persons happened; None where that can be nothing, or the file is lost.

    Numbers are given one after the other: most who are asked for came when the month was long over.
    """
    path = _path(shop_id, file)
    groups = _groups(path, path.stat().st_mtime_ns) if path.exists() else ()
    spans = [span for least, most, span in groups if any(least <= person <= most for person in persons)]
    return Span(min(each.first for each in spans), max(each.last for each in spans)) if spans else None


@lru_cache(maxsize=4096)
def _groups(path: Path, written_at_ns: int) -> list[tuple[int, int, Span]]:
    """By group of rows: the lowest and the highest number of a person, and when what it holds happened."""
    described = parquet.read_metadata(path)
    person, moment = (described.schema.names.index(name) for name in ("person", "occurred_at"))
    groups = []
    for each in map(described.row_group, range(described.num_row_groups)):
        persons, moments = each.column(person).statistics, each.column(moment).statistics
        if persons and persons.has_min_max:  # else they concern nobody
            span = Span(moments.min.replace(tzinfo=UTC), moments.max.replace(tzinfo=UTC))
            groups.append((persons.min, persons.max, span))
    return groups


def _path(shop_id: int, file: str) -> Path:
    return manifest.folder(shop_id) / manifest.EVENTS / file


def _event(shop_id: int, row: dict[str, Any]) -> Event:
    """Files that were written before them have no ids to keep."""
    kept_id = row.pop("kept_id", None)
    facts = json.loads(row.pop("facts"))
    moments = {name: row.pop(name).replace(tzinfo=UTC) for name in ("recorded_at", "occurred_at")}
    event = Event(shop_id=shop_id, message_id=None, facts=facts, **moments, **row)
    event.kept_id = kept_id
    return event


def batches(shop_id: int, file: str) -> Iterator[pa.RecordBatch]:
    """A whole file piece by piece, as it lies there; nothing where it is lost."""
    path = _path(shop_id, file)
    if path.exists():
        with parquet.ParquetFile(path) as found:
            yield from found.iter_batches(ROWS_AT_ONCE)
