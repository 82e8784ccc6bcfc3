"""What can be said where too few periods are known for a drawing: a line of one or two points shows no course."""

from collections.abc import Callable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.science.figures import PeriodFigures
from treue.understand.metrics.scope.basis import Basis

FEWEST_ON_A_LINE = 3
FEWEST_BARS = 2
MOST_SAID = 6
Said = tuple[tuple[str, str], ...]


def rates(known: Sequence[PeriodFigures], value: Callable[[PeriodFigures], float | None], basis: Basis) -> Said:
    """Each period with its rate and the counts behind it, the latest first."""
    return tuple(
        (
            basis.name(period.start),
            _("%(rate)s, %(lost)s of %(start)s left")
            % {
                "rate": basis.rate(value(period)),
                "lost": basis.number(period.lost),
                "start": basis.number(period.customers_start),
            },
        )
        for period in reversed(known)
    )


def movements(known: Sequence[PeriodFigures], basis: Basis) -> Said:
    """Each period with who came and went, the latest first."""
    return tuple(
        (
            basis.name(period.start),
            _("%(new)s new, %(won_back)s won back, %(lost)s lost")
            % {
                "new": basis.number(period.new),
                "won_back": basis.number(period.won_back),
                "lost": basis.number(period.lost),
            },
        )
        for period in reversed(known)
    )


def buyers(timeline: Sequence[PeriodFigures], basis: Basis) -> Said:
    """Who ordered in each of the last periods: that is known in the warm-up, too."""
    complete = [period for period in timeline if period.complete and period.buyers]
    return tuple(
        (
            basis.name(period.start),
            ngettext(
                "%(buyers)s customer ordered, %(first)s for the first time",
                "%(buyers)s customers ordered, %(first)s for the first time",
                period.buyers,
            )
            % {"buyers": basis.number(period.buyers), "first": basis.number(period.first_buyers)},
        )
        for period in reversed(complete[-MOST_SAID:])
    )


def why_only_buyers() -> str:
    return _("Within the warm-up nobody can say yet who came and who left, but who ordered.")


def why_no_movement() -> str:
    return _("In this time nobody came and nobody left.")


def why_no_line(count: int, until: PeriodFigures, basis: Basis) -> str:
    """What is missing where one or two periods carry a rate, and what would show more. until: the last that could."""
    return {
        "month": ngettext(
            "A line takes three complete months that began with 30 customers or more, after the warm-up; "
            "up to %(until)s there is %(count)s.",
            "A line takes three complete months that began with 30 customers or more, after the warm-up; "
            "up to %(until)s there are %(count)s.",
            count,
        ),
        "quarter": ngettext(
            "A line takes three complete quarters that began with 30 customers or more, after the warm-up; "
            "up to %(until)s there is %(count)s. Months show more.",
            "A line takes three complete quarters that began with 30 customers or more, after the warm-up; "
            "up to %(until)s there are %(count)s. Months show more.",
            count,
        ),
        "year": ngettext(
            "A line takes three complete years that began with 30 customers or more, after the warm-up; "
            "up to %(until)s there is %(count)s. Months or quarters show more.",
            "A line takes three complete years that began with 30 customers or more, after the warm-up; "
            "up to %(until)s there are %(count)s. Months or quarters show more.",
            count,
        ),
    }[basis.unit] % {"count": basis.number(count), "until": basis.name(until.start)}


def why_no_rate(basis: Basis) -> str:
    return {
        "month": _("At the start of each month there were fewer than 30 customers, too few for a rate."),
        "quarter": _("At the start of each quarter there were fewer than 30 customers, too few for a rate."),
        "year": _("At the start of each year there were fewer than 30 customers, too few for a rate."),
    }[basis.unit]


def why_nothing(timeline: Sequence[PeriodFigures], basis: Basis) -> str:
    """timeline: as it stood after the chosen period. Where later ones exist, they are what helps."""
    if timeline and timeline[-1].end <= basis.as_of:
        return {
            "month": _("%(period)s lies in the warm-up. A later month or a shorter activity window would help."),
            "quarter": _("%(period)s lies in the warm-up. A later quarter would help, or months."),
            "year": _("%(period)s lies in the warm-up. A later year would help, or months or quarters."),
        }[basis.unit] % {"period": basis.name(timeline[-1].start)}
    return {
        "month": _("There is no complete month after the warm-up yet. A shorter activity window would help."),
        "quarter": _("There is no complete quarter after the warm-up yet. Months would help."),
        "year": _("There is no complete year after the warm-up yet. Months or quarters would help."),
    }[basis.unit]
