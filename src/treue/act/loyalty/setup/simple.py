"""What the guided sequence asks about rules, and what that makes of a set: other rules in it stay as they are."""

from collections.abc import Iterable
from decimal import Decimal

from treue.act.loyalty.earning.rules import DeedKind, FirstPurchase, ForDeed, PerAmount, Rule, RuleSet
from treue.act.loyalty.models import Programme, RuleVersion
from treue.act.loyalty.setting_up import SPENDING, WELCOME

# Referrals have a scheme of their own, which gives points to both sides, and birthdays have gifts.
DEEDS = (DeedKind.REVIEW, DeedKind.SURVEY, DeedKind.PROFILE_COMPLETED, DeedKind.VISIT)


def spending_of(rules: RuleSet) -> PerAmount | None:
    """The rule of which the first step asks."""
    return next((each for each in rules.rules if each.name == SPENDING and isinstance(each, PerAmount)), None)


def with_spending(rules: RuleSet, *, points: int, amount: Decimal, used: Iterable[str] = ()) -> RuleSet:
    """points: 0 for no such rule."""
    known = spending_of(rules)
    if known and points:
        return replaced(rules, known.name, known.model_copy(update={"points": points, "amount": amount}))
    if known:
        return without(rules, known.name)
    if not points:
        return rules
    taken = {each.name for each in rules.rules}
    name = SPENDING if SPENDING not in taken else free_name(SPENDING, {*taken, *used})
    made = PerAmount(name=name, points=points, amount=amount, is_by_whole_amounts=True)
    return rules.model_copy(update={"rules": (made, *rules.rules)})


def welcome_of(rules: RuleSet) -> FirstPurchase | None:
    return next((each for each in rules.rules if isinstance(each, FirstPurchase)), None)


def deed_of(rules: RuleSet, kind: DeedKind) -> ForDeed | None:
    """The first rule for a deed."""
    return next((each for each in rules.for_deeds if each.deed is kind), None)


def with_welcome(rules: RuleSet, points: int, used: Iterable[str] = ()) -> RuleSet:
    known = welcome_of(rules)
    return _with_points(rules, known, points, lambda name: FirstPurchase(name=name, points=points), WELCOME, used)


def with_deed(rules: RuleSet, kind: DeedKind, points: int, event: str | None, used: Iterable[str] = ()) -> RuleSet:
    known = deed_of(rules, kind)
    if known and points and known.event != event:
        return replaced(rules, known.name, known.model_copy(update={"points": points, "event": event}))
    made = lambda name: ForDeed(name=name, points=points, deed=kind, event=event)  # noqa: E731
    return _with_points(rules, known, points, made, kind.value.replace("_", "-"), used)


def _with_points(
    rules: RuleSet, known: Rule | None, points: int, made: object, name: str, used: Iterable[str]
) -> RuleSet:
    if known and points:
        return replaced(rules, known.name, known.model_copy(update={"points": points}))
    if known:
        return without(rules, known.name)
    if not points:
        return rules
    return added(rules, made(free_name(name, {*(each.name for each in rules.rules), *used})))


def replaced(rules: RuleSet, name: str, rule: Rule) -> RuleSet:
    return rules.model_copy(update={"rules": tuple(rule if each.name == name else each for each in rules.rules)})


def without(rules: RuleSet, name: str) -> RuleSet:
    return rules.model_copy(update={"rules": tuple(each for each in rules.rules if each.name != name)})


def added(rules: RuleSet, rule: Rule) -> RuleSet:
    return rules.model_copy(update={"rules": (*rules.rules, rule)})


def free_name(wanted: str, used: Iterable[str]) -> str:
    """A name that no rule has or had: caps and budgets go on counting under it when a rule is gone."""
    taken, number, name = set(used), 1, wanted
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name


def names_ever(programme: Programme | None) -> set[str]:
    """Of all rules that were ever published."""
    if programme is None:
        return set()
    published = RuleVersion.objects.filter(programme=programme).values_list("document", flat=True)
    return {rule["name"] for document in published for rule in document["rules"]}
