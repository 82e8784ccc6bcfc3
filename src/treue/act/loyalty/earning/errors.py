"""What can be wrong with rules, or with what they are asked about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Fault:
    """place: where in the document, as "rules.0.points"; "" is the document itself. code: what is wrong, a word for
    programs ("extra_forbidden", "missing", "greater_than_equal", "ends_before_it_begins", …). limit: the bound that was
    not kept, "" where there is none."""

    place: str
    code: str
    limit: str = ""


class EarningError(Exception):
    """Base of what can go wrong here."""


class RulesRefused(EarningError):
    """A document that is no set of rules. faults: all that is wrong with it, in the order of the document."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(", ".join(f"{each.place}: {each.code}" for each in faults))


class OtherCurrency(EarningError):
    """The order is in one currency and the rules are in another; nobody here knows a rate."""

    def __init__(self, asked: str, known: str) -> None:
        self.asked, self.known = asked, known
        super().__init__(asked, known)


class MomentWithoutOffset(EarningError):
    """On which day of the shop it lies, nobody knows."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment
        super().__init__(moment)
