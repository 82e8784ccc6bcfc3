"""What an export says of itself: a data package as Frictionless describes it (frictionlessdata.io), and a page."""

from collections.abc import Sequence
from datetime import datetime

import treue
from treue.web.export.tables import LEFT, Column, Table

Resource = dict[str, object]


def resource(table: Table, *, rows: int, size: int, digest: str) -> Resource:
    """rows, size: counts of rows and bytes. digest: of the file, with the name of the algorithm before it."""
    return {
        "name": table.name,
        "path": f"{table.name}.csv",
        "profile": "tabular-data-resource",
        "description": _about(table),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": size,
        "hash": digest,
        "rows": rows,
        "schema": {
            "fields": [_field(table, column) for column in table.columns],
            "missingValues": [""],
            "primaryKey": [column.name for column in table.columns if column.field.name in _key(table)],
            "foreignKeys": [
                {
                    "fields": column.name,
                    "reference": {
                        "resource": column.refers_to._meta.db_table,
                        "fields": column.field.target_field.column,
                    },
                }
                for column in table.columns
                if column.refers_to is not None
            ],
        },
    }


def _about(table: Table) -> str:
    text = table.model.__doc__ or ""
    made_by_django = text.startswith(f"{table.model.__name__}(")
    return table.model.__name__ if made_by_django else " ".join(text.split())


def _key(table: Table) -> set[str]:
    meta = table.model._meta
    return {field.name for field in meta.pk_fields}


def _field(table: Table, column: Column) -> dict[str, object]:
    """`personal`: that it says something about a person."""
    personal = table.model.personal
    about_a_person = {name.split("__")[0] for name in (*personal.fields, *personal.quotes)}
    is_personal = column.field.name in about_a_person or column.name in about_a_person
    said = {"name": column.name, "type": column.type}
    if column.type == "datetime":
        said["format"] = "%Y-%m-%dT%H:%M:%S.%fZ"
    if not column.field.null:
        said["constraints"] = {"required": column.type != "string"}
    return said | ({"personal": True} if is_personal else {})


def package(resources: Sequence[Resource], moment: datetime) -> dict[str, object]:
    return {
        "profile": "tabular-data-package",
        "name": "treue-export",
        "title": "Everything that an installation of Treue holds",
        "version": treue.__version__,
        "created": moment.isoformat(timespec="seconds"),
        "resources": list(resources),
    }


def readme(resources: Sequence[Resource], moment: datetime) -> str:
    listed = "\n".join(f"| {each['path']} | {each['rows']} | {each['description']} |" for each in resources)
    left = "\n".join(f"- {name}: {reason}" for name, reason in sorted(LEFT.items()))
    return README.format(moment=f"{moment:%Y-%m-%d %H:%M %Z}", version=treue.__version__, tables=listed, left=left)


README = """\
# An export of Treue

Written at {moment} by Treue {version}; all files show the same moment. They hold personal data: keep them where nobody
else can read them.

- CSV in UTF-8, with a comma between columns and their names in the first line.
- An empty cell without quotes is unknown; "" in quotes is an empty text.
- Moments are in UTC, as ISO 8601. Amounts have a point before the decimals and are in the shop's currency.
- Lists and objects are JSON.
- Events of months that have left the database for files stand behind the others, with what is kept of them: what was
  told of behaviour and purchases, and no message id.
- datapackage.json describes every column, key and reference, as Frictionless data packages do; `personal` marks what
  says something about a person.

| file | rows | what |
| --- | ---: | --- |
{tables}

Left out:

{left}

To bring an installation back, use `treue backup` and `treue restore`: this export is for other programs.
"""
