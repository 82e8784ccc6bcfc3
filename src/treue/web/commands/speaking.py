"""The language in which a command speaks."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from treue.web.commands import django_setup
from treue.web.commands.failing import WrongUse


@contextmanager
def spoken(language: str | None) -> Iterator[None]:
    """Speak the language that was asked for, else the system's where Treue knows it, else English."""
    require_known(language)
    django_setup.set_up()
    from django.utils import translation

    with translation.override(language or system_language()):
        yield


def require_known(language: str | None) -> None:
    if language not in (None, "de", "en"):
        raise WrongUse(f"Treue speaks German (de) and English (en), not “{language}”.")


def system_language() -> str:
    names = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "de" if next(filter(None, names), "").startswith("de") else "en"
