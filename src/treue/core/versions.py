"""Rows about customers in versions: a new one is written beside the one in force, then put in force in one step.

A chunk is a transaction of about a second: a longer one would keep the log's reactions waiting. Until the last step
everybody reads the version before; whoever is killed leaves it, and the next one clears away what came to nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa
from django.db import connection, models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from treue.core.copying import copy_in
from treue.core.jobs.work import Progress

STAGED = "create temp table staged (customer_id bigint primary key, {columns}) on commit drop"

# Who was erased or merged meanwhile is in the lake still, but must not come back. Only what differs is touched.
WRITE = """
insert into {table} ({version}, customer_id, {names})
select %(version)s, s.customer_id, {staged}
from staged s
join customers_customer c on c.id = s.customer_id and c.merged_into_id is null
left join {table} v on v.{version} = %(version)s and v.customer_id = s.customer_id
where v.customer_id is null or row({stored}) is distinct from row({staged})
order by s.customer_id
for key share of c
on conflict ({version}, customer_id) do update set {changes}"""

VANISHED = """
delete from {table} v
where v.{version} = %(version)s and v.customer_id = any(%(customers)s)
  and not exists (select from staged s where s.customer_id = v.customer_id)"""

FORGET = """
delete from {table}
where {version} = %(version)s and customer_id in (
    select customer_id from {table} where {version} = %(version)s order by customer_id limit %(most)s)"""


@dataclass(frozen=True)
class Versions:
    """A table with a row per version and customer.

    model: of the rows, whose key is the two. version: its column that names the version. A version is a row with
    `shop`, `is_current` and `in_force_at`.
    """

    model: type[models.Model]
    version: str

    def write_all(self, number: int, rows: pa.Table, progress: Progress, *, at_once: int) -> None:
        """All rows of a version, so many customers at once. rows: with the names of the columns, `customer_id` too."""
        progress.step("storing", total=len(rows))
        for start in range(0, len(rows), at_once):
            chunk = rows.slice(start, at_once)
            self.write(number, chunk)
            progress.advance(len(chunk))

    def write(self, number: int, rows: pa.Table, vanished: Collection[int] = ()) -> None:
        """Some rows of a version. vanished: customers who lose theirs, unless they are among the rows."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(self._statement(STAGED))
            copy_in(cursor, "staged", rows.column_names, rows)
            cursor.execute("analyze staged")
            cursor.execute(self._statement(VANISHED), {"version": number, "customers": list(vanished)})
            cursor.execute(self._statement(WRITE), {"version": number})

    def clear_away(self, others: models.QuerySet, *, at_once: int) -> None:
        """Delete the rows of these versions, so many customers at once."""
        with_rows = others.filter(Exists(self.model._default_manager.filter(**{self.version: OuterRef("pk")})))
        for number in with_rows.values_list("pk", flat=True):
            self._forget(number, at_once)

    def _forget(self, number: int, at_once: int) -> None:
        with connection.cursor() as cursor:
            while True:
                cursor.execute(self._statement(FORGET), {"version": number, "most": at_once})
                if cursor.rowcount < at_once:
                    return

    def _statement(self, form: str) -> str:
        return form.format(**self._parts)

    @cached_property
    def _parts(self) -> dict[str, str]:
        keys = (None, self.version, "customer_id")
        fields = [field for field in self.model._meta.concrete_fields if field.column not in keys]
        names = [f'"{field.column}"' for field in fields]
        return {
            "table": self.model._meta.db_table,
            "version": self.version,
            "names": ", ".join(names),
            "columns": ", ".join(f'"{field.column}" {field.db_type(connection)}' for field in fields),
            "staged": ", ".join(f"s.{name}" for name in names),
            "stored": ", ".join(f"v.{name}" for name in names),
            "changes": ", ".join(f"{name} = excluded.{name}" for name in names),
        }


def put_in_force(version: models.Model) -> None:
    """Let everybody read this version of its shop from now on."""
    with transaction.atomic():
        type(version)._default_manager.filter(shop=version.shop, is_current=True).update(is_current=False)
        version.is_current, version.in_force_at = True, timezone.now()
        version.save()
