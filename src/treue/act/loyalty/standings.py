"""Where members stand when an order is first reckoned, kept as JSON, and what the limits of rules have left."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db.models import Exists, F, OuterRef, QuerySet

from treue.act.loyalty import families
from treue.act.loyalty.earning.earned import Earned
from treue.act.loyalty.earning.evaluation import day_of
from treue.act.loyalty.earning.rules import Period, RuleSet
from treue.act.loyalty.earning.standing import Given, Limit, Standing
from treue.act.loyalty.models import Award, Budget, Member, Programme, RewardedDeed
from treue.core.commerce.models import Order
from treue.understand.segments import reading as segments

Counts = dict[Limit, int]
Line = Mapping[str, object]  # what a rule gave: its name as "rule", "points", "qualifying"
Lines = Sequence[Line]


class Budgets:
    """What is given of the budgets of a programme's rules. Held from the first question to the end of the transaction,
    so that two members do not get the same rest. is_asking: nothing will be taken of them, and nothing is held."""

    def __init__(self, programme: Programme, rules: Iterable[RuleSet], *, is_asking: bool = False) -> None:
        self._programme, self._is_asking = programme, is_asking
        self._names = sorted({name for each in rules for name in _with_budget(each)})
        self._rows: dict[str, Budget] = {}
        self._changed: set[str] = set()

    def so_far(self, rules: RuleSet) -> Counts:
        names = _with_budget(rules)
        if names:
            self.hold()
        return {Limit(name, Period.BUDGET): self._rows[name].given for name in sorted(names)}

    def hold(self) -> None:
        """All of them, in one order: whoever holds some waits for nobody who holds others. Before anything is put into
        the ledger: who holds them waits for accounts there."""
        if self._rows or not self._names:
            return
        new = [Budget(programme=self._programme, rule=name) for name in self._names]
        rows = Budget.objects.filter(programme=self._programme, rule__in=self._names)
        if self._is_asking:
            self._rows = {each.rule: each for each in (*new, *rows)}
            return
        Budget.objects.bulk_create(new, ignore_conflicts=True)
        self._rows = {each.rule: each for each in rows.select_for_update().order_by("rule")}

    def count(self, rules: RuleSet, lines: Lines, before: Lines = ()) -> None:
        """What lines gave more or less than those before is taken of the budgets of their rules, or is there again."""
        has, had = _own(lines, "points"), _own(before, "points")
        for rule in sorted(_with_budget(rules)):
            if has[rule] != had[rule]:
                self.hold()
                self._rows[rule].given += has[rule] - had[rule]
                self._changed.add(rule)

    def write(self) -> None:
        Budget.objects.bulk_update([self._rows[name] for name in sorted(self._changed)], ["given"])


class Awarded:
    """What orders and deeds of one member earn. Limits count what orders earn as they stand and what could not be taken
    back of them; those that are theirs no longer count for none."""

    def __init__(self, member: Member, group: str | None, budgets: Budgets) -> None:
        self.member, self._budgets = member, budgets
        self._segments = frozenset([group] if group else [])
        self.awards: dict[int, Award] = {}
        self._theirs: set[int] = set()
        self._written: set[int] = set()
        self._others: list[Award] = []
        self._elsewhere: set[int] = set()
        self._falling: list[tuple[Award, RuleSet, Lines]] = []
        self._deeds: Sequence[RewardedDeed] = ()

    def know_deeds(self, deeds: Sequence[RewardedDeed]) -> None:
        """Of the customer, be they another membership's; what was taken back goes on counting for caps."""
        self._deeds = deeds

    def know(self, award: Award, *, is_theirs: bool) -> None:
        self.awards[award.order_id] = award
        if is_theirs:
            self._theirs.add(award.order_id)

    def know_of_family(self, award: Award, *, is_theirs: bool, comes_before: bool) -> None:
        """What another membership of the customer earned (`families`): it counts for limits, and the first that knew an
        order goes on earning by it."""
        if is_theirs:
            self._others.append(award)
        if comes_before:
            self._elsewhere.add(award.order_id)

    def is_elsewhere(self, order: int) -> bool:
        return order in self._elsewhere

    def add(self, award: Award) -> None:
        self.know(award, is_theirs=True)
        self.changed(award)

    def changed(self, award: Award) -> None:
        self._written.add(award.order_id)

    def to_write(self) -> list[Award]:
        return [self.awards[order] for order in sorted(self._written)]

    def standing(self, rules: RuleSet, moment: datetime, *, is_first: bool) -> Standing:
        """As of today: tier and segment are those that were found last, and of two orders that were each the first when
        they became known, the one that was told first is it.
        """
        given, qualified = self._counted(rules, day_of(moment, rules))
        return Standing(
            tier=self.member.tier,
            segments=self._segments,
            is_first_purchase=is_first and not self._has_first(),
            given=given | self._budgets.so_far(rules),
            qualified=qualified,
        )

    def standing_besides(self, rules: RuleSet, award: Award) -> Standing:
        """As of today, for an order that was reckoned before: limits leave what others did not take and what it has."""
        former = read(award.standing)
        today = self.standing(rules, award.ordered_at, is_first=False)
        given, qualified = _own(award.lines, "points"), _own(award.lines, "qualifying")
        return replace(
            former,
            given=_without(today.given, given, former.given, rules),
            qualified=_without(today.qualified, qualified, former.qualified, rules),
        )

    def rise(self, award: Award, rules: RuleSet, earned: Earned) -> None:
        """What an order earns more by a rule is taken off what limits leave, at once."""
        self._count(award, rules, _more_of_each(award.lines, lines_of(earned)))

    def fall(self, award: Award, rules: RuleSet, earned: Earned) -> None:
        """What an order earns less is there for others once the ledger took it back: see `let_go`."""
        lines = lines_of(earned)
        if lines == award.lines:
            return
        if _with_budget(rules):
            self._budgets.hold()
        self._falling.append((award, rules, lines))

    def let_go(self, forgone: Callable[[Award], int]) -> None:
        """forgone: how many points the ledger could not take back of an order; they stay given."""
        for award, rules, lines in self._falling:
            self._count(award, rules, with_forgone(lines, award.lines, forgone(award)))
        self._falling.clear()

    def _count(self, award: Award, rules: RuleSet, lines: list[Line]) -> None:
        if lines != award.lines:
            self._budgets.count(rules, lines, award.lines)
            award.lines = lines
            self.changed(award)

    def _has_first(self) -> bool:
        known = (*self.awards.values(), *self._others)
        return any(each.points > 0 and each.standing["is_first_purchase"] for each in known)

    def _counted(self, rules: RuleSet, day: date) -> tuple[Counts, Counts]:
        """What the member got by each rule, and by all, within the spans that limits count."""
        own = [Limit(rule.name, period) for rule in rules.rules for period, _most in rule.own_limits]
        common = [Limit("", period) for period, _most in rules.common_limits]
        limits = [each for each in (*own, *common) if each.period is not Period.BUDGET]
        given, qualified = dict.fromkeys(limits, 0), dict.fromkeys(limits, 0)
        orders = [*(self.awards[order] for order in self._theirs), *self._others]
        counting = [(each.ordered_at, each.lines) for each in orders]
        counting += [(each.happened_at, each.lines) for each in self._deeds]
        for moment, gave in counting if limits else []:
            when = day_of(moment, rules)
            for limit in limits:
                if is_within(when, day, limit.period):
                    lines = [line for line in gave if limit.rule in ("", line["rule"])]
                    given[limit] += sum(line["points"] for line in lines)
                    qualified[limit] += sum(line["qualifying"] for line in lines)
        return given, qualified


def awarded(members: Sequence[Member], budgets: Budgets) -> dict[int, Awarded]:
    """What orders and deeds of members of one programme earned so far, by the member's number."""
    shop = members[0].programme.shop
    groups = segments.groups(shop, [each.customer_id for each in members])
    found = {each.pk: Awarded(each, groups.get(each.customer_id), budgets) for each in members}
    theirs = Order.objects.filter(pk=OuterRef("order_id"), customer=OuterRef("member__customer"))
    rows = Award.objects.filter(member__in=members).annotate(is_theirs=Exists(theirs))
    for award in rows.order_by("ordered_at", "order_id"):
        found[award.member_id].know(award, is_theirs=award.is_theirs)
    for family in families.several(members).values():
        _know_each_other(family, found, theirs)
    _know_deeds(members, found)
    return found


def _know_deeds(members: Sequence[Member], found: Mapping[int, Awarded]) -> None:
    family = Member.everyone.filter(programme=members[0].programme, customer__in=[each.customer_id for each in members])
    by_customer: dict[int, list[RewardedDeed]] = {}
    for deed in RewardedDeed.objects.filter(member__in=family).annotate(customer=F("member__customer")).order_by("pk"):
        by_customer.setdefault(deed.customer, []).append(deed)
    for each in members:
        found[each.pk].know_deeds(by_customer.get(each.customer_id, ()))


def _know_each_other(family: Sequence[Member], found: Mapping[int, Awarded], theirs: QuerySet[Order]) -> None:
    places = {each.pk: place for place, each in enumerate(family)}
    for award in Award.objects.filter(member__in=family).annotate(is_theirs=Exists(theirs)):
        for member, place in places.items():
            if member in found and member != award.member_id:
                comes_before = places[award.member_id] < place
                found[member].know_of_family(award, is_theirs=award.is_theirs, comes_before=comes_before)


def has_limits(rules: RuleSet) -> bool:
    return bool(rules.common_limits) or any(rule.own_limits for rule in rules.rules)


def lines_of(earned: Earned) -> list[Line]:
    return [_line(each.rule, each.points, each.qualifying) for each in earned.lines]


def with_forgone(lines: Lines, before: Lines, forgone: int) -> list[Line]:
    """Lines, and of what those before gave more as many points as were forgone, by the first rules of them."""
    kept = {each["rule"]: each for each in lines}
    for each in before:
        now = kept.get(each["rule"], _line(each["rule"], 0, 0))
        more = min(forgone, each["points"] - now["points"])
        if more > 0:
            kept[each["rule"]] = _line(each["rule"], now["points"] + more, now["qualifying"])
            forgone -= more
    return list(kept.values())


def _more_of_each(before: Lines, lines: Lines) -> list[Line]:
    had = {each["rule"]: each for each in before}
    for each in lines:
        former = had.get(each["rule"], each)
        points, qualifying = (max(each[name], former[name]) for name in ("points", "qualifying"))
        had[each["rule"]] = _line(each["rule"], points, qualifying)
    return list(had.values())


def _line(rule: str, points: int, qualifying: int) -> Line:
    return {"rule": rule, "points": points, "qualifying": qualifying}


def _own(lines: Lines, name: str) -> Counter[str]:
    """What lines gave by rule, and by all under ""."""
    found = Counter({"": sum(line[name] for line in lines)})
    for line in lines:
        found[line["rule"]] += line[name]
    return found


def _without(today: Given, own: Counter[str], former: Given, rules: RuleSet) -> Counts:
    most = {Limit("", period): most for period, most in rules.common_limits}
    most |= {Limit(rule.name, period): most for rule in rules.rules for period, most in rule.own_limits}
    return {
        limit: max(former.get(limit, 0), min(count, most[limit]) - own[limit.rule]) for limit, count in today.items()
    }


def written(standing: Standing, categories: Mapping[str, str]) -> dict[str, object]:
    """categories: in which a product was when it first counted, by its code: it may be in another one since."""
    return {
        "tier": standing.tier,
        "segments": sorted(standing.segments),
        "is_first_purchase": standing.is_first_purchase,
        "given": [[*limit, points] for limit, points in standing.given.items()],
        "qualified": [[*limit, points] for limit, points in standing.qualified.items()],
        "categories": dict(categories),
    }


def read(document: Mapping) -> Standing:
    return Standing(
        tier=document["tier"],
        segments=frozenset(document["segments"]),
        is_first_purchase=document["is_first_purchase"],
        given=_limits(document["given"]),
        qualified=_limits(document["qualified"]),
    )


def _limits(rows: list) -> Counts:
    return {Limit(rule, Period(period)): points for rule, period, points in rows}


def is_within(when: date, day: date, period: Period) -> bool:
    if period is Period.DAY:
        return when == day
    return period is Period.IN_ALL or (when.year, when.month) == (day.year, day.month)


def _with_budget(rules: RuleSet) -> set[str]:
    return {rule.name for rule in rules.rules if any(period is Period.BUDGET for period, _most in rule.own_limits)}
