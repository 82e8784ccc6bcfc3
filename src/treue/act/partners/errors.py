"""What this room refuses. A face turns these into sentences."""

from datetime import date
from decimal import Decimal


class PartnerError(Exception):
    """Its class is the reason, its attributes are the facts. Nothing was changed."""

    @property
    def facts(self) -> dict[str, object]:
        return dict(vars(self))


class NameTaken(PartnerError):
    """Another partner has the name, or the code. field: which."""

    def __init__(self, field: str) -> None:
        self.field = field


class AgreementBeginsTooEarly(PartnerError):
    """It would change what is past. earliest: the first day from which one can hold."""

    def __init__(self, earliest: date) -> None:
        self.earliest = earliest


class PartnerPaused(PartnerError):
    """It neither issues nor redeems now; what it did can be undone."""


class NoAgreement(PartnerError):
    """None holds on the day."""

    def __init__(self, day: date) -> None:
        self.day = day


class MemberLeft(PartnerError):
    """The membership has ended: nothing is earned."""


class ReceiptUsed(PartnerError):
    """The partner's receipt gave or took points before."""


class MoreThanHeld(PartnerError):
    def __init__(self, held: int, asked: int) -> None:
        self.held, self.asked = held, asked


class NothingLeft(PartnerError):
    """As many points went back already as were asked for, or there are none that could."""


class SettlementError(PartnerError):
    """Of statements and their disputes."""


class MonthNotOver(SettlementError):
    def __init__(self, month: date) -> None:
        self.month = month


class MonthBeforeOpen(SettlementError):
    """month: the first that has to be closed before."""

    def __init__(self, month: date) -> None:
        self.month = month


class ClosedAlready(SettlementError):
    """Somebody was quicker."""


class StatementChanged(SettlementError):
    """Something was recorded since somebody looked. amount: what it comes to now."""

    def __init__(self, amount: Decimal) -> None:
        self.amount = amount


class NotClosedYet(SettlementError):
    """A draft is not disputed: it changes by itself until it is closed."""


class DisputedAlready(SettlementError):
    """The line waits for a decision."""


class DisputeDecided(SettlementError):
    """Somebody was quicker: state says how."""

    def __init__(self, state: str) -> None:
        self.state = state
