"""The installation's folder, made ready before a command does anything."""

from treue.core import home
from treue.web.commands.failing import Failure
from treue.web.commands.speaking import spoken


def prepare(language: str | None = None) -> None:
    """Make the folder ready, or fail in a sentence. It comes before Django, whose settings keep its secret.

    language: of that sentence; None is the system's.
    """
    try:
        home.prepare()
    except home.UnusableHome as error:
        with spoken(language):
            raise Failure(_sentence(error)) from error


def _sentence(error: home.UnusableHome) -> str:
    from django.utils.translation import gettext as _

    return _(
        "The installation's folder %(folder)s cannot be used: %(reason)s. "
        "Set TREUE_HOME to a folder in which you may write."
    ) % {"folder": error.folder, "reason": error.reason}
