"""Which tiers the customers of the past would have reached, order by order.

Everybody begins without a tier on the first day, and only what was bought since counts: so a tier that takes a longer
window than the orders that are looked at is reached later than in truth.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from treue.act.loyalty.days import begin_of
from treue.act.loyalty.earning.replay import NOWHERE, Belonging, Outcome
from treue.act.loyalty.earning.rules import RuleSet
from treue.act.loyalty.tiers import Facts, Measure, Order, Points, Rules, as_json, history, standing
from treue.act.loyalty.tiers.rules import Amount

NO_TIER = -1


class TierWalk:
    """Follows the outcomes of a replay. `where` answers for whoever reckons the next order, from all earlier ones."""

    def __init__(self, document: Mapping[str, object], rules: RuleSet, since: date) -> None:
        self.version = replace(as_json.read(document), valid_from=since)
        self._rules, self._zone = Rules([self.version]), rules.tz
        self._orders: dict[int, list[Order]] = defaultdict(list)
        self._points: dict[int, list[Points]] = defaultdict(list)
        self._sums: Counter[int] = Counter()

    def through(self, found: Iterable[Outcome]) -> Iterator[Outcome]:
        for each in found:
            yield each
            self._add(each)

    def where(self, customer_id: int, day: date) -> Belonging:
        if not self._may_have_one(customer_id):
            return NOWHERE
        at = max([begin_of(day, self._zone), *(each.at for each in self._orders[customer_id][-1:])])
        level = standing(self._facts(customer_id), self._rules, at, self._zone).level
        return Belonging(level.code) if level else NOWHERE

    def reached(self, until: date) -> dict[int, tuple[int, int]]:
        """Of each customer who had a tier: the number of the highest one, and of that at the end of the last day; -1
        for none. The lowest tier is number 0."""
        end = begin_of(until, self._zone) - timedelta(microseconds=1)
        found = {each: self._reached(each, end) for each in self._sums if self._may_have_one(each)}
        return {customer: places for customer, places in found.items() if places[0] > NO_TIER}

    def _reached(self, customer_id: int, end: datetime) -> tuple[int, int]:
        moves = history(self._facts(customer_id), self._rules, end, self._zone)
        places = [self.version.index(each.level) for each in moves]
        return max(places, default=NO_TIER), places[-1] if places else NO_TIER

    def _may_have_one(self, customer_id: int) -> bool:
        """Whoever has not bought enough in all has not within any window either; the dear reckoning is for the rest."""
        return self._sums[customer_id] >= self.version.levels[0].threshold

    def _facts(self, customer_id: int) -> Facts:
        return Facts(self._points[customer_id], self._orders[customer_id])

    def _add(self, each: Outcome) -> None:
        moment, amount = each.purchase.moment, each.purchase.amount_left
        self._orders[each.customer_id].append(Order(moment, amount))
        if each.earned.qualifying:
            self._points[each.customer_id].append(Points(moment, each.earned.qualifying))
        self._sums[each.customer_id] += self._counted(each, amount)

    def _counted(self, each: Outcome, amount: Amount) -> Amount:
        if self.version.measure is Measure.POINTS:
            return each.earned.qualifying
        return amount if self.version.measure is Measure.SPEND else 1


def asks_for_tiers(rules: RuleSet) -> bool:
    return any(multiplier.tiers for rule in rules.for_orders for multiplier in rule.multipliers)


def written(walk: TierWalk, reached: Mapping[int, tuple[int, int]]) -> list[list[object]]:
    """Each tier from the lowest on: its code and names, how many reached it as their highest or passed it, and how many
    had it at the end."""
    highest = Counter(most for most, _last in reached.values())
    last = Counter(last for _most, last in reached.values())
    return [
        [level.code, level.name_en, level.name_de, sum(highest[at] for at in highest if at >= place), last[place]]
        for place, level in enumerate(walk.version.levels)
    ]


def moved(new: Mapping[int, tuple[int, int]], old: Mapping[int, tuple[int, int]]) -> dict[str, int]:
    """How many stand higher or lower at the end than by the other rules."""
    nothing = (NO_TIER, NO_TIER)
    pairs = [(new.get(each, nothing)[1], old.get(each, nothing)[1]) for each in {*new, *old}]
    return {"up": sum(now > before for now, before in pairs), "down": sum(now < before for now, before in pairs)}
