"""A copy of what is stored about one person (GDPR Art. 15 and 20), in an open format."""

import base64
import json
import re
import tempfile
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from itertools import chain, islice
from typing import IO

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from treue.core.customers import persons, quotes
from treue.core.customers.erasure import personal_tables, rows_of
from treue.core.customers.models import Customer
from treue.core.events import departed, departing
from treue.core.events.models import Event
from treue.core.home import home
from treue.core.staff import audit
from treue.core.staff.models import AuditEntry, User

FORMAT = "treue.person/1"
ROWS_AT_ONCE = 2_000
LONGEST_NAME = 60
Row = dict[str, object]


class _Encoder(DjangoJSONEncoder):
    """Files, such as photos, are in Base64."""

    def default(self, value: object) -> object:
        if isinstance(value, bytes | memoryview):
            return base64.b64encode(value).decode()
        return super().default(value)


def export(*, customer: Customer, by: User | None, now: datetime) -> IO[bytes]:
    """JSON in UTF-8, as an open file without a name, at its beginning. Writes an audit entry.

    `data`: one list a table, made from the tables' own lists of personal fields; amounts are decimal numbers in quotes,
    in the shop's currency, moments are in UTC, files in Base64. `quoted`: cells and rows of delivered files that name
    the person.
    `trail`: what was done with their data and when. A wholesaler's years need not fit into memory; the caller closes
    the file.
    """
    with ExitStack() as until_done:
        file = until_done.enter_context(tempfile.TemporaryFile(dir=home() / "tmp"))
        with _at_one_moment():
            audit.record("customer.exported", who=by, subject=_subject(customer))
            for piece in _document(customer, now):
                file.write(piece.encode())
        file.seek(0)
        until_done.pop_all()
    return file


def file_name(customer: Customer) -> str:
    """A name that every system takes, made from the customer's number."""
    plain = re.sub(r"[^A-Za-z0-9]+", "-", customer.number).strip("-")[:LONGEST_NAME]
    return f"customer-{plain or customer.pk}.json"


@contextmanager
def _at_one_moment() -> Iterator[None]:
    """All tables as they stand at the same moment; inside another transaction, as that one sees them."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("set transaction isolation level repeatable read")
        departing.stay()
        yield


def _document(customer: Customer, now: datetime) -> Iterator[str]:
    shop = customer.shop
    about = {"name": shop.name, "currency": shop.currency, "zone": shop.zone}
    yield f'{{"format": {_json(FORMAT)}, "exported_at": {_json(now)}, "shop": {_json(about)},\n"data": {{'
    separator = ""
    for label, rows in _tables(customer):
        yield f"{separator}\n{_json(label)}: "
        yield from _list(rows)
        separator = ","
    yield '},\n"quoted": '
    yield from _list(_quoted(customer))
    yield ',\n"trail": '
    yield from _list(AuditEntry.objects.filter(subject=_subject(customer)).order_by("pk").values("at", "action"))
    yield "}\n"


def _tables(customer: Customer) -> Iterator[tuple[str, Iterable[Row]]]:
    numbers = persons.numbers_of(customer)
    for model, personal in personal_tables():
        rows = rows_of(model, numbers)
        found = rows.order_by("pk").values(*personal.fields).iterator(chunk_size=ROWS_AT_ONCE)
        older = _left_the_log(customer, numbers) if model is Event else ()
        everything = chain(older, map(_plainly_named, found))
        for first in islice(everything, 1):
            yield model._meta.label_lower, chain([first], everything)


def _left_the_log(customer: Customer, numbers: Collection[int]) -> Iterator[Row]:
    for event in departed.of(customer.shop_id, numbers):
        yield {name: getattr(event, name) for name in Event.personal.fields}


def _plainly_named(row: Row) -> Row:
    """Names for whoever does not know our tables: `product_code` for the code of the product."""
    return {name.replace("__", "_"): value for name, value in row.items()}


def _quoted(customer: Customer) -> Iterator[Row]:
    everything = chain.from_iterable(map(quotes.quotes_of, (customer, *Customer.everyone.filter(merged_into=customer))))
    for quote in everything:
        place = {"table": quote.model._meta.label_lower, "row": quote.pk, "column": quote.column}
        for part in quote.parts:
            yield place | {"value": part}


def _list(rows: Iterable[Row]) -> Iterator[str]:
    separator = "["
    for row in rows:
        yield f"{separator}\n{_json(row)}"
        separator = ","
    yield "]" if separator == "," else "[]"


def _json(value: object) -> str:
    return json.dumps(value, cls=_Encoder, ensure_ascii=False)


def _subject(customer: Customer) -> str:
    return f"customer {customer.pk}"
