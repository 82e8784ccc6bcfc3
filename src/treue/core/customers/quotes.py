"""Where a delivered file is quoted (its first rows, a cell that could not be read), a person can be quoted with it."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.apps import apps
from django.db import models
from django.db.models.functions import Cast, Trim

from treue.core.commerce.models import Order, Refund
from treue.core.customers.folding import Fold
from treue.core.customers.models import Customer
from treue.core.privacy import NOT_PERSONAL

BLOTTED = "[erased]"
SHORTEST_PART = 5  # characters; a shorter text counts only as a whole cell, or half of all cells would hold it
Model = type[models.Model]


@dataclass(frozen=True)
class Marks:
    """By what a person is recognised.

    texts: number, name, address and phone, folded. documents: the numbers of their orders and refunds as they are,
    which count as whole cells only.
    """

    texts: frozenset[str]
    documents: frozenset[str]

    @classmethod
    def of(cls, customer: Customer) -> "Marks":
        texts = (customer.number, customer.name, customer.email, customer.phone)
        numbers = (
            table.objects.filter(customer=customer).values_list("number", flat=True) for table in (Order, Refund)
        )
        return cls(
            frozenset(folded(text) for text in texts if text.strip()),
            frozenset(number for of_table in numbers for number in of_table),
        )

    def are_in(self, cell: object) -> bool:
        """Whether a cell is one of these, or holds a text among other words."""
        if not isinstance(cell, str):
            return False
        text = folded(cell)
        return text in self.texts or cell.strip() in self.documents or any(_holds(text, each) for each in self.texts)


@dataclass(frozen=True)
class Quote:
    """A value in which a person is quoted, and the same without them. parts: the very rows or cells that do so."""

    model: Model
    pk: object
    column: str
    blotted: object
    parts: list[object]


def folded(text: str) -> str:
    """A text as it is compared; close to the database's own `customers_fold`, which folds no less."""
    letters = unicodedata.normalize("NFD", text.strip().casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def blot_out(customer: Customer) -> int:
    """Make a person unreadable wherever a file is quoted, with the rest of the row they stand in.

    Returns how many values were changed.
    """
    found = list(quotes_of(customer))
    for quote in found:
        quote.model._base_manager.filter(pk=quote.pk).update(**{quote.column: quote.blotted})
    return len(found)


def quotes_of(customer: Customer) -> Iterator[Quote]:
    marks = Marks.of(customer)
    for model, column in _quoting_columns():
        for pk, value in _suspected(model, column, marks):
            parts: list[object] = []
            blotted = _without(value, marks, parts)
            if parts:
                yield Quote(model, pk, column, blotted, parts)


def _quoting_columns() -> Iterable[tuple[Model, str]]:
    ours = ((model, getattr(model, "personal", NOT_PERSONAL)) for model in apps.get_models())
    return ((model, column) for model, personal in ours for column in personal.quotes)


def _suspected(model: Model, column: str, marks: Marks) -> Iterable[tuple[object, object]]:
    """Rows that the database thinks worth a closer look."""
    is_one_cell = not isinstance(model._meta.get_field(column), models.JSONField)
    suspected = models.Q(**{f"{column}__in": marks.documents}) if is_one_cell else models.Q()
    for text in marks.texts:
        how = "exact" if is_one_cell and len(text) < SHORTEST_PART else "contains"
        suspected |= models.Q(**{f"as_text__{how}": Fold(models.Value(text))})
    as_text = Fold(Trim(Cast(column, models.TextField())))
    rows = model._base_manager.annotate(as_text=as_text).filter(suspected)
    return rows.order_by("pk").values_list("pk", column).iterator()


def _without(value: object, marks: Marks, parts: list[object]) -> object:
    """The value with the person taken out; what was taken is appended to `parts`.

    A list of cells is a row of a file: where one of them names the person, all of them are about that person.
    """
    if isinstance(value, dict):
        return {key: _without(each, marks, parts) for key, each in value.items()}
    if isinstance(value, list) and any(marks.are_in(cell) for cell in value):
        parts.append(value)
        return [BLOTTED if cell else cell for cell in value]
    if isinstance(value, list):
        return [_without(each, marks, parts) for each in value]
    if marks.are_in(value):
        parts.append(value)
        return BLOTTED
    return value


def _holds(cell: str, text: str) -> bool:
    """Whether the text stands in the cell as words of its own: “17850” is not in “178501”."""
    return len(text) >= SHORTEST_PART and re.search(rf"(?<!\w){re.escape(text)}(?!\w)", cell) is not None
