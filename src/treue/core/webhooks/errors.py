"""Why an address cannot be sent to, or an answer not be used."""

from ipaddress import IPv4Address, IPv6Address


class WebhookError(Exception):
    """Base of what can go wrong here."""


class AddressRefused(WebhookError):
    """Base of what is wrong with an address. Nothing is ever sent to it."""


class Unreadable(AddressRefused):
    """It is no address of the web, or holds a name and a password."""


class NotEncrypted(AddressRefused):
    """http: everybody on the way could read and change what is sent."""


class PortRefused(AddressRefused):
    def __init__(self, port: int) -> None:
        self.port = port
        super().__init__(port)


class UnknownHost(AddressRefused):
    def __init__(self, host: str) -> None:
        self.host = host
        super().__init__(host)


class PrivateAddress(AddressRefused):
    """The host is, or pretends to be, inside a network that is nobody else's business."""

    def __init__(self, host: str, address: IPv4Address | IPv6Address) -> None:
        self.host = host
        self.address = address
        super().__init__(host, str(address))


class UnusableNetworks(WebhookError):
    """TREUE_WEBHOOK_NETWORKS must be networks such as 10.1.0.0/16, divided by commas."""


class UnusableAnswer(WebhookError):
    """What came back is no HTTP, or more than anybody reads."""
