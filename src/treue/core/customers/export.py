"""A copy of what is stored about one person (GDPR Art. 15 and 20), in an open format."""

import json
from collections.abc import Iterator
from datetime import datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from treue.core.customers.erasure import personal_tables, rows_of
from treue.core.customers.models import Customer
from treue.core.staff import audit
from treue.core.staff.models import User

FORMAT = "treue.person/1"


def export(*, customer: Customer, by: User | None, now: datetime) -> bytes:
    """JSON in UTF-8: one list a table, made from the tables' own lists of personal fields. Writes an audit entry."""
    with transaction.atomic():
        tables = dict(_tables(customer))
        audit.record("customer.exported", who=by, subject=f"customer {customer.pk}")
    document = {"format": FORMAT, "exported_at": now, "shop": str(customer.shop), "data": tables}
    return json.dumps(document, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2).encode()


def _tables(customer: Customer) -> Iterator[tuple[str, list[dict[str, object]]]]:
    for model, personal in personal_tables():
        rows = list(rows_of(model, customer).order_by("pk").values(*personal.fields))
        if rows:
            yield model._meta.label_lower, rows
