"""How often the page of a webhook looks again by itself: soon at first, then more and more seldom, and not for ever."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict

from treue.core.webhooks.claiming import LEASE
from treue.core.webhooks.models import Delivery

LOOKS = "looks"
FIRST_SECONDS, AT_EACH_PACE, MOST_LOOKS = 3, 5, 20  # 15 s, 30 s, 1 min, 2 min: nearly four minutes in all


@dataclass(frozen=True, slots=True)
class Again:
    url: str
    seconds: int


def again(asked: QueryDict, page: Sequence[Delivery], now: datetime) -> Again | None:
    """None where nothing of what is shown is tried so soon, or the page has looked often enough.

    asked: with how often it looked already. What is under way is due again after the lease.
    """
    given = asked.get(LOOKS, "")
    looks = int(given) if given.isascii() and given.isdigit() and len(given) < 4 else 0
    is_soon = any(each.next_try_at and each.next_try_at <= now + LEASE for each in page)
    if not is_soon or looks >= MOST_LOOKS:
        return None
    address = asked.copy()
    address[LOOKS] = str(looks + 1)
    return Again(f"?{address.urlencode()}", FIRST_SECONDS * 2 ** (looks // AT_EACH_PACE))
