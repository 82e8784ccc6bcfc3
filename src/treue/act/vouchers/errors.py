"""Why a voucher cannot be redeemed. A face turns these into sentences."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from treue.core.jobs.errors import JobError


class VoucherError(Exception):
    """Its class is the reason, its attributes are the facts."""

    @property
    def facts(self) -> dict[str, object]:
        return dict(vars(self))


class Refusal(VoucherError):
    """Why one code cannot be redeemed with this basket."""


class MistypedCode(Refusal):
    """Its check character says that a character is wrong."""


class UnknownCode(Refusal): ...


class CodeCancelled(Refusal): ...


class CodeTwice(Refusal):
    """The same code was given before in the same request, or for the same order."""


class NotYetValid(Refusal):
    def __init__(self, valid_from: datetime) -> None:
        self.valid_from = valid_from


class Expired(Refusal):
    def __init__(self, valid_until: datetime) -> None:
        self.valid_until = valid_until


class UsedUp(Refusal):
    """The code was used as often as it can be, or nothing of its worth is left."""


class CampaignUsedUp(Refusal):
    def __init__(self, most: int) -> None:
        self.most = most


class BudgetSpent(Refusal):
    """asked: by this redemption; less is left."""

    def __init__(self, budget: Decimal, asked: Decimal) -> None:
        self.budget = budget
        self.asked = asked


class CustomerLimit(Refusal):
    def __init__(self, most: int) -> None:
        self.most = most


class NeedsCustomer(Refusal):
    """It was given to one customer, or each customer can use it only so often: somebody must be named."""


class OtherCustomer(Refusal):
    """It was given to somebody else."""


class WrongCurrency(Refusal):
    def __init__(self, currency: str) -> None:
        self.currency = currency


class BelowMinimum(Refusal):
    def __init__(self, minimum: Decimal, basket: Decimal) -> None:
        self.minimum = minimum
        self.basket = basket


class NothingFits(Refusal):
    """The basket lacks what the voucher is for. missing: of all that must be there."""

    def __init__(self, products: Sequence[str], categories: Sequence[str]) -> None:
        self.products = list(products)
        self.categories = list(categories)


class GiftNotInBasket(Refusal):
    """The product that is free must be one of the basket's lines, at its price."""

    def __init__(self, product: str) -> None:
        self.product = product


class NothingToDiscount(Refusal):
    """What it is for costs nothing, or the other codes leave nothing of it."""


class NotCombinable(Refusal):
    """with_ordinal: the place of the code with which it cannot be combined."""

    def __init__(self, with_ordinal: int) -> None:
        self.with_ordinal = with_ordinal


class OrderHasAnother(Refusal):
    """with_redemption: of the same order, redeemed before, with which it cannot be combined."""

    def __init__(self, with_redemption: int) -> None:
        self.with_redemption = with_redemption


class Refused(VoucherError):
    """Nothing was changed. refusals: by the place of the code in the request."""

    def __init__(self, refusals: dict[int, Refusal]) -> None:
        self.refusals = refusals


class KeyReused(VoucherError):
    """The idempotency key came with another request before."""


class NoSuchRedemption(VoucherError): ...


class RolledBackAlready(VoucherError):
    """Nothing of it is left that could be rolled back."""


class MoreThanLeft(VoucherError):
    """More came back than was bought. left: of the basket's worth."""

    def __init__(self, left: Decimal, asked: Decimal) -> None:
        self.left = left
        self.asked = asked


class CampaignNameTaken(VoucherError):
    def __init__(self, name: str) -> None:
        self.name = name


class ImpossibleCampaign(VoucherError):
    """field: of `campaigns.Terms`, that cannot be as it is."""

    def __init__(self, field: str) -> None:
        self.field = field


class CodeTaken(VoucherError):
    """The shop has a code of this text."""


class TooManyCodes(VoucherError, JobError):
    """left: how many can still be made."""

    def __init__(self, left: int, asked: int) -> None:
        self.left = left
        self.asked = asked


class TooManyMisses(VoucherError):
    """Too many unknown codes were tried. seconds_left: until the next try."""

    def __init__(self, seconds_left: int) -> None:
        self.seconds_left = seconds_left
