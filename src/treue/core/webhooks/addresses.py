"""Where webhooks may go: out into the world, never into the network that Treue itself stands in.

Whoever may enter an address could otherwise have Treue knock at doors that only its own machine can reach: a database,
a router, the cloud's own metadata. A name is resolved once, right before the connection, and the connection goes to
the very address that was checked; a name that changes its address in between gains nothing. TREUE_WEBHOOK_NETWORKS
opens networks for a receiver that stands beside Treue.
"""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, quote, urlsplit

from django.conf import settings

from treue.core.webhooks.errors import (
    NotEncrypted,
    PortRefused,
    PrivateAddress,
    UnknownHost,
    Unreadable,
    UnusableNetworks,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Sequence[str]]

PORTS = {"https": 443, "http": 80}
FIRST_FREE_PORT = 1024  # below it lie mail, shells and shares, which no receiver of ours speaks
AS_WRITTEN = "/%:@!$&'()*+,;=~-._?"
# Clouds answer there with passwords, also where the network around it was opened.
METADATA = {
    ip_address(each)
    for each in ("169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "fd00:ec2::254")
}
TRANSLATED = ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last four bytes
CLOSED = [
    ip_network(each)
    for each in (
        *(
            "::ffff:0:0:0/96",
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
        ),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16"),
        *("fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
    )
]


@dataclass(frozen=True)
class Target:
    """A readable address. path: with the query, as it stands in a request."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """What the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def read(url: str) -> Target:
    """Take an address apart. Raises Unreadable, PortRefused."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS[parts.scheme]
        host = _host(parts)
    except (ValueError, KeyError) as error:
        raise Unreadable from error
    if parts.username is not None or parts.password is not None or any(letter <= " " for letter in url):
        raise Unreadable
    if port not in PORTS.values() and port < FIRST_FREE_PORT:
        raise PortRefused(port)
    path = quote(parts.path or "/", safe=AS_WRITTEN)
    query = quote(parts.query, safe=AS_WRITTEN)
    return Target(parts.scheme, host, port, f"{path}?{query}" if query else path)


def _host(parts: SplitResult) -> str:
    """As it stands in a request and in a certificate. Raises ValueError (UnicodeError is one)."""
    name = parts.hostname or ""
    host = name if ":" in name else name.rstrip(".").encode("idna").decode("ascii")
    if not host or "%" in host:
        raise ValueError(name)
    return host


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, by the system. Raises OSError."""
    return [found[4][0] for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def checked(target: Target, *, ask: Resolve = resolve, networks: Sequence[Network] | None = None) -> list[Address]:
    """The addresses that a connection may go to, in the system's order.

    One that is closed closes all: who points a name into our network does so with one of several, too. networks: what
    the operator opened; TREUE_WEBHOOK_NETWORKS unless told otherwise. Without encryption only inside these. Raises
    UnknownHost, PrivateAddress, NotEncrypted.
    """
    opened = opened_networks() if networks is None else networks
    found = _resolved(target, ask)
    for address in found:
        if not may_be_called(address, opened):
            raise PrivateAddress(target.host, address)
    if target.scheme != "https" and not all(_in_any(plain(address), opened) for address in found):
        raise NotEncrypted
    return found


def _resolved(target: Target, ask: Resolve) -> list[Address]:
    try:
        found = [ip_address(each.partition("%")[0]) for each in ask(target.host, target.port)]
    except (OSError, UnicodeError) as error:
        raise UnknownHost(target.host) from error
    if not found:
        raise UnknownHost(target.host)
    return list(dict.fromkeys(found))


def may_be_called(address: Address, opened: Sequence[Network] = ()) -> bool:
    """Whether an address lies out in the world, or in a network that the operator opened."""
    meant = plain(address)
    if meant in METADATA:
        return False
    return _in_any(meant, opened) or not (_in_any(meant, CLOSED) or meant.is_multicast or not meant.is_global)


def plain(address: Address) -> Address:
    """The IPv4 address that an IPv6 address wraps, or itself."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped:
        return address.ipv4_mapped
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in TRANSLATED else address


def _in_any(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def opened_networks() -> list[Network]:
    """What TREUE_WEBHOOK_NETWORKS opens. Raises UnusableNetworks."""
    try:
        return [ip_network(each.strip()) for each in settings.WEBHOOK_NETWORKS.split(",") if each.strip()]
    except ValueError as error:
        raise UnusableNetworks from error
