"""Why somebody does not become a referred friend, or a decision cannot be made."""


class ReferralError(Exception):
    """Its class is the reason, its attributes are the facts. Nothing was changed."""


class NotBound(ReferralError):
    """The customer does not come by this code."""


class UnknownCode(NotBound): ...


class SchemeClosed(NotBound):
    """Nobody can refer friends at present."""


class OwnCode(NotBound):
    """They are the advocate themselves."""


class CameAlready(NotBound):
    """They came by somebody before: who was first counts, for ever."""

    def __init__(self, referral: int) -> None:
        self.referral = referral


class BoughtBefore(NotBound):
    """They were a customer already."""


class FriendGone(NotBound):
    """They were erased meanwhile."""


class NotToBeReviewed(ReferralError):
    """Somebody decided before, or there is nothing to decide any more."""

    def __init__(self, state: str) -> None:
        self.state = state
