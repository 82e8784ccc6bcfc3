"""Where a delivered file is quoted (its first rows, a cell that could not be read), a person can be quoted with it."""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from django.apps import apps
from django.db import models
from django.db.models.functions import Cast, Length, Trim

from treue.core.commerce.models import Order, Refund
from treue.core.customers.folding import Fold
from treue.core.customers.models import Customer
from treue.core.privacy import CUT, NOT_PERSONAL

BLOTTED = "[erased]"
SHORTEST_PART = 5  # characters; a shorter text counts only as a whole cell, or half of all cells would hold it
ENOUGH_OF_ONE = 10  # characters; where a cell was cut within a text, so many tell whose it is, or more than half of it
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

    def are_in(self, cell: object, longest: int | None) -> bool:
        """Whether a cell is one of these, holds a text among other words, or was cut within one.

        longest: how many characters the cell's column takes, where it takes no more.
        """
        if not isinstance(cell, str):
            return False
        text, was_cut = folded(cell), len(cell) == longest or cell.endswith(CUT)
        return (
            text in self.texts
            or cell.strip() in self.documents
            or any(_holds(text, each) for each in self.texts)
            or (was_cut and any(_breaks_off_in(text.removesuffix(CUT), each) for each in self.texts))
        )


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
        is_theirs = partial(marks.are_in, longest=model._meta.get_field(column).max_length)
        for pk, value in _suspected(model, column, marks):
            parts: list[object] = []
            blotted = _without(value, is_theirs, parts)
            if parts:
                yield Quote(model, pk, column, blotted, parts)


def _quoting_columns() -> Iterable[tuple[Model, str]]:
    ours = ((model, getattr(model, "personal", NOT_PERSONAL)) for model in apps.get_models())
    return ((model, column) for model, personal in ours for column in personal.quotes)


def _suspected(model: Model, column: str, marks: Marks) -> Iterable[tuple[object, object]]:
    """Rows that the database thinks worth a closer look. All texts are looked for at once: folding a cell takes longer
    than searching it."""
    field = model._meta.get_field(column)
    if isinstance(field, models.JSONField):
        as_written = (json.dumps(_beginning(text), ensure_ascii=False)[1:-1] for text in marks.texts)
        suspected = _has_one_of(map(re.escape, as_written))
    else:
        was_cut = models.Q(length=field.max_length) | models.Q(**{f"{column}__endswith": CUT})
        suspected = models.Q(**{f"{column}__in": marks.documents})
        whole = [re.escape(text) if len(text) >= SHORTEST_PART else f"^{re.escape(text)}$" for text in marks.texts]
        suspected |= _has_one_of(whole)
        suspected |= was_cut & _has_one_of(re.escape(_beginning(text)) for text in marks.texts)
    as_text = Cast(column, models.TextField())
    rows = model._base_manager.annotate(as_text=Fold(Trim(as_text)), length=Length(as_text)).filter(suspected)
    return rows.order_by("pk").values_list("pk", column).iterator()


def _has_one_of(patterns: Iterable[str]) -> models.Q:
    """Whether a folded cell holds one of several texts. What escapes them is none of what is folded."""
    return models.Q(as_text__regex=Fold(models.Value("|".join(patterns))))


def _without(value: object, is_theirs: Callable[[object], bool], parts: list[object]) -> object:
    """The value with the person taken out; what was taken is appended to `parts`.

    A list of cells is a row of a file: where one of them names the person, all of them are about that person.
    """
    if isinstance(value, dict):
        return {key: _without(each, is_theirs, parts) for key, each in value.items()}
    if isinstance(value, list) and any(map(is_theirs, value)):
        parts.append(value)
        return [BLOTTED if cell else cell for cell in value]
    if isinstance(value, list):
        return [_without(each, is_theirs, parts) for each in value]
    if is_theirs(value):
        parts.append(value)
        return BLOTTED
    return value


def _holds(cell: str, text: str) -> bool:
    """Whether the text stands in the cell as words of its own: “17850” is not in “178501”."""
    return len(text) >= SHORTEST_PART and re.search(rf"(?<!\w){re.escape(text)}(?!\w)", cell) is not None


def _breaks_off_in(cell: str, text: str) -> bool:
    """Whether a cell that was cut ends within the text, which begins there as a word of its own."""
    return any(
        cell.endswith(text[:known]) and not re.match(r"\w", cell[-known - 1 : -known])
        for known in range(len(_beginning(text)), len(text))
    )


def _beginning(text: str) -> str:
    """As much of a text as has to be there: more than half of it, as far as that is enough for one person."""
    return text[: max(SHORTEST_PART, min(len(text) // 2 + 1, ENOUGH_OF_ONE))]
