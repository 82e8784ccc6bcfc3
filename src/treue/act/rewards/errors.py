"""Why a reward cannot be had, handed over or cancelled. A face turns these into sentences."""

from datetime import datetime


class RewardError(Exception):
    """Its class is the reason, its attributes are the facts. Nothing was changed."""

    @property
    def facts(self) -> dict[str, object]:
        return dict(vars(self))


class Refusal(RewardError):
    """Why a member cannot have a reward now."""


class NotOffered(Refusal):
    """The shop does not offer it, or not any more."""


class NotYetValid(Refusal):
    def __init__(self, valid_from: datetime) -> None:
        self.valid_from = valid_from


class Expired(Refusal):
    def __init__(self, valid_until: datetime) -> None:
        self.valid_until = valid_until


class PriceChanged(Refusal):
    """It costs other points by now than the member agreed to."""

    def __init__(self, points: int, agreed: int) -> None:
        self.points, self.agreed = points, agreed


class TierTooLow(Refusal):
    """needed, has: codes of tiers; has is "" for none."""

    def __init__(self, needed: str, has: str) -> None:
        self.needed, self.has = needed, has


class NotEnoughPoints(Refusal):
    """Of an offer; who redeems all the same is told by the ledger, as InsufficientPoints."""

    def __init__(self, balance: int, asked: int) -> None:
        self.balance, self.asked = balance, asked

    @property
    def missing(self) -> int:
        return self.asked - self.balance


class OutOfStock(Refusal):
    """The last one is gone, or the last code of its campaign."""


class LimitReached(Refusal):
    """year: in which the member may have so many; None where it is in all."""

    def __init__(self, most: int, year: int | None) -> None:
        self.most, self.year = most, year


class VoucherOver(Refusal):
    """The campaign of its vouchers has ended, or is used up: a code of it would take nothing off."""


class KeyReused(RewardError):
    """The idempotency key came with another request before."""


class CancelledAlready(RewardError): ...


class HandedOverAlready(RewardError):
    """What was handed over cannot be cancelled."""


class NothingToHandOver(RewardError):
    """It is a voucher, a donation or the like."""


class CodeUsed(RewardError):
    """The voucher was redeemed, so that its points stay redeemed."""


class NameTaken(RewardError):
    def __init__(self, name: str) -> None:
        self.name = name


class ImpossibleReward(RewardError):
    """field: of `catalogue.Terms`, that cannot be as it is."""

    def __init__(self, field: str) -> None:
        self.field = field


class GivenAlready(RewardError):
    """The stock cannot become smaller than what was given of it. given: how many."""

    def __init__(self, given: int) -> None:
        self.given = given
