"""Why an offer, a price or a redemption cannot be. A face turns these into sentences."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal


class OfferError(Exception):
    """Its class is the reason, its attributes are the facts. Nothing was changed."""

    @property
    def facts(self) -> dict[str, object]:
        return dict(vars(self))


class Refusal(OfferError):
    """Why a member does not have an offer."""


class NotPublished(Refusal): ...


class NotYet(Refusal):
    """begins_at: for this member."""

    def __init__(self, begins_at: datetime) -> None:
        self.begins_at = begins_at


class Over(Refusal):
    def __init__(self, ended_at: datetime) -> None:
        self.ended_at = ended_at


class NoMember(Refusal):
    """Who left the programme has no offers."""


class TierTooLow(Refusal):
    """needed, has: codes of tiers; has is "" for none."""

    def __init__(self, needed: str, has: str) -> None:
        self.needed, self.has = needed, has


class NotInSegment(Refusal): ...


class LimitReached(Refusal):
    """most: how many each member may have."""

    def __init__(self, most: int) -> None:
        self.most = most


class SoldOut(Refusal):
    def __init__(self, left: int) -> None:
        self.left = left


class BudgetSpent(Refusal):
    """What it may cost the shop is used up, or does not reach as far."""


class PriceChanged(Refusal):
    """It costs something else now than the member was shown."""

    def __init__(self, product: str, price: Decimal, agreed: Decimal) -> None:
        self.product, self.price, self.agreed = product, price, agreed


class NoPriceKnown(Refusal):
    """The shop has announced no price of it."""

    def __init__(self, product: str) -> None:
        self.product = product


class NothingApplies(Refusal):
    """No offer that this member has holds for any of the products."""


class OrderRedeemed(OfferError):
    """redemption: under which number this order's offers stand already."""

    def __init__(self, redemption: int) -> None:
        self.redemption = redemption


class BoughtTooLongAgo(OfferError): ...


class KeyReused(OfferError):
    """The idempotency key came with another request before."""


class RolledBackAlready(OfferError): ...


class NameTaken(OfferError):
    def __init__(self, name: str) -> None:
        self.name = name


class ImpossibleOffer(OfferError):
    """field: of `planning.Terms`, that cannot be as it is."""

    def __init__(self, field: str) -> None:
        self.field = field


class NotADraft(OfferError):
    """What was published is not changed any more; it can be stopped."""


class NotRunning(OfferError):
    """It was not published, or is over."""


class NoProducts(OfferError):
    """Nothing that the shop sells is in it."""


class TooManyProducts(OfferError):
    def __init__(self, most: int, count: int) -> None:
        self.most, self.count = most, count


class NoPriorPrice(OfferError):
    """products: those of which no price of the 30 days before is known, the first of them; count: how many."""

    def __init__(self, products: Sequence[str], count: int) -> None:
        self.products, self.count = tuple(products), count


class PriceKnownOtherwise(OfferError):
    """Another price was announced for the same product from the same moment on."""

    def __init__(self, place: int, product: str) -> None:
        self.place, self.product = place, product


class ImpossiblePrice(OfferError):
    """place: in what was sent, from 0 on. field: of `prices.Announced`."""

    def __init__(self, place: int, field: str) -> None:
        self.place, self.field = place, field


class WithdrawnAlready(OfferError): ...
