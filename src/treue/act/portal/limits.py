"""How often somebody may ask for codes, try them, and send what costs time."""

from datetime import datetime, timedelta

from treue.act.portal.errors import TooOften
from treue.core.throttling import counting
from treue.core.throttling.counting import Limit

CODES_FROM_A_NETWORK = Limit("portal: codes to an address from a network", 5, timedelta(hours=1))
CODES_TO_AN_ADDRESS = Limit("portal: codes to an address", 20, timedelta(hours=1))
CODES_A_DAY = Limit("portal: codes to an address in a day", 60, timedelta(days=1))
CODES_TO_A_BROWSER = Limit("portal: codes to a browser that was here", 10, timedelta(hours=1))
NEW_ADDRESSES = Limit("portal: new addresses", 5, timedelta(hours=1))
CODES_FROM_A_MACHINE = Limit("portal: codes from a machine", 40, timedelta(minutes=10))  # guests share a shop's line
TRIES_FROM_A_MACHINE = Limit("portal: tries from a machine", 60, timedelta(minutes=10))
SUBMISSIONS = Limit("portal: submissions", 20, timedelta(hours=1))  # photos that are refused cost time, too
COPIES = Limit("portal: copies", 5, timedelta(hours=1))


def count(limit: Limit, who: str, now: datetime) -> None:
    """Count one more. Raises TooOften."""
    seconds = counting.count(limit, who, now=now)
    if seconds:
        raise TooOften(seconds)
