"""Reckoning as it reads: one member and one order at a time, each question put to the database when it comes up."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet, Sum

from treue.act.loyalty import expiry, ledger, tiering
from treue.act.loyalty.buying import Bought
from treue.act.loyalty.earning import documents
from treue.act.loyalty.earning.earned import NOTHING, Earned
from treue.act.loyalty.earning.evaluation import day_of, points_of
from treue.act.loyalty.earning.purchases import Item, Purchase, categories_of
from treue.act.loyalty.earning.rules import Period, RuleSet
from treue.act.loyalty.earning.standing import Limit, Standing
from treue.act.loyalty.ledger import Earning
from treue.act.loyalty.models import Award, Budget, Entry, Journal, Kind, Lot, Member, RuleVersion, Wallet
from treue.act.loyalty.standings import has_limits, read, written
from treue.core.commerce.models import Order
from treue.understand.segments import reading as segments

REASON, REFUNDED = "order", "order changed"
Rules = list[tuple[RuleVersion, RuleSet]]
Counts = dict[Limit, int]
Given = Mapping[Limit, int]
Line = dict[str, object]
Fall = tuple[Member, Award, RuleSet, list[Line]]

LINES = """
select o.id, o.number, o.ordered_at, s.currency, not exists (
        select from commerce_order e
        where e.customer_id = o.customer_id and (e.ordered_at, e.id) < (o.ordered_at, o.id)
            and e.amount > 0 and e.amount > e.refunded_amount
            and (e.refunded_units = 0 or e.units > e.refunded_units)),
    l.amount, l.quantity, coalesce(p.code, ''), coalesce(p.category, ''), coalesce(t.amount, 0), coalesce(t.units, 0),
    exists (select from shop_nonproduct n where n.shop_id = o.shop_id and upper(n.code) = upper(p.code))
from commerce_order o
join shop_shop s on s.id = o.shop_id
join commerce_orderline l on l.order_id = o.id
left join commerce_product p on p.id = l.product_id
left join (
    select m.order_id, m.ordinal, sum(m.amount) as amount, sum(m.units) as units
    from commerce_refundmatch m join commerce_order o on o.id = m.order_id where o.customer_id = %s
    group by m.order_id, m.ordinal) t on t.order_id = o.id and t.ordinal = l.ordinal
where o.customer_id = %s and o.ordered_at >= %s
order by o.ordered_at, o.id, l.ordinal"""


class Had(NamedTuple):
    """What the ledger gave for an order and did not take back."""

    points: int = 0
    qualifying: int = 0


def reckon_all(members: Sequence[Member], *, now: datetime) -> None:
    """Bring members' points in line with their orders: what comes back of all of them, then what each gets."""
    for step in (_take_what_came_back, _give_more):
        with transaction.atomic():
            falling = [each for member in members for each in step(_locked(member), now)]
            for each in falling:
                _let_go(*each)
    for member in members:
        tiering.refresh(_locked(member), now=now)


def _locked(member: Member) -> Member:
    rows = Member.objects.select_for_update(of=("self",)).select_related("programme__shop")
    with transaction.atomic():
        return rows.get(pk=member.pk)


def _take_what_came_back(member: Member, now: datetime) -> list[Fall]:
    """Of orders that earned before and earn no more than that now, or are gone."""
    by_version = {version.pk: ruleset for version, ruleset in in_force(member)}
    awards, given = _awards(member), _given(member)
    falling = []
    for bought in bought_by(member):
        award = awards.pop(bought.order, None)
        if award is None or _grows(award, bought, rules := by_version[award.version_id]):
            continue
        earned = _of_its_day(bought, rules, read(award.standing))
        _settle(member, award, earned, given, now)
        falling.append((member, award, rules, _lines(earned)))
    for gone in awards.values():  # the order is no longer there, or somebody else's
        _settle(member, gone, NOTHING, given, now)
        falling.append((member, gone, by_version[gone.version_id], []))
    return falling


def _give_more(member: Member, now: datetime) -> list[Fall]:
    """Of orders that are new, or earn more by some rule: by another it may be less."""
    rules, awards, given = in_force(member), _awards(member), _given(member)
    by_version = {version.pk: ruleset for version, ruleset in rules}
    falling = []
    for bought in bought_by(member):
        award = awards.get(bought.order)
        if award is None:
            award = _first(member, bought, rules)
        elif _grows(award, bought, by_version[award.version_id]):
            standing = besides(member, by_version[award.version_id], award)
            award.standing = written(standing, award.standing["categories"])
        else:
            continue
        if award is not None:
            ruleset = by_version[award.version_id]
            earned = _of_its_day(bought, ruleset, read(award.standing))
            _rise(member, award, ruleset, _lines(earned))
            _settle(member, award, earned, given, now)
            falling.append((member, award, ruleset, _lines(earned)))
    return falling


def _awards(member: Member) -> dict[int, Award]:
    return {each.order_id: each for each in Award.objects.filter(member=member).order_by("ordered_at", "order_id")}


def _of_its_day(bought: Bought, rules: RuleSet, standing: Standing) -> Earned:
    """In the currency of its day: amounts are not converted when the shop's setting changes."""
    return points_of(replace(bought.purchase, currency=rules.currency), rules, standing)


def _grows(award: Award, bought: Bought, rules: RuleSet) -> bool:
    """Whether some rule gives more than what limits count of it."""
    if not has_limits(rules):
        return False
    known = {each["rule"]: each for each in award.lines}
    nothing = {"points": 0, "qualifying": 0}
    return any(
        line.points > (had := known.get(line.rule, nothing))["points"] or line.qualifying > had["qualifying"]
        for line in _of_its_day(bought, rules, read(award.standing)).lines
    )


def _rise(member: Member, award: Award, rules: RuleSet, lines: list[Line]) -> None:
    """What it had by a rule stays until it is taken back."""
    before = {each["rule"]: each for each in award.lines}
    after = dict(before)
    for line in lines:
        had = before.get(line["rule"], line)
        after[line["rule"]] = line | {name: max(line[name], had[name]) for name in ("points", "qualifying")}
    _count(member, award, rules, list(after.values()))


def _let_go(member: Member, award: Award, rules: RuleSet, lines: list[Line]) -> None:
    """What the ledger could not take back of an order stays taken of limits, by the first of its rules."""
    forgone = _lots(member, award.order_id).aggregate(forgone=Sum("forgone"))["forgone"] or 0
    after = {each["rule"]: dict(each) for each in lines}
    for each in award.lines:
        line = after.setdefault(each["rule"], each | {"points": 0, "qualifying": 0})
        more = max(0, min(forgone, each["points"] - line["points"]))
        line["points"] += more
        forgone -= more
    named = {each["rule"] for each in lines}
    _count(member, award, rules, [each for rule, each in after.items() if rule in named or each["points"]])


def _count(member: Member, award: Award, rules: RuleSet, lines: list[Line]) -> None:
    has, had = _own(lines, "points"), _own(award.lines, "points")
    for rule in _with_budget(rules):
        Budget.objects.filter(programme=member.programme_id, rule=rule).update(given=F("given") + has[rule] - had[rule])
    award.lines = lines
    Award.objects.filter(member=member, order_id=award.order_id).update(standing=award.standing, lines=lines)


def in_force(member: Member) -> Rules:
    """The programme's rules, the latest first."""
    versions = RuleVersion.objects.filter(programme=member.programme_id).order_by("-valid_from")
    return [(each, documents.read(each.document)) for each in versions]


def _first(member: Member, bought: Bought, rules: Rules) -> Award | None:
    """What an order earned when it is looked at for the first time; None where no rules were in force, or they were no
    member then."""
    moment = bought.purchase.moment
    if not member.earns_at(moment):
        return None
    found = next(((version, rules) for version, rules in rules if version.valid_from <= moment), None)
    if found is None:
        return None
    version, ruleset = found
    if (
        ruleset.currency != bought.purchase.currency
    ):  # the shop's is another by now: new rules have to say what it earns
        return None
    standing = standing_of(member, ruleset, moment, is_first=bought.is_first)
    return Award.objects.create(
        member=member,
        order_id=bought.order,
        version=version,
        ordered_at=moment,
        standing=written(standing, categories_of(bought.purchase) if ruleset.names_categories else {}),
        lines=[],
        points=0,
        qualifying=0,
    )


def _lines(earned: Earned) -> list[Line]:
    return [{"rule": line.rule, "points": line.points, "qualifying": line.qualifying} for line in earned.lines]


def _given(member: Member) -> Mapping[int, Had]:
    """By order. What a refund could not get counts as taken: it is not asked for again."""
    lots = _earned_lots(member).filter(journal__order_id__isnull=False)
    sums = lots.values("journal__order_id").annotate(
        points=Sum(F("granted") - F("taken_back") - F("forgone")),
        left=Sum(F("qualifying") - F("qualifying_taken_back")),
    )
    return {each["journal__order_id"]: Had(each["points"], each["left"]) for each in sums}


def _settle(member: Member, award: Award, earned: Earned, given: Mapping[int, Had], now: datetime) -> None:
    had = given.get(award.order_id, Had())
    points, qualifying = earned.points - had.points, earned.qualifying - had.qualifying
    if points < 0 or qualifying < 0:
        _take_back(member, award.order_id, max(0, -points), max(0, -qualifying), now)
    if points > 0 or qualifying > 0:
        _give(member, award, max(0, points), max(0, qualifying), now)
    Award.objects.filter(member=member, order_id=award.order_id).update(
        points=earned.points, qualifying=earned.qualifying
    )


def _give(member: Member, award: Award, points: int, qualifying: int, now: datetime) -> None:
    """Pending until the end of the day on which the order can be returned last."""
    programme = member.programme
    last_day = award.ordered_at.astimezone(programme.shop.tz).date() + timedelta(days=programme.return_days)
    until = datetime.combine(last_day + timedelta(days=1), time.min, programme.shop.tz)
    is_pending = points > 0 and programme.return_days > 0
    earning = Earning(
        member=member.pk,
        points=points,
        qualifying=qualifying,
        key=_key(member, award.order_id, Kind.EARN),
        at=award.ordered_at,
        reason=REASON,
        available_from=until if is_pending else None,
        expires_at=expiry.expires_at(
            expiry.read(programme.expiry), until if is_pending else award.ordered_at, None, programme.shop.tz
        ),
        order_id=award.order_id,
    )
    ledger.earn(programme, [earning])


def _take_back(member: Member, order: int, points: int, qualifying: int, now: datetime) -> None:
    """The latest first, where an order earned more than once because it grew."""
    for lot in _lots(member, order):
        left = Had(lot.granted - lot.taken_back - lot.forgone, lot.qualifying - lot.qualifying_taken_back)
        part = Had(min(points, left.points), min(qualifying, left.qualifying))
        if part == Had():
            continue
        ledger.take_back(
            member.programme,
            lot.journal_id,
            total=lot.taken_back + lot.forgone + part.points,
            qualifying_total=lot.qualifying_taken_back + part.qualifying,
            key=_key(member, order, Kind.TAKE_BACK),
            at=now,
            reason=REFUNDED,
            order_id=order,
        )
        points, qualifying = points - part.points, qualifying - part.qualifying


def _lots(member: Member, order: int) -> QuerySet[Lot]:
    return _earned_lots(member).filter(journal__order_id=order).order_by("-pk")


def _earned_lots(member: Member) -> QuerySet[Lot]:
    return Lot.objects.filter(member=member, journal__in=_journals(member), journal__kind=Kind.EARN)


def _journals(member: Member) -> QuerySet[Entry]:
    """The numbers of a member's journals, by the index of their entries: journals and lots have none of members."""
    return Entry.objects.filter(member=member, member__gt=0).exclude(wallet=Wallet.HELD).values("journal")


def _key(member: Member, order: int, kind: Kind) -> str:
    """The next of its kind: the member is locked, so nobody else takes the same."""
    said = Journal.objects.filter(pk__in=_journals(member), order_id=order, kind=kind).count()
    return f"{kind.name} {member.pk} {order} {said + 1}"


# What a member bought


def bought_by(member: Member) -> list[Bought]:
    """What a member bought since they first joined, refunds known by now taken off; the earliest first."""
    with connection.cursor() as cursor:
        cursor.execute(LINES, [member.customer_id, member.customer_id, member.joined_at])
        return [_bought(order, list(rows)) for order, rows in groupby(cursor.fetchall(), key=itemgetter(0))]


def _bought(order: int, rows: list[tuple]) -> Bought:
    _id, number, moment, currency, is_first, *_line = rows[0]
    return Bought(order, Purchase(number, moment, currency, [Item(*row[5:]) for row in rows]), is_first)


# Where a member stands


def standing_of(member: Member, rules: RuleSet, moment: datetime, *, is_first: bool) -> Standing:
    """As of today: tier and segment are those that were found last, and of two orders that were each the first when
    they became known, the one that was told first is it.
    """
    found = segments.of(member.customer)
    given, qualified = _counted(member, rules, day_of(moment, rules))
    return Standing(
        tier=member.tier,
        segments=frozenset([found.group] if found else []),
        is_first_purchase=is_first and not _has_first(member),
        given=given | _budgets(member, rules),
        qualified=qualified,
    )


def besides(member: Member, rules: RuleSet, award: Award) -> Standing:
    """As of today, for an order that was reckoned before: limits leave what others did not take, and what it has."""
    former = read(award.standing)
    today = standing_of(member, rules, award.ordered_at, is_first=False)
    given, qualified = _own(award.lines, "points"), _own(award.lines, "qualifying")
    return replace(
        former,
        given=_without(today.given, given, former.given, rules),
        qualified=_without(today.qualified, qualified, former.qualified, rules),
    )


def _own(lines: Sequence[Mapping], name: str) -> Counter[str]:
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


def _counted(member: Member, rules: RuleSet, day: date) -> tuple[Counts, Counts]:
    """What the member got by each rule, and by all, within the spans that limits count."""
    own = [Limit(rule.name, period) for rule in rules.rules for period, _most in rule.own_limits]
    common = [Limit("", period) for period, _most in rules.common_limits]
    limits = [each for each in (*own, *common) if each.period is not Period.BUDGET]
    given, qualified = dict.fromkeys(limits, 0), dict.fromkeys(limits, 0)
    for moment, lines in _counting(member).values_list("ordered_at", "lines") if limits else []:
        when = day_of(moment, rules)
        for limit in limits:
            if _is_within(when, day, limit.period):
                counting = [line for line in lines if limit.rule in ("", line["rule"])]
                given[limit] += sum(line["points"] for line in counting)
                qualified[limit] += sum(line["qualifying"] for line in counting)
    return given, qualified


def _has_first(member: Member) -> bool:
    return Award.objects.filter(member=member, standing__is_first_purchase=True, points__gt=0).exists()


def _counting(member: Member) -> QuerySet[Award]:
    """Of orders that are still theirs: an import that was undone and comes again finds its limits as they were."""
    theirs = Order.objects.filter(pk=OuterRef("order_id"), customer=member.customer_id)
    return Award.objects.filter(Exists(theirs), member=member)


def _is_within(when: date, day: date, period: Period) -> bool:
    if period is Period.DAY:
        return when == day
    return period is Period.IN_ALL or (when.year, when.month) == (day.year, day.month)


def _budgets(member: Member, rules: RuleSet) -> Counts:
    """Held to the end of the transaction, so that two members do not get the same rest."""
    names = sorted(_with_budget(rules))
    if not names:
        return {}
    Budget.objects.bulk_create([Budget(programme=member.programme, rule=name) for name in names], ignore_conflicts=True)
    rows = Budget.objects.select_for_update().filter(programme=member.programme_id, rule__in=names).order_by("rule")
    return {Limit(each.rule, Period.BUDGET): each.given for each in rows}


def _with_budget(rules: RuleSet) -> set[str]:
    return {rule.name for rule in rules.rules if any(period is Period.BUDGET for period, _most in rule.own_limits)}
