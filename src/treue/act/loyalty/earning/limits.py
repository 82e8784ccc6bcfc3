"""What caps and budgets leave of what rules give."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from treue.act.loyalty.earning.earned import NOTHING, Cut, Earned, Line
from treue.act.loyalty.earning.rules import Period, RuleSet
from treue.act.loyalty.earning.standing import Given, Limit, Standing

Stated = Sequence[tuple[Period, int]]
Left = Iterable[tuple[Period, int]]


def limited(lines: Sequence[Line], rules: RuleSet, standing: Standing) -> Earned:
    """First each line by the limits of its own rule, then one after the other by what the common caps leave."""
    if not lines:
        return NOTHING
    own = rules.limits_by_rule
    cut = [_by_own_limits(each, own[each.rule], standing) if own[each.rule] else each for each in lines]
    return Earned(tuple(_by_common_caps(cut, rules.common_limits, standing) if rules.common_limits else cut))


def _by_own_limits(line: Line, limits: Stated, standing: Standing) -> Line:
    qualifying, left = line.qualifying, []
    for period, most in limits:
        limit = Limit(line.rule, period)
        left.append((period, _left(most, limit, standing.given)))
        if period is not Period.BUDGET:
            qualifying = min(qualifying, _left(most, limit, standing.qualified))
    return _cut(line, left, qualifying)


def _by_common_caps(lines: Iterable[Line], limits: Stated, standing: Standing) -> Iterable[Line]:
    left = [(period, _left(most, Limit("", period), standing.given)) for period, most in limits]
    left_to_qualify = min(_left(most, Limit("", period), standing.qualified) for period, most in limits)
    for each in lines:
        line = _cut(each, left, min(each.qualifying, left_to_qualify), is_common=True)
        left = [(period, rest - line.points) for period, rest in left]
        left_to_qualify -= line.qualifying
        yield line


def _cut(line: Line, left: Left, qualifying: int, *, is_common: bool = False) -> Line:
    points, cuts = line.points, line.cuts
    for period, rest in left:
        if points > rest:
            cuts = (*cuts, Cut(period, points - rest, is_common))
            points = rest
    if points == line.points and qualifying == line.qualifying:
        return line
    return replace(line, points=points, qualifying=qualifying, cuts=cuts)


def _left(most: int, limit: Limit, given: Given) -> int:
    return max(most - given.get(limit, 0), 0)
