"""Mails to colleagues: a few sentences and a link, as text and as simple HTML."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from treue.core.jobs import outbox
from treue.core.jobs.models import Mail


@dataclass(frozen=True)
class Button:
    """A link that stands out. url: whole, with scheme and host."""

    label: str
    url: str


def absolute(path: str) -> str:
    """An address of this installation as a mail needs it: from TREUE_URL, never from the request's Host header."""
    return f"{settings.PUBLIC_URL}{path}"


def in_language(language: str) -> AbstractContextManager[None]:
    """Sentences inside this block are in the reader's language, or in the active one where it is not known."""
    return translation.override(language or translation.get_language() or settings.LANGUAGE_CODE)


def post(*, to: str, subject: str, paragraphs: Sequence[str], button: Button | None = None) -> Mail:
    """Put a letter into the outbox. Call it inside `in_language`."""
    foot = _("This mail comes from Treue at %(address)s.") % {"address": settings.PUBLIC_URL}
    parts = [*paragraphs, *([f"{button.label}:\n{button.url}"] if button else []), f"-- \n{foot}"]
    html = render_to_string(
        "staff/letter.html",
        {"subject": subject, "paragraphs": paragraphs, "button": button, "foot": foot},
    )
    return outbox.put(to=to, subject=subject, text="\n\n".join(parts) + "\n", html=html)
