"""What is worked out anew for a whole shop, in versions: a new one is written beside the one in force, then put in
force in one step.

A version is a row of a `versioned.Version`; its parts are rows that refer to it. A chunk is a transaction of about a
second: a longer one would keep the log's reactions waiting. Until the last step everybody reads the version before;
whoever is killed leaves it, and the next one clears away what came to nothing.
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
from treue.core.shop.models import Shop
from treue.core.versioned import Version

ROWS_AT_ONCE = 50_000

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
delete from {table} where ctid = any(array(
    select ctid from {table} where {version} = %(version)s order by {key} limit %(most)s))"""


@dataclass(frozen=True)
class Versions:
    """A table with a row per version and customer.

    model: of the rows, whose key is the two. version: its column that names the version.
    """

    model: type[models.Model]
    version: str

    def write_all(self, number: int, rows: pa.Table, progress: Progress) -> None:
        """All rows of a version. rows: with the names of the columns, `customer_id` too."""
        progress.step("storing", total=len(rows))
        for start in range(0, len(rows), ROWS_AT_ONCE):
            chunk = rows.slice(start, ROWS_AT_ONCE)
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


def put_in_force(version: Version) -> None:
    """Let everybody read this version of its shop from now on."""
    with transaction.atomic():
        type(version)._default_manager.filter(shop=version.shop, is_current=True).update(is_current=False)
        version.is_current, version.in_force_at = True, timezone.now()
        version.save(update_fields=["is_current", "in_force_at"])  # the rest may have been changed meanwhile


def clear_away(versions: type[Version], parts: Collection[type[models.Model]], shop: Shop) -> None:
    """Delete the parts of what is not in force, and versions that never were. parts: by whose keys the rows of one
    version stand together."""
    others = versions._default_manager.filter(shop=shop, is_current=False)
    for part in parts:
        name = next(field.name for field in part._meta.fields if field.related_model is versions)
        theirs = part._default_manager.filter(**{name: OuterRef("pk")})
        for number in others.filter(Exists(theirs)).values_list("pk", flat=True):
            _forget(part, f"{name}_id", number)
    others.filter(in_force_at=None).delete()


def _forget(part: type[models.Model], version: str, number: int) -> None:
    key = ", ".join(field.column for field in part._meta.pk_fields)
    statement = FORGET.format(table=part._meta.db_table, version=version, key=key)
    with connection.cursor() as cursor:
        while True:
            cursor.execute(statement, {"version": number, "most": ROWS_AT_ONCE})
            if cursor.rowcount < ROWS_AT_ONCE:
                return
