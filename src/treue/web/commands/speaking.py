"""The language in which a command speaks."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from treue.web.commands import django_setup
from treue.web.commands.failing import WrongUse

KNOWN = ("de", "en")


@contextmanager
def spoken(language: str | None) -> Iterator[None]:
    """Speak the language that was asked for, else the system's where Treue knows it, else English."""
    require_known(language)
    django_setup.set_up()
    from django.utils import translation

    with translation.override(language or system_language()):
        yield


def said(sentence: str) -> str:
    """A sentence in the system's language, whatever is spoken where it is said."""
    with spoken(None):
        from django.utils.translation import gettext

        return gettext(sentence)


def require_known(language: str | None) -> None:
    if language not in (None, *KNOWN):
        raise WrongUse(said("Treue speaks German (de) and English (en), not “%(language)s”.") % {"language": language})


def system_language() -> str:
    """The first of its languages that Treue speaks. As everywhere, LANGUAGE counts before the locale, except in the one
    without any language."""
    names = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = next(filter(None, names), "")
    wished = [] if locale in ("C", "POSIX") else os.environ.get("LANGUAGE", "").split(":")
    spoken_there = (re.split(r"[_.@]", each)[0] for each in [*wished, locale])
    return next((each for each in spoken_there if each in KNOWN), "en")
