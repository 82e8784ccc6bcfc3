"""What the ledger refuses, as its callers may treat it."""

from datetime import date

from django.db import Error


class LedgerError(Exception):
    """A refusal: nothing was changed."""


class NoSuchMember(LedgerError):
    def __init__(self, member: int | None) -> None:
        super().__init__(f"member {member} has no account in this programme")
        self.member = member


class KeyReused(LedgerError):
    """The idempotency key came with another request before."""


class NothingToReverse(LedgerError):
    """The journal gave, took or held nothing of the kind."""

    def __init__(self, journal: int) -> None:
        super().__init__(f"journal {journal} has nothing to reverse")
        self.journal = journal


class InsufficientPoints(LedgerError):
    def __init__(self, *, balance: int, asked: int) -> None:
        super().__init__(f"{asked} points asked of {balance}")
        self.balance, self.asked = balance, asked


class NothingLeft(LedgerError):
    """As many points are back already as were asked for."""


class BelongsToSomething(LedgerError):
    """What the points went for is to be undone, and gives them back itself. what: its name for programs."""

    def __init__(self, what: str) -> None:
        super().__init__(f"undo {what} instead")
        self.what = what


class GivenForSomething(LedgerError):
    """What is to be taken back was given by something that is taken back itself, or not at all; see `taking_back`."""

    def __init__(self, what: str, number: int, way: str) -> None:
        super().__init__(f"the points are those of {what} {number}")
        self.what, self.number, self.way = what, number, way


class HoldHasEnded(LedgerError):
    """It was captured or released already."""

    def __init__(self, journal: int) -> None:
        super().__init__(f"hold {journal} has ended")
        self.journal = journal


class DeedTakenBack(Exception):
    """Its points went back before."""

    def __init__(self, deed: int) -> None:
        super().__init__(f"the points of deed {deed} were taken back")
        self.deed = deed


class CorrectionDecided(LedgerError):
    """Somebody was quicker: state says how."""

    def __init__(self, state: str) -> None:
        super().__init__(f"the correction is {state}")
        self.state = state


class OwnCorrection(LedgerError):
    """Whoever asked for it does not decide on it."""

    def __init__(self, correction: int) -> None:
        super().__init__(f"correction {correction} waits for somebody else")
        self.correction = correction


def refusal(error: Error) -> LedgerError | None:
    """What the database means by its code; None where that is none of the ledger's."""
    cause = error.__cause__
    diag = getattr(cause, "diag", None)
    code, detail = getattr(cause, "sqlstate", None), getattr(diag, "message_detail", None) or ""
    if code == "TL003":
        return NoSuchMember(int(detail) if detail else None)
    if code == "TL004" or getattr(diag, "constraint_name", None) == "loyalty_journal_key_once":
        return KeyReused()
    if code == "TL005":
        return NothingToReverse(int(detail))
    if code == "TL006":
        balance, asked = map(int, detail.split())
        return InsufficientPoints(balance=balance, asked=asked)
    if code == "TL007":
        return HoldHasEnded(int(detail))
    return None


class NotInForce(Exception):
    """The membership has ended already."""

    def __init__(self, member: int) -> None:
        super().__init__(f"member {member} has left")
        self.member = member


class DayIsOver(Exception):
    """Rules cannot begin on a day that is over."""

    def __init__(self, day: date) -> None:
        super().__init__(f"{day} is over")
        self.day = day


class UnknownTier(Exception):
    """The rules in force have no such tier."""

    def __init__(self, level: str) -> None:
        super().__init__(f"there is no tier {level!r}")
        self.level = level


class GrantTooLong(Exception):
    """A tier is given by hand from today until a day that is not over, and for two years at most."""

    def __init__(self, last_day: date) -> None:
        super().__init__(f"no tier is given until {last_day}")
        self.last_day = last_day


class GrantHasEnded(Exception):
    def __init__(self, grant: int) -> None:
        super().__init__(f"the grant {grant} has ended")
        self.grant = grant


class AlreadyStarted(Exception):
    """The shop has a programme: somebody else was quicker."""

    def __init__(self, shop_id: int) -> None:
        super().__init__(f"shop {shop_id} has a programme")
        self.shop_id = shop_id
