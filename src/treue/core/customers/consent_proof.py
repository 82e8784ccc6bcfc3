"""What a source knows about how a consent came about, as it is kept."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

KEPT_OF_IPV4, KEPT_OF_IPV6 = 24, 48


@dataclass(frozen=True)
class Proof:
    """confirmed_at: when the person confirmed, where that happened outside of Treue. ip: of the device, whole or
    shortened. form: the address of the form. more: what else the source tells, as JSON holds it."""

    confirmed_at: datetime | None = None
    ip: str = ""
    form: str = ""
    more: Mapping[str, object] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        told = {
            "confirmed_at": self.confirmed_at.isoformat() if self.confirmed_at else "",
            "ip": shortened(self.ip),
            "form": self.form,
        }
        return {**self.more, **{name: value for name, value in told.items() if value}}


NO_PROOF = Proof()


def shortened(ip: str) -> str:
    """The network an address belongs to, which leads to no single line; "" for what is no address."""
    try:
        address = ipaddress.ip_address(ip.strip())
    except ValueError:
        return ""
    kept = KEPT_OF_IPV4 if address.version == 4 else KEPT_OF_IPV6
    return str(ipaddress.ip_network((address, kept), strict=False).network_address)
