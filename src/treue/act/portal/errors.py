"""What can stand in the way of signing in and joining."""


class PortalError(Exception):
    """Base of what can go wrong here."""


class TooOften(PortalError):
    """Somebody asked or tried more often than is good. seconds: until it may be tried again."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(seconds)


class WrongCode(PortalError):
    """left: how many tries the code still has."""

    def __init__(self, left: int) -> None:
        self.left = left
        super().__init__(left)


class CodeIsOver(PortalError):
    """It was used, its time or tries are over, or a newer one was asked for."""


class NobodysAddress(PortalError):
    """Several customers have it, so it is nobody's."""


class AddressTaken(PortalError):
    """Another customer has come to have the address meanwhile."""


class NotTaken(PortalError):
    """The shop takes in nobody whom it does not know."""
