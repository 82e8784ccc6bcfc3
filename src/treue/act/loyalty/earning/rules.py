"""The rules by which points are earned: one version of them, frozen. `documents` reads and writes them as JSON.

Money is in the currency of the rules, and a day is one of their zone; both are part of a version, so that an order
earns the same when it is asked again years later. A period is half-open.

Every rule gives its own points; what several rules give for one order adds up. What a rule gives for one order is
reckoned exactly and rounded once. Caps hold for redeemable and for qualifying points, each on their own; a budget is
about redeemable points, which cost money.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

MOST_POINTS = 1_000_000
MOST_AT_ALL = 10**12
FORMAT = 1

Points = Annotated[int, Field(ge=1, le=MOST_POINTS)]
Limit = Annotated[int, Field(ge=1, le=MOST_AT_ALL)]
Amount = Annotated[Decimal, Field(ge=Decimal("0.0001"), max_digits=18, decimal_places=4)]
Factor = Annotated[Decimal, Field(gt=0, le=100, max_digits=6, decimal_places=3)]
Weekday = Annotated[int, Field(ge=0, le=6, description="0 is Monday.")]
Word = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^\S(.*\S)?$")]
Name = Annotated[str, StringConstraints(max_length=60, pattern=r"^[a-z][a-z0-9_-]*$")]


class Rounding(StrEnum):
    """Of what one rule gives for one order."""

    DOWN = "down"
    HALF_UP = "half_up"
    UP = "up"


class Stacking(StrEnum):
    """What becomes of several multipliers that hold at once."""

    MULTIPLY = "multiply"
    HIGHEST = "highest"


class Period(StrEnum):
    """Over what a limit counts: a member's day or month in the zone of the rules, a member's whole time, or what all
    members get together by one rule."""

    DAY = "day"
    MONTH = "month"
    IN_ALL = "in_all"
    BUDGET = "budget"


def _each_once(values: tuple) -> tuple:
    if len(set(values)) < len(values):
        raise PydanticCustomError("twice", "stands there twice")
    return values


Words = Annotated[tuple[Word, ...], AfterValidator(_each_once)]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Made anew and checked; pydantic's own would copy what was worked out from the former fields."""
        return type(self)(**{name: getattr(self, name) for name in type(self).model_fields} | dict(update or {}))


class Goods(Frozen):
    """Products by their codes, and categories by their names: whatever is one of either."""

    products: Words = ()
    categories: Words = ()

    def __bool__(self) -> bool:
        return bool(self.products or self.categories)

    def hold(self, product: str, category: str) -> bool:
        return product in self._products or category in self._categories

    @cached_property
    def _products(self) -> frozenset[str]:
        return frozenset(self.products)

    @cached_property
    def _categories(self) -> frozenset[str]:
        return frozenset(self.categories)


class Caps(Frozen):
    """The most points that one member gets; None: as many as there are."""

    day: Limit | None = None
    month: Limit | None = None
    in_all: Limit | None = None

    def stated(self) -> Iterable[tuple[Period, int]]:
        pairs = ((Period.DAY, self.day), (Period.MONTH, self.month), (Period.IN_ALL, self.in_all))
        return ((period, most) for period, most in pairs if most is not None)


class Lasting(Frozen):
    """valid_from: its first day. valid_until: the day after its last. None: without an end on that side."""

    valid_from: date | None = None
    valid_until: date | None = None

    @model_validator(mode="after")
    def _has_a_day(self) -> Self:
        if self.valid_from and self.valid_until and self.valid_from >= self.valid_until:
            raise PydanticCustomError("ends_before_it_begins", "ends before it begins")
        return self

    def is_valid_on(self, day: date) -> bool:
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_until is None or day < self.valid_until)


class Multiplier(Lasting):
    """A factor for those orders of which everything holds that it states: the member is in one of the tiers and in one
    of the segments, and the order's day is one of the weekdays and within the dates. name: of a campaign, for people.
    """

    name: Annotated[str, StringConstraints(max_length=120)] = ""
    factor: Factor
    tiers: Words = ()
    segments: Words = ()
    weekdays: Annotated[tuple[Weekday, ...], AfterValidator(_each_once)] = ()

    @model_validator(mode="after")
    def _states_something(self) -> Self:
        if not (self.tiers or self.segments or self.weekdays or self.valid_from or self.valid_until):
            raise PydanticCustomError("always", "a multiplier that always holds is another rate")
        return self

    def holds(self, day: date, tier: str, segments: frozenset[str]) -> bool:
        return (
            (not self.weekdays or day.weekday() in self.weekdays)
            and self.is_valid_on(day)
            and (not self.tiers or tier in self.tiers)
            and (not self.segments or not segments.isdisjoint(self.segments))
        )


class _Rule(Lasting):
    """name: stays the same from version to version, for caps and budgets go on counting under it. budget: the most
    points that all members get by it together. qualifying: how many qualifying points it gives where it gives `points`;
    None: as many, without multipliers."""

    name: Name
    points: Points
    caps: Caps = Caps()
    budget: Limit | None = None
    qualifying: Annotated[int, Field(ge=0, le=MOST_POINTS)] | None = None

    @property
    def qualifying_rate(self) -> int:
        return self.points if self.qualifying is None else self.qualifying

    @cached_property
    def own_limits(self) -> tuple[tuple[Period, int], ...]:
        """Its limits in the order in which they cut."""
        return (*self.caps.stated(), *([(Period.BUDGET, self.budget)] if self.budget else []))


class _OrderRule(_Rule):
    """Earned by buying. is_qualifying_multiplied: the multipliers hold for qualifying points as well."""

    multipliers: tuple[Multiplier, ...] = Field(default=(), max_length=20)
    stacking: Stacking = Stacking.MULTIPLY
    is_qualifying_multiplied: bool = False

    @property
    def is_choosy(self) -> bool:
        """Whether it is for some goods alone."""
        return False


class PerAmount(_OrderRule):
    """Points for every `amount` spent. only: on what; nothing named: on everything. without: but not on these.
    is_by_whole_amounts: 7.50 at 10 points for every 5.00 is 10 and not 15."""

    kind: Literal["per_amount"] = "per_amount"
    amount: Amount
    is_by_whole_amounts: bool = False
    only: Goods = Goods()
    without: Goods = Goods()

    @cached_property
    def is_choosy(self) -> bool:
        return bool(self.only or self.without)

    def is_for(self, product: str, category: str) -> bool:
        return (not self.only or self.only.hold(product, category)) and not self.without.hold(product, category)


class PerUnit(_OrderRule):
    """Points for every unit of some goods, whatever it cost, as long as it cost something."""

    kind: Literal["per_unit"] = "per_unit"
    only: Goods

    @model_validator(mode="after")
    def _names_goods(self) -> Self:
        if not self.only:
            raise PydanticCustomError("no_goods", "names no goods")
        return self

    @property
    def is_choosy(self) -> bool:
        return True

    def is_for(self, product: str, category: str) -> bool:
        return self.only.hold(product, category)


class PerOrder(_OrderRule):
    """Points for an order. minimum: of what counts of it."""

    kind: Literal["per_order"] = "per_order"
    minimum: Amount | None = None


class FirstPurchase(_OrderRule):
    """Points for a customer's first order ever, if that one comes to the minimum."""

    kind: Literal["first_purchase"] = "first_purchase"
    minimum: Amount | None = None


class DeedKind(StrEnum):
    REVIEW = "review"
    SURVEY = "survey"
    REFERRAL = "referral"
    BIRTHDAY = "birthday"
    PROFILE_COMPLETED = "profile_completed"
    VISIT = "visit"
    CONTENT = "content"
    EVENT = "event"


class ForDeed(_Rule):
    """Points for something else than buying. event: which one, of the log, where the deed is an event of one's own."""

    kind: Literal["for_deed"] = "for_deed"
    deed: DeedKind
    event: Word | None = None

    @model_validator(mode="after")
    def _names_its_event(self) -> Self:
        if (self.deed is DeedKind.EVENT) != (self.event is not None):
            raise PydanticCustomError("event_and_deed", "an event of one's own has a name, and nothing else has")
        return self


OrderRule = PerAmount | PerUnit | PerOrder | FirstPurchase
Rule = OrderRule | ForDeed
KINDS: dict[str, type] = {
    each.model_fields["kind"].default: each for each in (PerAmount, PerUnit, PerOrder, FirstPurchase, ForDeed)
}


class Excluded(Frozen):
    """What earns nothing, by no rule. is_for_non_products: what the shop lists as no product (postage, bank fees).
    is_for_points, is_for_vouchers: the share of an order that was paid with them."""

    goods: Goods = Goods()
    is_for_non_products: bool = True
    is_for_points: bool = True
    is_for_vouchers: bool = True


def _known_zone(zone: str) -> str:
    try:
        ZoneInfo(zone)
    except (KeyError, OSError, ValueError):
        raise PydanticCustomError("unknown_zone", "nobody knows this zone") from None
    return zone


class RuleSet(Frozen):
    """One version. caps: of what a member gets by all rules together."""

    format: Literal[1] = FORMAT
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    zone: Annotated[str, AfterValidator(_known_zone)]
    rounding: Rounding = Rounding.DOWN
    rules: tuple[Annotated[Rule, Field(discriminator="kind")], ...] = Field(max_length=200)
    caps: Caps = Caps()
    excluded: Excluded = Excluded()

    @model_validator(mode="after")
    def _names_are_apart(self) -> Self:
        if len({each.name for each in self.rules}) < len(self.rules):
            raise PydanticCustomError("same_name", "two rules have one name")
        return self

    @cached_property
    def for_orders(self) -> tuple[OrderRule, ...]:
        return tuple(each for each in self.rules if not isinstance(each, ForDeed))

    @cached_property
    def for_deeds(self) -> tuple[ForDeed, ...]:
        return tuple(each for each in self.rules if isinstance(each, ForDeed))

    @cached_property
    def names_categories(self) -> bool:
        """Whether it makes a difference to which category a product belongs."""
        named = [getattr(rule, goods, None) for rule in self.for_orders for goods in ("only", "without")]
        return any(goods.categories for goods in (self.excluded.goods, *named) if goods is not None)

    @cached_property
    def limits_by_rule(self) -> dict[str, tuple[tuple[Period, int], ...]]:
        return {each.name: each.own_limits for each in self.rules}

    @cached_property
    def common_limits(self) -> tuple[tuple[Period, int], ...]:
        return tuple(self.caps.stated())

    @cached_property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)
