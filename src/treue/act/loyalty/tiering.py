"""A member's tier as it follows from their orders, the ledger and the rules; kept on their row for pages and rules."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from treue.act.loyalty import families, qualifying
from treue.act.loyalty.days import begin_of, day_of
from treue.act.loyalty.models import Member, Programme, TierGrant, TierVersion
from treue.act.loyalty.tiers import Facts, Grant, Level, Order, Points, Rules, RuleVersion, Standing, as_json, standing
from treue.core.events.log import Happening, record

TIER_CHANGED, SOURCE = "Tier Changed", "treue"
NOBODY = Standing()
AT_ONCE = 200
KEPT = ["tier", "tier_since", "tier_until", "tier_changes_at"]


@dataclass(frozen=True)
class Rank:
    """Where a member stands, and by which rules of the day; none while the programme has no tiers."""

    standing: Standing = NOBODY
    version: RuleVersion | None = None

    @property
    def code(self) -> str:
        return self.standing.level.code if self.standing.level else ""


def rank_of(member: Member, at: datetime) -> Rank:
    """What pages ask for once, and pass on."""
    return _rank(member, at, lambda: facts_of(member))


def rank_in(family: Sequence[Member], given: Sequence[TierGrant], at: datetime) -> Rank:
    """The same where all memberships are at hand, the one that stands last, and all that was given to them by hand."""
    member = family[-1]
    return _rank(member, at, lambda: _facts({member.pk: family}, given)[member.pk])


def _rank(member: Member, at: datetime, facts: Callable[[], Facts]) -> Rank:
    rules = rules_of(member.programme)
    return Rank(_standing(member, rules, at, facts), _of_the_day(rules, member.programme, at))


def rules_on(programme: Programme, at: datetime) -> RuleVersion | None:
    """Those of the day; None while there are no tiers."""
    return _of_the_day(rules_of(programme), programme, at)


def _of_the_day(rules: Rules | None, programme: Programme, at: datetime) -> RuleVersion | None:
    return rules.on(day_of(at, programme.shop.tz)) if rules else None


def rules_of(programme: Programme) -> Rules | None:
    """None while the programme has no tiers."""
    documents = TierVersion.objects.filter(programme=programme).values_list("document", flat=True)
    return Rules([as_json.read(each) for each in documents]) if documents else None


def level_of(member: Member, rules: Rules | None, at: datetime) -> Level | None:
    """The tier that is kept on a member's row, as the rules of the day say it; None for none."""
    version = _of_the_day(rules, member.programme, at) if member.tier else None
    return version.level(version.index(member.tier)) if version else None


def standing_of(member: Member, rules: Rules | None, at: datetime) -> Standing:
    """Where a member stands at a moment, as everything that is known today says it."""
    return _standing(member, rules, at, lambda: facts_of(member))


def _standing(member: Member, rules: Rules | None, at: datetime, facts: Callable[[], Facts]) -> Standing:
    if rules is None or member.left_at is not None:
        return NOBODY
    return standing(facts(), rules, at, member.programme.shop.tz)


def facts_of(member: Member) -> Facts:
    return facts_of_all([member])[member.pk]


def facts_of_all(members: Sequence[Member]) -> dict[int, Facts]:
    """By the member's number, of memberships that stand. Qualifying points count when their order was made; what is
    taken back, where it had counted.
    """
    family = families.whole(members)
    numbers = [each.pk for ours in family.values() for each in ours]
    return _facts(family, TierGrant.objects.filter(member__in=numbers))


def _facts(family: Mapping[int, Sequence[Member]], given: Iterable[TierGrant]) -> dict[int, Facts]:
    """family: by the number of the membership that stands, which is the last."""
    points: dict[int, list[Points]] = defaultdict(list)
    stands = {each.pk: member for member, ours in family.items() for each in ours}
    counted = qualifying.entries_that_count().filter(member__in=stands)
    for member, *point in counted.values_list("member", "at", "amount"):
        points[stands[member]].append(Points(*point))
    orders: dict[int, list[Order]] = defaultdict(list)
    left = qualifying.orders_that_count().filter(customer__in=[ours[-1].customer_id for ours in family.values()])
    for customer, *order in left.values_list("customer", "ordered_at", F("amount") - F("refunded_amount")):
        orders[customer].append(Order(*order))
    grants: dict[int, list[Grant]] = defaultdict(list)
    for each in given:
        until = min(each.valid_until, each.ended_at or each.valid_until)
        grants[stands[each.member_id]].append(Grant(each.level, each.valid_from, until, each.reason))
    joined = {member: min(each.joined_at for each in ours) for member, ours in family.items()}
    return {
        number: Facts(points[number], orders[ours[-1].customer_id], grants[number], joined[number])
        for number, ours in family.items()
    }


def refresh(member: Member, *, now: datetime) -> bool:
    """Keep what follows of a member whose row is locked, and tell of a change. Returns whether the tier changed."""
    return refresh_all([member], now=now) > 0


def refresh_all(members: Sequence[Member], *, now: datetime) -> int:
    """As `refresh`, of members of one programme. Returns of how many the tier changed."""
    if not members:
        return 0
    programme = members[0].programme
    rules = rules_of(programme)
    taking_part = [each for each in members if each.left_at is None] if rules else []
    facts = facts_of_all(taking_part)
    changed, told = [], []
    for each in members:
        found = standing(facts[each.pk], rules, now, programme.shop.tz) if each.pk in facts else NOBODY
        former, before = each.tier, _kept(each)
        _keep(each, found, _next_change(found, rules, each, now))
        if before != _kept(each):
            changed.append(each)
        if each.tier != former:
            told.append(_happening(each, former, found, now))
    Member.objects.bulk_update(changed, KEPT)
    record(programme.shop, told)
    return len(told)


def _kept(member: Member) -> tuple[object, ...]:
    return tuple(getattr(member, name) for name in KEPT)


def _keep(member: Member, found: Standing, changes_at: datetime | None) -> None:
    code = found.level.code if found.level else ""
    member.tier, member.tier_since, member.tier_until = code, found.since if code else None, found.valid_until
    member.tier_changes_at = changes_at


def refresh_due(programme: Programme, *, at: datetime, most: int) -> int:
    """Reckon tiers anew whose term is over, of `most` members at most. Returns of how many; 0 at the end."""
    due = Member.objects.filter(programme=programme, tier_changes_at__lte=at).order_by("tier_changes_at", "pk")
    numbers = list(due.values_list("pk", flat=True)[:most])
    for begin in range(0, len(numbers), AT_ONCE):
        with transaction.atomic():
            rows = Member.objects.select_for_update(of=("self",)).select_related("programme__shop").order_by("pk")
            refresh_all(list(rows.filter(pk__in=numbers[begin : begin + AT_ONCE])), now=at)
    return len(numbers)


def _next_change(found: Standing, rules: Rules | None, member: Member, now: datetime) -> datetime | None:
    """When time alone may change it: a term or its grace ends, or other rules begin."""
    if rules is None or member.left_at is not None:
        return None
    zone = member.programme.shop.tz
    begins = [begin_of(version.valid_from, zone) for version in rules.after(day_of(now, zone))]
    moments = [each for each in (found.valid_until, found.grace_until, *begins) if each is not None and each > now]
    return min(moments, default=None)


def _happening(member: Member, former: str, found: Standing, now: datetime) -> Happening:
    code = found.level.code if found.level else None
    return Happening(
        message_id=f"tier {member.pk} {former or '-'} {code or '-'} {now.isoformat()}",
        name=TIER_CHANGED,
        person=member.customer_id,
        source=SOURCE,
        occurred_at=now,
        facts={"member": member.pk, "from": former or None, "to": code, "reason": found.reason and found.reason.value},
    )
