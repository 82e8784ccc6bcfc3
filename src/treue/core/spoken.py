"""Pages whose form is said in sentences before it is saved.

The first time it is sent, the page says what was filled in; its button then sends the mark of those sentences along. So
saved is what was said: nothing that was typed since, or that means something else by now.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from django.http import HttpRequest

Row = TypeVar("Row")


class SpokenForm(Protocol):
    errors: dict[str, object]

    def is_valid(self) -> bool: ...

    def refuse(self, field: str) -> None:
        """Say at the field that it cannot be as it is."""


@dataclass(frozen=True)
class Answer(Generic[Row]):
    """saved: what was, if it was. said: the sentences that the page shows; "" where there are none yet."""

    said: str
    saved: Row | None = None

    @property
    def context(self) -> dict[str, str]:
        return {"said": self.said, "mark": mark(self.said)}


def answered(
    request: HttpRequest,
    form: SpokenForm,
    *,
    say: Callable[[], str],
    impossible: type[Exception],
    save: Callable[[], Row | None],
) -> Answer[Row]:
    """Say what the form means, or save it where that was read.

    say: the sentences. impossible: what that raises where it cannot be; its `field` is refused. save: the row, or None
    where it cannot be, which it says in the form.
    """
    said = _said(form, say, impossible) if request.method == "POST" and form.is_valid() else ""
    saved = save() if said and request.POST.get("said") == mark(said) else None
    return Answer("" if form.errors else said, saved)


def mark(said: str) -> str:
    """What the button sends along. "" for nothing."""
    return hashlib.sha256(said.encode()).hexdigest()[:16] if said else ""


def _said(form: SpokenForm, say: Callable[[], str], impossible: type[Exception]) -> str:
    try:
        return say()
    except impossible as error:
        form.refuse(error.field)
        return ""
