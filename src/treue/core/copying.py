"""Whole tables between Arrow and PostgreSQL, by COPY on Django's own connection."""

from collections.abc import Sequence
from io import BytesIO

import pyarrow as pa
from django.db.backends.utils import CursorWrapper
from pyarrow import csv

ROWS_AT_ONCE = 8_192


def copy_in(cursor: CursorWrapper, table: str, columns: Sequence[str], rows: pa.Table | pa.RecordBatch) -> None:
    """Append rows to a table, piece by piece: PostgreSQL reads one while the next is written."""
    names = ", ".join(f'"{column}"' for column in columns)
    with cursor.db.wrap_database_errors, cursor.copy(f"copy {table} ({names}) from stdin (format csv)") as copy:
        for start in range(0, rows.num_rows, ROWS_AT_ONCE):
            copy.write(_as_csv(rows.slice(start, ROWS_AT_ONCE)))


def _as_csv(rows: pa.Table | pa.RecordBatch) -> bytes:
    """CSV as COPY reads it: text always in quotes, so that an empty text differs from a null."""
    sink = BytesIO()
    csv.write_csv(rows, sink, csv.WriteOptions(include_header=False))
    return sink.getvalue()


def copy_out(
    cursor: CursorWrapper, query: str, parameters: Sequence[object] = (), *, types: dict[str, pa.DataType]
) -> pa.Table:
    """The rows of a query as Arrow. types: its columns, in order."""
    sink = BytesIO()
    statement = f"copy ({query}) to stdout (format csv)"
    with cursor.db.wrap_database_errors, cursor.copy(statement, parameters) as copy:
        for block in copy:
            sink.write(block)
    if not sink.tell():
        return pa.table({name: pa.array([], kind) for name, kind in types.items()})
    sink.seek(0)
    reading = csv.ReadOptions(column_names=list(types))
    converting = csv.ConvertOptions(
        column_types=types, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
    )
    return csv.read_csv(sink, reading, csv.ParseOptions(newlines_in_values=True), converting)
