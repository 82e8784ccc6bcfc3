"""Orders as the API tells them, with the examples of its description."""

from ninja import Field

from treue.core.api.values import GivenMoment, Id, Money, Told, shown_as

EURO = {"currency": "EUR"}
ORDER = {
    "number": "A-2026-0815",
    "customer": 4711,
    "ordered_at": "2026-11-28T11:00:00Z",
    "channel": "Onlineshop",
    "country": "DE",
    "category": "Tea",
    "total": {"amount": "24.90", **EURO},
    "units": "3",
    "refunded": {"amount": "8.30", **EURO},
    "refunded_units": "1",
}
PRODUCT = {"code": "TEA-1", "name": "Green tea", "category": "Tea"}
LINE = {
    "ordinal": 1,
    "product": PRODUCT,
    "quantity": "3",
    "unit_price": {"amount": "8.30", **EURO},
    "amount": {"amount": "24.90", **EURO},
}
REFUND = {
    "number": "R-77",
    "refunded_at": "2026-12-02T08:00:00Z",
    "product": PRODUCT,
    "quantity": "1",
    "amount": {"amount": "8.30", **EURO},
    "reason": "too strong",
}


class ProductOut(Told):
    code: str
    name: str | None
    category: str | None

    model_config = shown_as(PRODUCT)


class LineOut(Told):
    ordinal: int
    product: ProductOut | None
    quantity: str = Field(description="A decimal number: half a kilo is 0.5.")
    unit_price: Money | None
    amount: Money

    model_config = shown_as(LINE)


class RefundOut(Told):
    number: str
    refunded_at: GivenMoment
    product: ProductOut | None
    quantity: str = Field(description="How many units of this order came back.")
    amount: Money
    reason: str | None

    model_config = shown_as(REFUND)


class OrderOut(Told):
    number: str
    customer: Id
    ordered_at: GivenMoment
    channel: str | None
    country: str | None
    category: str | None = Field(description="Of the first line.")
    total: Money = Field(description="In the shop's currency, without what came back.")
    units: str
    refunded: Money
    refunded_units: str

    model_config = shown_as(ORDER)


class OrderDetail(OrderOut):
    lines: list[LineOut]
    refunds: list[RefundOut]

    model_config = shown_as({**ORDER, "lines": [LINE], "refunds": [REFUND]})


class OrderPage(Told):
    data: list[OrderOut]
    next: str | None = Field(description="`after` of the next page; null on the last.")

    model_config = shown_as({"data": [ORDER], "next": None})
