"""Where a call came from, in as few words as analysis needs: a shortened address, the kind of device."""

import re
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

KEPT_BITS = {4: 24, 6: 48}
BOT = re.compile(r"bot\b|crawl|spider|slurp|headless|lighthouse|preview|monitor", re.IGNORECASE)
TABLET = re.compile(r"ipad|tablet|kindle|silk/|playbook|android(?!.*mobile)", re.IGNORECASE)
MOBILE = re.compile(r"mobi|iphone|ipod|android|phone", re.IGNORECASE)
BROWSER = re.compile(r"mozilla/|opera/", re.IGNORECASE)


@lru_cache(maxsize=8192)
def shortened(address: str) -> str | None:
    """The network of an address: its first 24 bits (IPv4) or 48 (IPv6), the rest zero. None where it is none."""
    try:
        whole = ip_address(address.strip())
    except ValueError:
        return None
    if isinstance(whole, IPv6Address) and whole.ipv4_mapped is not None:
        whole = whole.ipv4_mapped
    network = IPv4Network if whole.version == 4 else IPv6Network
    return str(network((int(whole), KEPT_BITS[whole.version]), strict=False).network_address)


@lru_cache(maxsize=8192)
def device(user_agent: str) -> str | None:
    """ "bot", "tablet", "mobile" or "desktop"; None for what is no browser, such as a library on a server."""
    kinds = (("bot", BOT), ("tablet", TABLET), ("mobile", MOBILE), ("desktop", BROWSER))
    return next((kind for kind, pattern in kinds if pattern.search(user_agent)), None)
