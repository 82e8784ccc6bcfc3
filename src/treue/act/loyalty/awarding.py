"""Let the ledger say what members' orders earn as they now stand.

It is asked what each order earns today, and the difference to what the ledger gave goes into it: so it does not matter
in which order purchases, refunds, corrections and merged customers are told, nor how often, and asking again does
nothing. Where a member stood when an order was first reckoned (tier, segment, what caps had left) is kept with it.

Many members are reckoned at once: what is known of all of them is read together, and what they get is written together.
What comes back of orders comes first, so that limits have it again for what is new.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from treue.act.loyalty import buying, standings, tiering
from treue.act.loyalty.buying import Bought
from treue.act.loyalty.earning import documents
from treue.act.loyalty.earning.earned import NOTHING, Earned
from treue.act.loyalty.earning.evaluation import points_of
from treue.act.loyalty.earning.purchases import Purchase, categories_of, with_categories
from treue.act.loyalty.earning.rules import RuleSet
from treue.act.loyalty.models import Award, Member, Programme, RuleVersion
from treue.act.loyalty.settling import Settlement
from treue.act.loyalty.standings import Awarded, Budgets

CHANGING = ["standing", "lines", "points", "qualifying"]
Rules = list[tuple[RuleVersion, RuleSet]]


def reckon(member: Member, *, now: datetime) -> int:
    """Bring a member's points in line with their orders. Returns how many orders changed what they earn."""
    return reckon_all([member], now=now)


def reckon_all(members: Sequence[Member], *, now: datetime, until: datetime | None = None) -> int:
    """Bring the points of members of one programme in line with their orders, of all of them or of none.

    Returns how many orders changed what they earn. The members are locked, and budgets of rules are: up to some hundred
    of them are a transaction of a second. until: as if nothing were known of what was ordered or came back later.
    """
    with transaction.atomic():
        rows = Member.everyone.select_for_update(of=("self",)).select_related("programme__shop").order_by("pk")
        locked = list(rows.filter(pk__in=[each.pk for each in members]))
        if not locked:
            return 0
        rules = in_force(locked[0].programme)
        budgets = Budgets(locked[0].programme, [ruleset for _version, ruleset in rules])
        known, bought = standings.awarded(locked, budgets), buying.by(locked, until=until)
        settlement, changed, more = Settlement(locked, now), 0, []
        for each in known.values():
            found, left = _follow(each, bought.get(each.member.pk, []), rules, settlement)
            changed += found
            more += [(each, order) for order in left]
        if more and settlement.is_asked:
            budgets.hold()
        _put_in(settlement, known.values())
        changed += sum(_give_more(each, order, rules, settlement) for each, order in more)
        _put_in(settlement, known.values())
        budgets.write()
        _write([award for each in known.values() for award in each.to_write()])
        tiering.refresh_all([each for each in locked if each.merged_into_id is None], now=now)
    return changed


def in_force(programme: Programme) -> Rules:
    """The programme's rules, the latest first."""
    versions = RuleVersion.objects.filter(programme=programme).order_by("-valid_from")
    return [(each, documents.read(each.document)) for each in versions]


def _follow(known: Awarded, orders: Sequence[Bought], rules: Rules, settlement: Settlement) -> tuple[int, list[Bought]]:
    """Let orders that earned before earn what they do as they stand, if it is no more. Returns how many changed what
    they earn, and the orders that are left: new ones, and those that earn more."""
    gone, left, changed = dict(known.awards), [], 0
    for bought in orders:
        if known.is_elsewhere(bought.order):
            continue
        award = gone.pop(bought.order, None)
        if award is None:
            left.append(bought)
            continue
        ruleset = _rules_of(award, rules)
        earned = points_of(_of_its_day(known, award, bought.purchase, ruleset), ruleset, standings.read(award.standing))
        if standings.has_limits(ruleset) and _has_grown(award, earned):
            left.append(bought)
        else:
            changed += _settle(known, award, earned, ruleset, settlement)
    for award in gone.values():  # the order is no longer there, or somebody else's
        changed += _settle(known, award, NOTHING, _rules_of(award, rules), settlement)
    return changed, left


def _put_in(settlement: Settlement, known: Iterable[Awarded]) -> None:
    settlement.write()
    for each in known:
        each.let_go(settlement.forgone)


def _give_more(known: Awarded, bought: Bought, rules: Rules, settlement: Settlement) -> int:
    """Returns how many orders changed what they earn: one, or none."""
    award = known.awards.get(bought.order)
    found = _first(known, bought, rules) if award is None else _grown(known, award, bought, rules)
    if found is None:
        return 0
    award, ruleset, earned = found
    known.rise(award, ruleset, earned)
    return _settle(known, award, earned, ruleset, settlement)


def _first(known: Awarded, bought: Bought, rules: Rules) -> tuple[Award, RuleSet, Earned] | None:
    """What an order earns that is looked at for the first time; None where no rules were in force, or they were no
    member then."""
    moment = bought.purchase.moment
    if known.member.merged_into_id is not None or not known.member.earns_at(moment):
        return None
    found = next(((version, rules) for version, rules in rules if version.valid_from <= moment), None)
    if found is None:
        return None
    version, ruleset = found
    if (
        ruleset.currency != bought.purchase.currency
    ):  # the shop's is another by now: new rules have to say what it earns
        return None
    standing = known.standing(ruleset, moment, is_first=bought.is_first)
    award = Award(
        member=known.member,
        order_id=bought.order,
        version=version,
        ordered_at=moment,
        standing=standings.written(standing, _categories(bought.purchase, ruleset)),
        lines=[],
        points=0,
        qualifying=0,
    )
    known.add(award)
    return award, ruleset, points_of(bought.purchase, ruleset, standing)


def _grown(known: Awarded, award: Award, bought: Bought, rules: Rules) -> tuple[Award, RuleSet, Earned]:
    """Of an order that earns more, limits leave as much more as they have left by now; what it had stays."""
    ruleset = _rules_of(award, rules)
    purchase = _of_its_day(known, award, bought.purchase, ruleset)
    standing = known.standing_besides(ruleset, award)
    award.standing = standings.written(standing, award.standing["categories"])
    known.changed(award)
    return award, ruleset, points_of(purchase, ruleset, standing)


def _rules_of(award: Award, rules: Rules) -> RuleSet:
    return next(ruleset for version, ruleset in rules if version.pk == award.version_id)


def _of_its_day(known: Awarded, award: Award, purchase: Purchase, rules: RuleSet) -> Purchase:
    """In the currency of its day, since amounts are not converted when the shop's setting changes, and each product in
    the category of that day; one that was not known is from when it is."""
    then = award.standing["categories"]
    categories = _categories(purchase, rules) | then
    if categories != then:
        award.standing = award.standing | {"categories": categories}
        known.changed(award)
    return with_categories(replace(purchase, currency=rules.currency), categories)


def _categories(purchase: Purchase, rules: RuleSet) -> dict[str, str]:
    """Nothing where they make no difference."""
    return categories_of(purchase) if rules.names_categories else {}


def _has_grown(award: Award, earned: Earned) -> bool:
    """Whether some rule gives more than what limits count of it."""
    had = {each["rule"]: each for each in award.lines}
    nothing = {"points": 0, "qualifying": 0}
    return any(
        line.points > (known := had.get(line.rule, nothing))["points"] or line.qualifying > known["qualifying"]
        for line in earned.lines
    )


def _settle(known: Awarded, award: Award, earned: Earned, rules: RuleSet, settlement: Settlement) -> int:
    settlement.settle(known.member, award, earned)
    known.fall(award, rules, earned)
    if (award.points, award.qualifying) == (earned.points, earned.qualifying):
        return 0
    award.points, award.qualifying = earned.points, earned.qualifying
    known.changed(award)
    return 1


def _write(awards: Sequence[Award]) -> None:
    Award.objects.bulk_create(
        awards,
        update_conflicts=True,
        unique_fields=["member", "order_id"],
        update_fields=CHANGING,
        batch_size=2_000,
    )
