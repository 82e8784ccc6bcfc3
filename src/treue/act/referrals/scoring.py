"""How much a referral looks like one of somebody to themselves: signals, each with its weight.

None of them blocks anything: a family has one telephone. The sum says whether a colleague looks first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

HIGHEST = 100
SAME_CUSTOMER, SAME_EMAIL, SAME_PHONE, SAME_CARD = "same_customer", "same_email", "same_phone", "same_card"
SAME_DEVICE, SAME_HOUSEHOLD, RING = "same_device", "same_household", "ring"
BURST, AT_MINIMUM, RETURNS = "burst", "at_minimum", "returns"

WEIGHTS = {
    SAME_CUSTOMER: 100,
    SAME_EMAIL: 60,
    SAME_CARD: 60,
    SAME_DEVICE: 50,
    SAME_PHONE: 50,
    RING: 50,
    BURST: 30,
    RETURNS: 30,
    AT_MINIMUM: 20,
    SAME_HOUSEHOLD: 20,
}
BURST_OF, BURST_WITHIN = 5, timedelta(hours=1)
FEWEST_ORDERS = 3  # fewer say nothing of a habit
CLOSE_TO_MINIMUM = Decimal("1.05")
MANY_RETURNS = Decimal("0.4")
# Where dots in front of the @ mean nothing; a tag behind + or - means nothing nearly everywhere.
WITHOUT_DOTS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}


@dataclass(frozen=True)
class Person:
    """What is known of one of the two. emails: in small letters; phones: E.164; devices: anonymous ids."""

    customer: int
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    cards: frozenset[str] = frozenset()
    devices: frozenset[str] = frozenset()
    surname: str = ""
    city: str = ""


@dataclass(frozen=True)
class Bought:
    """An order of a friend of the advocate. minimum: of its referral. returned: of the amount."""

    amount: Decimal
    returned: Decimal
    minimum: Decimal


@dataclass(frozen=True)
class Facts:
    """came_by: the customers by whom the advocate came, whoever brought those, and so on, the nearest first. bound_at:
    when this friend came; others: when the advocate's other friends did. orders: of all friends of the advocate."""

    advocate: Person
    friend: Person
    came_by: Sequence[int] = ()
    bound_at: datetime | None = None
    others: Sequence[datetime] = ()
    orders: Sequence[Bought] = ()


@dataclass(frozen=True)
class Reason:
    """count: of what the sentence says, where it counts."""

    signal: str
    weight: int
    count: int = 0


@dataclass(frozen=True)
class Score:
    points: int
    reasons: tuple[Reason, ...]


def score(facts: Facts) -> Score:
    """The sum of what speaks against a referral, at most 100; the heaviest reason first."""
    reasons = sorted(_reasons(facts), key=lambda each: (-each.weight, each.signal))
    return Score(min(HIGHEST, sum(each.weight for each in reasons)), tuple(reasons))


def root(email: str) -> str:
    """Who gets the mail, whatever tag stands behind the name: "anna+tea@x.de" and "anna@x.de" are one."""
    name, _at, domain = email.strip().casefold().rpartition("@")
    domain = WITHOUT_DOTS.get(domain, domain)
    name = name.partition("+")[0]
    return f"{name.replace('.', '') if domain in WITHOUT_DOTS else name}@{domain}"


def _reasons(facts: Facts) -> list[Reason]:
    advocate, friend = facts.advocate, facts.friend
    is_same = {
        SAME_CUSTOMER: advocate.customer == friend.customer,
        SAME_EMAIL: not {*map(root, advocate.emails)}.isdisjoint(map(root, friend.emails)),
        SAME_PHONE: not advocate.phones.isdisjoint(friend.phones),
        SAME_CARD: not advocate.cards.isdisjoint(friend.cards),
        SAME_DEVICE: not advocate.devices.isdisjoint(friend.devices),
        SAME_HOUSEHOLD: _is_household(advocate, friend),
    }
    found = [Reason(signal, WEIGHTS[signal]) for signal, is_so in is_same.items() if is_so]
    return [*found, *_ring(facts), *_burst(facts), *_habits(facts.orders)]


def _is_household(one: Person, other: Person) -> bool:
    has_facts = bool(one.surname and one.city)
    return has_facts and (one.surname, one.city) == (other.surname, other.city)


def _ring(facts: Facts) -> list[Reason]:
    """The friend brought the advocate, or whoever brought them."""
    if facts.friend.customer not in facts.came_by:
        return []
    return [Reason(RING, WEIGHTS[RING], count=list(facts.came_by).index(facts.friend.customer) + 2)]


def _burst(facts: Facts) -> list[Reason]:
    if facts.bound_at is None:
        return []
    near = 1 + sum(abs(each - facts.bound_at) < BURST_WITHIN for each in facts.others)
    return [Reason(BURST, WEIGHTS[BURST], count=near)] if near >= BURST_OF else []


def _habits(orders: Sequence[Bought]) -> list[Reason]:
    if len(orders) < FEWEST_ORDERS:
        return []
    found = []
    if all(each.minimum > 0 and each.amount <= each.minimum * CLOSE_TO_MINIMUM for each in orders):
        found.append(Reason(AT_MINIMUM, WEIGHTS[AT_MINIMUM], count=len(orders)))
    bought, returned = sum(each.amount for each in orders), sum(each.returned for each in orders)
    if bought > 0 and returned / bought >= MANY_RETURNS:
        found.append(Reason(RETURNS, WEIGHTS[RETURNS], count=round(100 * returned / bought)))
    return found
