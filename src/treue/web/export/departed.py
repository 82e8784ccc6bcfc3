"""Events of months that have left the log, as further rows of the table that they left."""

from collections.abc import Iterator, Mapping
from datetime import datetime

import psycopg

from treue.core.lake import events
from treue.web.export.tables import Column, Table

LEFT_IT = "events_event"
STAY = f"lock table {LEFT_IT} in access share mode"
MONTHS = "select shop_id, file from events_movedmonth order by shop_id, month, id"
MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"


def stay(link: psycopg.Connection) -> None:
    """No month leaves the log while this connection reads. Before it reads anything."""
    link.execute(STAY)


def lines(link: psycopg.Connection, table: Table) -> Iterator[str]:
    """Lines of CSV, a row each, for the table that events have left; none for any other.

    Written as PostgreSQL writes the others: text in quotes, what is unknown without. What a file does not hold is
    unknown: the id of the message.
    """
    if table.name == LEFT_IT:
        for shop_id, file in link.execute(MONTHS).fetchall():
            for batch in events.batches(shop_id, file):
                for row in batch.to_pylist():
                    yield ",".join(_cell(column, row | {"shop_id": shop_id}) for column in table.columns) + "\n"


def _cell(column: Column, row: Mapping[str, object]) -> str:
    value = row.get(column.name)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime):
        return value.strftime(MOMENT)
    return _quoted(str(value)) if column.type in ("string", "object") else str(value)


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'
