"""Where a member stands when something is earned, and the count of what the caps and budgets of rules left so far."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from treue.act.loyalty.earning.earned import Earned
from treue.act.loyalty.earning.rules import Period, RuleSet


class Limit(NamedTuple):
    """rule: by its name; "" for all rules together."""

    rule: str
    period: Period


Given = Mapping[Limit, int]


@dataclass(frozen=True, slots=True)
class Standing:
    """Of one member, just before the order or the deed.

    given, qualified: how many redeemable and how many qualifying points there were before within the day, the month or
    the time that a limit counts; one that is not there is 0. What an order gave back since is none of them.
    """

    tier: str = ""
    segments: frozenset[str] = frozenset()
    is_first_purchase: bool = False
    given: Given = field(default_factory=dict)
    qualified: Given = field(default_factory=dict)


class Tally:
    """Counts for the limits of one set of rules, of all members, in memory: for a run over the past. What happened is
    told in its order: of a day or a month that is over nothing is kept."""

    def __init__(self, rules: RuleSet) -> None:
        own = [Limit(rule.name, period) for rule in rules.rules for period, _most in rule.own_limits]
        self._limits = (*own, *(Limit("", period) for period, _most in rules.common_limits))
        self._counts: dict[Hashable, _Count] = {}

    def so_far(self, member: Hashable, day: date) -> tuple[Given, Given]:
        """Redeemable and qualifying points, as `Standing` has them."""
        if not self._limits:
            return {}, {}
        given, qualified, begun = {}, {}, _begun(day)
        for limit in self._limits:
            _start, given[limit], qualified[limit] = self._count(_key(limit, member), begun[limit.period])
        return given, qualified

    def add(self, member: Hashable, day: date, earned: Earned) -> None:
        if not self._limits or not earned.lines:
            return
        more, begun = {each.rule: each for each in earned.lines} | {"": earned}, _begun(day)
        for limit in self._limits:
            if added := more.get(limit.rule):
                key = _key(limit, member)
                start, given, qualified = self._count(key, begun[limit.period])
                self._counts[key] = _Count(start, given + added.points, qualified + added.qualifying)

    def _count(self, key: Hashable, start: date | None) -> "_Count":
        count = self._counts.get(key)
        return count if count and count.start == start else _Count(start, 0, 0)


class _Count(NamedTuple):
    start: date | None
    given: int
    qualified: int


def _key(limit: Limit, member: Hashable) -> Hashable:
    return limit if limit.period is Period.BUDGET else (member, limit)


def _begun(day: date) -> dict[Period, date | None]:
    """When a limit's count began to run."""
    return {Period.DAY: day, Period.MONTH: day.replace(day=1), Period.IN_ALL: None, Period.BUDGET: None}
