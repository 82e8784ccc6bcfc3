"""The card that sets customer value against what a new customer cost."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.design import formats
from treue.design.figures import Change, Figure, change
from treue.understand.metrics.figures import cards, explanations, kinds, margins
from treue.understand.metrics.scope.basis import Basis
from treue.understand.metrics.scope.comparison import Choice


class Won(Protocol):
    """What it cost to win the new customers of one period; None where it is not known."""

    @property
    def start(self) -> date: ...
    @property
    def cost(self) -> Decimal | None: ...
    @property
    def new_customers(self) -> int: ...
    @property
    def ltv_to_cac(self) -> float | None: ...


def ltv_to_cac(choice: Choice, basis: Basis, *, margin: Decimal | float, spent: Sequence[Won]) -> Figure:
    """Customer value times margin against what a new customer of the period cost.

    margin: share of revenue, 0 to 1. spent: costs and new customers of the periods of `choice` that are known.
    """
    label = _("Customer value to acquisition cost (LTV:CAC)")
    won = {each.start: each for each in spent}
    period = choice.current
    now = won.get(period.start) if period else None
    if period is None or now is None or not now.cost:
        return Figure(label, formats.NOTHING, sentence=_("Enter acquisition costs to see it."))
    span = _("Costs %(within)s") % {"within": basis.within(period.start)}
    if now.ltv_to_cac is None or period.clv is None:
        sentence = _("No new customer came in the months with costs.")
        return Figure(label, formats.NOTHING, sentence=sentence, span=span)
    how = explanations.ltv_to_cac(period, margin, now.cost, now.new_customers, basis)
    few = kinds.CLV.rests_on_few(period)
    if few is not None:
        why = cards.why_few(few, basis, lasting=True)
        return Figure(label, formats.few(basis.language), sentence=why, how=how, span=span)
    if not _are_enough(now):
        return Figure(label, formats.few(basis.language), sentence=_why_few(now, basis), how=how, span=span)
    past = [won.get(each.start) for each in choice.history[-cards.SPARK_PERIODS :]]
    return Figure(
        label,
        _ratio(now.ltv_to_cac, basis),
        span=span,
        spark=[each.ltv_to_cac if each and _are_enough(each) else None for each in past],
        change=_change(now, _before(choice, won), basis),
        how=how,
    )


def _are_enough(won: Won) -> bool:
    """Whether so many came that what one of them cost is no accident."""
    return won.new_customers >= margins.FEWEST_CASES


def _why_few(won: Won, basis: Basis) -> str:
    return ngettext(
        "It would rest on %(cases)s new customer; from 30 on it is shown.",
        "It would rest on %(cases)s new customers; from 30 on it is shown.",
        won.new_customers,
    ) % {"cases": basis.number(won.new_customers)}


def _before(choice: Choice, won: Mapping[date, Won]) -> Won | None:
    """What it is compared with, unless the value in that rests on too few."""
    previous = choice.previous
    return won.get(previous.start) if previous and kinds.CLV.rests_on_few(previous) is None else None


def _change(now: Won, before: Won | None, basis: Basis) -> Change | None:
    """Without a colour: the value in it grows with the length of the history, and that is no merit."""
    if before is None or now.ltv_to_cac is None or before.ltv_to_cac is None or not _are_enough(before):
        return None
    difference = formats.difference(now.ltv_to_cac, before.ltv_to_cac, 1)
    margin = margins.of_multiples(now.ltv_to_cac, now.new_customers, before.ltv_to_cac, before.new_customers)
    inside = abs(now.ltv_to_cac - before.ltv_to_cac) <= margin
    return change(
        difference,
        text=basis.number(abs(difference), 1),
        against=cards.against(basis.name(before.start), _ratio(before.ltv_to_cac, basis), inside=inside),
        inside=inside,
    )


def _ratio(value: float, basis: Basis) -> str:
    return f"{basis.number(value, 1)}{formats.SPACE}:{formats.SPACE}1"
