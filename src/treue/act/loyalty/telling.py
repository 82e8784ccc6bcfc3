"""Events of the log that tell of members' deeds, and points for them.

Anybody can read the write key of a browser's source and send with it what they like, so what a browser tells earns
nothing, nor what is told of a visitor: an event earns where a source that keeps its key secret names the customer by
the shop's own number. Treue's own events are no deeds: points would earn points.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from treue.act.loyalty import awarding, deeds, membership
from treue.act.loyalty.awarding import Rules
from treue.act.loyalty.earning.purchases import Deed
from treue.act.loyalty.earning.rules import DeedKind, RuleSet
from treue.act.loyalty.errors import NoSuchMember
from treue.act.loyalty.models import Member, RuleVersion
from treue.act.loyalty.models.deeds import LONGEST_REFERENCE
from treue.core.customers.models import Customer
from treue.core.events.happened import Happened
from treue.core.events.models import Source
from treue.listen.tracking import known_as

STANDARD = {
    "Product Reviewed": DeedKind.REVIEW,
    "Survey Completed": DeedKind.SURVEY,
    "Store Visited": DeedKind.VISIT,
    "Profile Completed": DeedKind.PROFILE_COMPLETED,
}


def reward(events: Sequence[Happened], now: datetime) -> None:
    """Give the points of the deeds among events of any shops."""
    telling = _believed(_named(events))
    members = _members(telling)
    held = _held(sorted({pk for pks in members.values() for pk in pks}))
    rules: dict[int, Rules] = {}
    for event in sorted(telling, key=lambda each: (each.shop_id, each.seq)):
        member = next((held[pk] for pk in members.get((event.shop_id, event.customer), ()) if pk in held), None)
        if member is None:
            continue
        if member.programme_id not in rules:
            rules[member.programme_id] = awarding.in_force(member.programme)
        deed = deed_of(event, deeds.rules_at(rules[member.programme_id], event.occurred_at))
        if deed is not None:
            key, reference = f"event {event.message_id}", reference_of(event)
            deeds.give(member=member, deed=deed, key=key, reference=reference, now=now)


def deed_of(event: Happened, rules: RuleSet | None) -> Deed | None:
    """What an event says was done by the rules of its moment: one of the shop's own, where a rule names it so."""
    if rules is None:
        return None
    if any(each.event == event.name for each in rules.for_deeds):
        return Deed(DeedKind.EVENT, event.occurred_at, event.name)
    kind = STANDARD.get(event.name)
    return Deed(kind, event.occurred_at) if kind is not None else None


def reference_of(event: Happened) -> str:
    """The shop's own number of the deed, as the API takes it; "" where the event has none that the API would take."""
    said = event.facts.get("reference")
    if type(said) not in (str, int):
        return ""
    reference = str(said).strip()
    return reference if len(reference) <= LONGEST_REFERENCE else ""


def _named(events: Sequence[Happened]) -> list[Happened]:
    """Those of a customer of whose name some rule of the shop's ever said something; for nearly all, that is all that
    is asked."""
    ours = [each for each in events if each.customer is not None]
    versions = RuleVersion.objects.filter(programme__shop__in={each.shop_id for each in ours})
    names: dict[int, set[str]] = {}
    for shop, document in versions.values_list("programme__shop", "document"):
        names.setdefault(shop, set()).update(_names(document))
    return [each for each in ours if each.name in names.get(each.shop_id, ())]


def _names(document: Mapping) -> Collection[str]:
    told = [each for each in document["rules"] if each["kind"] == "for_deed"]
    kinds = {each["deed"] for each in told}
    own = {each["event"] for each in told if each.get("event")}
    return own | {name for name, kind in STANDARD.items() if kind in kinds}


def _believed(events: Sequence[Happened]) -> list[Happened]:
    if not events:
        return []
    kinds = known_as.kinds({each.shop_id for each in events})
    told = [
        each
        for each in events
        if kinds.get((each.shop_id, each.source)) == Source.Kind.SERVER and each.source != membership.SOURCE
    ]
    named = set(Customer.everyone.filter(pk__in={each.person for each in told}).values_list("pk", flat=True))
    return [each for each in told if each.person in named]


def _members(events: Sequence[Happened]) -> dict[tuple[int, int], list[int]]:
    """By shop and customer: the membership that stands."""
    found: dict[tuple[int, int], list[int]] = {}
    members = Member.objects.filter(customer__in={each.customer for each in events})
    for pk, shop, customer in members.values_list("pk", "programme__shop", "customer"):
        found.setdefault((shop, customer), []).append(pk)
    return found


def _held(members: Sequence[int]) -> dict[int, Member]:
    """All of them before anything of the first is written: who reckons holds members before budgets."""
    membership.hold_customers(members)
    held = {}
    for pk in members:
        try:
            held[pk] = membership.hold(pk)
        except NoSuchMember:  # erased meanwhile
            continue
    return held
