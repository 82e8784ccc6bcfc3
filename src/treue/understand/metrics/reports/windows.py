"""The activity window in words: which it is, why, and what it hides at the beginning of a history."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.design import formats
from treue.science.calendar import WINDOWS
from treue.science.figures import PeriodFigures
from treue.understand.metrics.figures.explanations import window
from treue.understand.metrics.scope.basis import Basis


def chosen(basis: Basis, history_days: int) -> str:
    """The window, and that it was chosen for the length of the history (first order to as_of, both included)."""
    if basis.window_days == WINDOWS[0]:
        return window(basis)
    reason = _(
        "This window was chosen because it fits at least three times into the history of %(history)s; "
        "a longer one would show nearly everyone as staying."
    )
    if basis.window_days * 3 > history_days:
        reason = _("This is the shortest usual window; the history of %(history)s is short even for it.")
    return f"{window(basis)} {reason % {'history': formats.days(history_days, basis.language)}}"


def warm_up(timeline: Sequence[PeriodFigures], basis: Basis) -> str:
    """Why the first periods have no rate, and what would help where none has; "" where none is in the warm-up."""
    sentence = warming(timeline, basis)
    shorter = shorter_window(basis)
    if not sentence or shorter is None or not all(period.warm_up for period in timeline):
        return sentence
    return f"{sentence} " + _("A window of %(days)s would show more.") % {"days": formats.days(shorter, basis.language)}


def warming(timeline: Sequence[PeriodFigures], basis: Basis) -> str:
    """Why the first periods have no rate; "" where none is in the warm-up."""
    early = [period for period in timeline if period.warm_up]
    if not early:
        return ""
    return ngettext(
        "%(first)s is warm-up: the window before it reaches back beyond the first order, so that customers of "
        "earlier years are missing and nothing can be said about who stayed.",
        "%(first)s to %(last)s are warm-up: the window before them reaches back beyond the first order, so that "
        "customers of earlier years are missing and nothing can be said about who stayed.",
        len(early),
    ) % {
        "first": basis.name(early[0].start),
        "last": basis.name(early[-1].start),
    }


def shorter_window(basis: Basis) -> int | None:
    """The next shorter usual window, in days."""
    return next((days for days in WINDOWS if days < basis.window_days), None)
