"""Slow down whoever tries links."""

from datetime import datetime, timedelta

from treue.core.throttling import counting
from treue.core.throttling.counting import Limit

OPENED = Limit("referrals: links opened from an address", 30, timedelta(minutes=1))


def may_pass(address: str, *, now: datetime) -> bool:
    """Count a machine that opens a link; whether it is one of its first within a minute."""
    return not counting.count(OPENED, address, now=now)
