"""What a member's tier follows from, besides the rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Points:
    """Qualifying points, fewer than none where they were taken back.

    at: when they count. What a refund takes back counts at the moment of what it takes back, as with orders:
    the year of the purchase loses it, not the year of the refund.
    """

    at: datetime
    points: int


@dataclass(frozen=True, slots=True)
class Order:
    """amount: without what was refunded until now, in the shop's currency. at: when it was ordered."""

    at: datetime
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Grant:
    """A level given by hand, such as the match of a status elsewhere, from `at` up to, not including, `until`.

    reason: a short code.
    """

    level: str
    at: datetime
    until: datetime
    reason: str = ""


@dataclass(frozen=True)
class Facts:
    """Everything known of one member, in any order.

    joined_at: nobody has a tier before it; None: since the rules began. What was bought before it counts.
    """

    points: Sequence[Points] = ()
    orders: Sequence[Order] = ()
    grants: Sequence[Grant] = ()
    joined_at: datetime | None = None
