"""Figure cards: a value, its course, its comparison with the previous complete period, how it is computed."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from treue.design import formats
from treue.design.figures import Change, Figure, change
from treue.science.figures import PeriodFigures
from treue.understand.metrics.counts.cohorts import CohortLike, first_day
from treue.understand.metrics.figures import explanations, kinds, margins
from treue.understand.metrics.figures.kinds import Kind, Value
from treue.understand.metrics.scope.basis import Basis
from treue.understand.metrics.scope.comparison import Choice

SPARK_PERIODS = 12
MONTHS_TO_RIPEN = 6
TOO_SMALL_FOR_A_COLOUR = 100  # a part of this size of the value before, where no margin of error is known


def cards(choice: Choice, basis: Basis) -> list[Figure]:
    """The standard set, in the order to show."""
    return [card(kind, choice, basis) for kind in kinds.STANDARD]


def repeat_rates(choice: Choice, rows: Sequence[CohortLike], basis: Basis) -> list[Figure]:
    """The repeat-purchase rate in its three variants, each named, because tools mean different ones by the word."""
    return [
        card(kinds.REPEAT_IN_PERIOD, choice, basis),
        card(kinds.REPEAT_TO_DATE, choice, basis),
        repeat_of_cohort(rows, basis),
    ]


def repeat_of_cohort(rows: Sequence[CohortLike], basis: Basis) -> Figure:
    """Of the youngest cohort that had six months to come back: how many did.

    It stands alone: second orders count up to as_of, so that each older cohort had longer and a course of them would
    fall in every shop.
    """
    ripe = [row for row in rows if len(row.retained) > MONTHS_TO_RIPEN]
    if not ripe:
        return Figure(
            _("Repeat-purchase rate of a cohort"),
            formats.NOTHING,
            sentence=_("No cohort has had six months to come back yet."),
        )
    row = ripe[-1]
    month = formats.period(first_day(row.cohort), basis.language, "month")
    label = _("Repeat-purchase rate of the cohort of %(month)s") % {"month": month}
    span = _("Second orders to %(day)s") % {"day": basis.day(basis.as_of)}
    how = explanations.repeat_of_cohort(row, basis)
    if row.size < margins.FEWEST_CASES:
        return Figure(label, formats.few(basis.language), sentence=why_few(row.size, basis), how=how, span=span)
    return Figure(
        label,
        basis.number(100 * row.repeaters / row.size, 1),
        "%",
        sentence=_(
            "The youngest cohort that had six months to come back. Older ones had longer, "
            "so it is not compared with them."
        ),
        how=how,
        span=span,
    )


def card(kind: Kind, choice: Choice, basis: Basis) -> Figure:
    """One card; without a value it says "–" and why."""
    period = choice.current
    value = kind.value(period) if period else None
    span = kind.span(period, basis) if period else ""
    if period is None or value is None:
        return Figure(str(kind.label), formats.NOTHING, sentence=_why_nothing(kind, period, basis), span=span)
    few = kind.rests_on_few(period)
    if few is not None:
        return Figure(
            str(kind.label),
            formats.few(basis.language),
            sentence=why_few(few, basis, lasting=kind.lasting),
            how=kind.how(period, basis),
            span=span,
        )
    text, unit = kind.printed(value, basis)
    return Figure(
        str(kind.label),
        text,
        unit,
        spark=[kind.value(past) for past in choice.history[-SPARK_PERIODS:]],
        change=_change(kind, choice, basis),
        how=kind.how(period, basis),
        span=span,
    )


def _change(kind: Kind, choice: Choice, basis: Basis) -> Change | None:
    current, previous = choice.current, choice.previous
    before = kind.value(previous) if previous else None
    if current is None or previous is None or before is None:
        return None
    if kind.rests_on_few(previous) is not None:
        return None
    value = kind.value(current)
    decimals = kind.printed.decimals(value, basis)
    difference = formats.difference(value, before, decimals)
    margin = _margin(kind, current, previous)
    inside = margin is not None and abs(value - before) <= margin
    return change(
        difference,
        text=_size(kind, abs(difference), basis, decimals),
        against=against(basis.name(previous.start), _whole(kind, before, basis, decimals), inside=inside),
        better=_better(kind, choice, value - before, before),
        inside=inside,
    )


def against(period: str, value: str, *, inside: bool) -> str:
    """What a difference is measured from. inside: whether it lies inside its margin of error."""
    sentence = (
        pgettext("after no certain difference", "from %(period)s (%(value)s)")
        if inside
        else pgettext("after a difference", "from %(period)s (%(value)s)")
    )
    return sentence % {"period": period, "value": value}


def _better(kind: Kind, choice: Choice, difference: Value, before: Value) -> str:
    """Which direction is good; "" where the change is no merit: too small to speak of, or a history filling up."""
    if not kind.cases and not kind.is_event and abs(difference) < abs(before) / TOO_SMALL_FOR_A_COLOUR:
        return ""
    seen_days = (choice.current.start - choice.history[0].start).days if choice.current else 0
    return kind.better if seen_days >= kind.looks_back_days else ""


def _margin(kind: Kind, current: PeriodFigures, previous: PeriodFigures) -> float | None:
    if kind.cases:
        return margins.of_rates(kind.value(current), kind.cases(current), kind.value(previous), kind.cases(previous))
    if kind.is_event:
        return margins.of_counts(kind.value(current), kind.value(previous))
    return None


def _size(kind: Kind, difference: Decimal, basis: Basis, decimals: int) -> str:
    if kind.printed is kinds.percent:
        return formats.points(difference, basis.language, decimals).removeprefix("+")
    return _whole(kind, difference, basis, decimals)


def _whole(kind: Kind, value: Value, basis: Basis, decimals: int) -> str:
    """With so many decimals as the value of the card has."""
    text, unit = kind.printed.text(value, basis, decimals)
    if kind.printed is kinds.percent:
        return formats.rate(value, basis.language, decimals)
    return f"{text}{formats.SPACE}{unit}" if unit else text


def _why_nothing(kind: Kind, period: PeriodFigures | None, basis: Basis) -> str:
    if period is None:
        return {
            "month": _("No month is complete yet."),
            "quarter": _("No quarter is complete yet."),
            "year": _("No year is complete yet."),
        }[basis.unit]
    if kind.needs_start and period.warm_up:
        return _(
            "The activity window of %(window)s before %(period)s reaches back beyond the first order. "
            "A shorter window would help."
        ) % {"window": formats.days(basis.window_days, basis.language), "period": basis.name(period.start)}
    return _("Nobody ordered in the time that this figure looks at.")


def why_few(cases: int, basis: Basis, *, lasting: bool = False) -> str:
    if lasting:
        return ngettext(
            "It would rest on %(cases)s customer who ordered twice; from 30 on it is shown.",
            "It would rest on %(cases)s customers who ordered twice; from 30 on it is shown.",
            cases,
        ) % {"cases": basis.number(cases)}
    return ngettext(
        "It would rest on %(cases)s customer; from 30 on it is shown.",
        "It would rest on %(cases)s customers; from 30 on it is shown.",
        cases,
    ) % {"cases": basis.number(cases)}
