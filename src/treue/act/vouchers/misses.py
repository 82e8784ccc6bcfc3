"""Slow down whoever guesses codes: the unknown ones that a key and an address tried are counted."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from treue.act.vouchers.errors import TooManyMisses
from treue.core.throttling import counting
from treue.core.throttling.counting import Limit

# A shop's server speaks for many customers, who mistype.
OF_A_KEY = Limit("vouchers: misses of a key", 60, timedelta(minutes=1))
FROM_AN_ADDRESS = Limit("vouchers: misses from an address", 30, timedelta(minutes=1))


def require_few(*, key_id: int, address: str, now: datetime) -> None:
    """Raises TooManyMisses before anything is looked up."""
    seconds = max(counting.seconds_to_wait(limit, who, now=now) for limit, who in _whose(key_id, address))
    if seconds:
        raise TooManyMisses(seconds)


def count(*, key_id: int, address: str, misses: int, now: datetime) -> None:
    """Outside the transaction of what was refused, which leaves nothing."""
    for limit, who in _whose(key_id, address):
        counting.count(limit, who, now=now, times=misses)


def _whose(key_id: int, address: str) -> Iterator[tuple[Limit, str]]:
    yield OF_A_KEY, str(key_id)
    yield FROM_AN_ADDRESS, address
