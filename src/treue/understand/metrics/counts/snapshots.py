"""Put counts into PostgreSQL as a snapshot, and in force in one step."""

from collections.abc import Sequence
from io import BytesIO

import pyarrow as pa
import pyarrow.compute as pc
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Model, QuerySet
from pyarrow import csv

from treue.science.retention import PERIOD_COUNTS
from treue.understand.metrics.counts.adding_up import TOTAL_COUNTS
from treue.understand.metrics.counts.counting import Counts
from treue.understand.metrics.models import CohortCount, PeriodCount, Slice, Snapshot
from treue.understand.metrics.scope.filters import DIMENSIONS

SLICE_COLUMNS = ("id", "snapshot_id", *DIMENSIONS, *TOTAL_COUNTS, "first_order", "last_order")
PERIOD_COLUMNS = ("slice_id", "unit", "start", *PERIOD_COUNTS)
COHORT_COLUMNS = ("slice_id", "cohort", "size", "repeaters", "retained", "orders", "revenue")


def put_in_force(snapshot: Snapshot, counts: Counts | None) -> None:
    """Write a snapshot with its counts (None: there is nothing to count) and make it the current one.

    The one that it replaces stays until the next time, for a page that has begun to read it; older ones go.
    """
    with transaction.atomic():
        former = Snapshot.objects.filter(shop=snapshot.shop)
        forget(former.filter(is_current=False))
        former.update(is_current=False)
        snapshot.is_current = True
        snapshot.save()
        if counts is not None:
            _write(snapshot, counts)


def forget(snapshots: QuerySet[Snapshot]) -> None:
    """Delete snapshots with their counts, set by set."""
    for model, path in ((CohortCount, "slice__snapshot"), (PeriodCount, "slice__snapshot"), (Slice, "snapshot")):
        rows = model.objects.filter(**{f"{path}__in": snapshots})
        rows._raw_delete(rows.db)
    snapshots._raw_delete(snapshots.db)


def _write(snapshot: Snapshot, counts: Counts) -> None:
    with connection.cursor() as cursor:
        ids = _reserve(cursor, len(counts.slices))
        slices = _numbered(counts.slices, "id", ids)
        slices = slices.append_column("snapshot_id", pa.array([snapshot.pk] * len(slices), pa.int64()))
        _copy(cursor, Slice, SLICE_COLUMNS, slices)
        _copy(cursor, PeriodCount, PERIOD_COLUMNS, _numbered(counts.periods, "slice_id", ids))
        cohorts = counts.cohorts.rename_columns({"customers": "retained"})
        _copy(cursor, CohortCount, COHORT_COLUMNS, _numbered(cohorts, "slice_id", ids))


def _reserve(cursor: CursorWrapper, number: int) -> pa.Array:
    """So many ids of slices, which nobody else will get."""
    cursor.execute(
        "select nextval(pg_get_serial_sequence(%s, 'id')) from generate_series(1, %s)",
        [
            Slice._meta.db_table,
            number,
        ],
    )
    return pa.array([row[0] for row in cursor.fetchall()], pa.int64())


def _numbered(rows: pa.Table, column: str, ids: pa.Array) -> pa.Table:
    """Rows with the id of their slice in place of its number."""
    places = pc.subtract(rows["slice"], 1)
    return rows.drop_columns(["slice"]).append_column(column, ids.take(places.combine_chunks()))


def _copy(cursor: CursorWrapper, model: type[Model], columns: Sequence[str], rows: pa.Table) -> None:
    sink = BytesIO()
    csv.write_csv(rows.select(columns), sink, csv.WriteOptions(include_header=False))
    with cursor.copy(f"copy {model._meta.db_table} ({', '.join(columns)}) from stdin (format csv)") as copy:
        copy.write(sink.getvalue())
