"""Who may have a code sent to an address, and how often.

Anybody can ask for a code for anybody's address, so no limit that strangers can use up may keep its owner out:

- A network gets a few codes an hour for one address: whoever asks from elsewhere is not concerned.
- An address gets so many in all that its mailbox is not flooded from many networks.
- A browser in which this address was signed in before has an allowance of its own, and none of the others holds there.
- A code that is on its way stays good, whoever asks for another one elsewhere: asking ends the former code of the same
  browser alone.
"""

import ipaddress
from datetime import datetime

from treue.act.portal import browsers, limits
from treue.core.shop.models import Shop


def count(*, shop: Shop, email: str, machine: str, browser: str, now: datetime) -> None:
    """browser: its cookie, "" for none. Raises TooOften."""
    number = browsers.known(browser, shop, email)
    if number:
        limits.count(limits.CODES_TO_A_BROWSER, number, now)
        return
    limits.count(limits.CODES_FROM_A_MACHINE, machine, now)
    address = f"{shop.pk} {email}"
    limits.count(limits.CODES_FROM_A_NETWORK, f"{network(machine)} {address}", now)
    limits.count(limits.CODES_TO_AN_ADDRESS, address, now)
    limits.count(limits.CODES_A_DAY, address, now)


def network(machine: str) -> str:
    """What one household or one who moves from address to address is likely to have: a /24, or a /56 of IPv6."""
    try:
        address = ipaddress.ip_address(machine)
    except ValueError:
        return machine
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 56), strict=False))
