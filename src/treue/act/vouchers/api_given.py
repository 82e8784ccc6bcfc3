"""Baskets, campaigns and codes as the API is sent them."""

from decimal import Decimal
from typing import Annotated, Literal

from ninja import Field

from treue.act.vouchers import campaigns
from treue.act.vouchers.baskets import Basket, Line, rounded
from treue.act.vouchers.models import LONGEST_CODE
from treue.core.api.problems import INVALID, Problem, fault
from treue.core.api.values import Code, DryRun, Flag, Moment, Taken, Text, shown_as
from treue.core.commerce.api_writes import MOST_LINES, MOST_MONEY, Price
from treue.core.customers.models import Customer
from treue.core.shop.models import Shop
from treue.design.formats import precision

MOST_CODES = 10
LINE = {"product_id": "TEA-1", "category": "Tea", "price": "8.30", "quantity": "3"}
BASKET = {
    "codes": ["7MKQ-2XBA-94TZ-HW3C"],
    "customer": "C-1017",
    "currency": "EUR",
    "delivery": "4.90",
    "lines": [LINE],
}
TERMS = {
    "name": "Welcome",
    "benefit": "amount",
    "amount": "5.00",
    "minimum": "20.00",
    "categories": ["Tea"],
    "valid_until": "2027-01-01T00:00:00+01:00",
    "most_codes": 1000,
}
# Dashes and blanks do not count; nobody types more of them than characters.
TypedCode = Annotated[Text, Field(min_length=1, max_length=2 * LONGEST_CODE)]
Limit = Annotated[int, Field(ge=1, lt=2**31)]
Amount = Annotated[Decimal, Field(gt=0, lt=10**9, decimal_places=4)]


class BasketLineIn(Taken):
    product_id: Annotated[Code, Field(max_length=80, description="The shop's item code.")]
    category: Annotated[Text, Field(max_length=120)] = ""
    price: Annotated[Price, Field(description="Of one unit, before vouchers.")]
    quantity: Annotated[Decimal, Field(gt=0, lt=10**8, decimal_places=3)] = Decimal(1)

    model_config = shown_as(LINE)


class BasketIn(Taken):
    codes: Annotated[
        list[TypedCode],
        Field(min_length=1, max_length=MOST_CODES, description="As typed: case and dashes do not matter."),
    ]
    customer: Annotated[Code | None, Field(max_length=120, description="The shop's number of the customer.")] = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217.")]
    delivery: Annotated[Price, Field(description="What it costs without vouchers.")] = Decimal(0)
    lines: Annotated[list[BasketLineIn], Field(min_length=1, max_length=MOST_LINES)]

    model_config = shown_as(BASKET)

    def basket(self) -> Basket:
        """Each line rounded once, as a till does. Raises Problem where delivery has digits the currency has not, and
        where all is worth too much."""
        decimals = precision(self.currency)
        if rounded(self.delivery, decimals) != self.delivery:
            raise wrong("body/delivery", "The currency has no such small amounts")
        lines = [
            Line(line.product_id, rounded(line.price * line.quantity, decimals), line.quantity, line.category)
            for line in self.lines
        ]
        basket = Basket(lines, self.currency, self.delivery, decimals)
        if basket.goods >= MOST_MONEY:
            raise wrong("body/lines", "No basket is worth as much")
        return basket


class RedemptionIn(BasketIn):
    order: Annotated[
        Code, Field(max_length=80, description="The shop's number of the order, the same for all codes of a basket.")
    ]
    dry_run: DryRun = False

    model_config = shown_as({**BASKET, "order": "A-2026-0815"})


class RollBackIn(Taken):
    returned: Annotated[
        Amount | None,
        Field(description="Worth of the goods that came back, at the basket's prices; null for all that is left."),
    ] = None
    dry_run: DryRun = False

    model_config = shown_as({"returned": "8.30"})


class CancellationIn(Taken):
    code: TypedCode
    dry_run: DryRun = False

    model_config = shown_as({"code": "7MKQ-2XBA-94TZ-HW3C"})


class CodeIn(Taken):
    customer: Annotated[
        Code | None, Field(max_length=120, description="The shop's number of whoever alone can redeem it.")
    ] = None
    dry_run: DryRun = False

    model_config = shown_as({"customer": "C-1017"})


class CampaignIn(Taken):
    name: Annotated[Code, Field(max_length=120)]
    benefit: Literal["amount", "percent", "product", "delivery"]
    kind: Annotated[
        Literal["unique", "multi"], Field(description="unique: each code is somebody's own. multi: one code for many.")
    ] = "unique"
    code: Annotated[Text, Field(max_length=2 * LONGEST_CODE, description="Of a campaign with one code for many.")] = ""
    currency: Annotated[str | None, Field(pattern=r"^[A-Z]{3}$", description="The shop's, unless told.")] = None
    amount: Amount | None = None
    percent: Annotated[Decimal | None, Field(gt=0, le=100, decimal_places=2)] = None
    product_id: Annotated[Text, Field(max_length=80, description="The product of which one unit is free.")] = ""
    minimum: Amount | None = None
    products: Annotated[list[Annotated[Code, Field(max_length=80)]], Field(max_length=1000)] = []
    categories: Annotated[list[Annotated[Code, Field(max_length=120)]], Field(max_length=1000)] = []
    match: Literal["any", "all"] = "any"
    combinable: Flag = False
    exclusive_group: Annotated[Text, Field(max_length=60)] = ""
    keeps_rest: Annotated[Flag, Field(description="Of an amount; `uses_per_code` must be null then.")] = False
    valid_from: Moment | None = None
    valid_until: Moment | None = None
    uses_per_code: Limit | None = 1
    most_codes: Limit | None = None
    most_redemptions: Limit | None = None
    most_per_customer: Limit | None = None
    budget: Amount | None = None
    dry_run: DryRun = False

    model_config = shown_as(TERMS)

    def terms(self, currency: str) -> campaigns.Terms:
        """currency: the shop's."""
        told = self.model_dump(exclude={"dry_run", "code", "product_id", "combinable", "currency"})
        return campaigns.Terms(
            **told,
            text=self.code,
            product=self.product_id.strip(),
            is_combinable=self.combinable,
            currency=self.currency or currency,
        )


def customer_named(shop: Shop, number: str | None) -> Customer | None:
    """Whom a number stands for today. Raises Problem where nobody has it."""
    if number is None:
        return None
    found = Customer.everyone.select_related("merged_into").filter(shop=shop, number=number).first()
    if found is None:
        raise wrong("body/customer", "The shop has no customer of this number")
    return found.merged_into or found


def wrong(place: str, detail: str) -> Problem:
    return Problem(INVALID, f"{detail}.", errors=[fault(place, detail)])
