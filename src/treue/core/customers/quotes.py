"""Where a delivered file is quoted (its first rows, a cell that could not be read), a person can be quoted with it."""

from collections.abc import Iterable

from django.apps import apps
from django.db import models
from django.db.models.functions import Cast, Lower

from treue.core.customers.models import Customer
from treue.core.privacy import NOT_PERSONAL

BLOTTED = "[erased]"
SHORTEST_PART = 4  # characters; a shorter number counts only as a whole cell, or half of all cells would hold it


def blot_out(customer: Customer) -> int:
    """Make number, name, address and phone of a person unreadable wherever a file is quoted. Returns rows changed."""
    texts = {text.casefold() for text in (customer.number, customer.name, customer.email, customer.phone) if text}
    return sum(_blot_column(model, column, texts) for model, column in _quoting_columns())


def _quoting_columns() -> Iterable[tuple[type[models.Model], str]]:
    ours = ((model, getattr(model, "personal", NOT_PERSONAL)) for model in apps.get_models())
    return ((model, column) for model, personal in ours for column in personal.quotes)


def _blot_column(model: type[models.Model], column: str, texts: set[str]) -> int:
    suspected = models.Q()
    for text in texts:
        suspected |= models.Q(as_text__contains=text)
    rows = model._base_manager.annotate(as_text=Lower(Cast(column, models.TextField()))).filter(suspected)
    changed = 0
    for row in rows.only("pk", column).iterator():
        former = getattr(row, column)
        blotted = _blotted(former, texts)
        if blotted != former:
            model._base_manager.filter(pk=row.pk).update(**{column: blotted})
            changed += 1
    return changed


def _blotted(value: object, texts: set[str]) -> object:
    if isinstance(value, dict):
        return {key: _blotted(each, texts) for key, each in value.items()}
    if isinstance(value, list):
        return [_blotted(each, texts) for each in value]
    return BLOTTED if isinstance(value, str) and _names(value.strip().casefold(), texts) else value


def _names(cell: str, texts: set[str]) -> bool:
    return any(cell == text or (len(text) >= SHORTEST_PART and text in cell) for text in texts)
