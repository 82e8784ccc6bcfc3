"""Orders written through the API: each becomes an event of the log, and the log's readers make it an order."""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Status

from treue.core.api.idempotency import Done, IdempotencyKey, once
from treue.core.api.operations import writes
from treue.core.api.problems import ERASED, INVALID, Problem, fault
from treue.core.api.values import Code, Id, Moment, Taken, Text, Told, plain, shown_as
from treue.core.commerce import completing
from treue.core.commerce.api import router
from treue.core.customers.errors import StaysErased
from treue.core.shop.models import Shop

MOST_LINES, MOST_MONEY, MOST_UNITS = 500, 10**10, 10**8
FARTHEST_AHEAD = timedelta(days=1)
LINE = {"product_id": "TEA-1", "name": "Green tea", "category": "Tea", "price": "8.30", "quantity": "3"}
ORDER = {
    "number": "A-2026-0815",
    "customer": "C-1017",
    "ordered_at": "2026-11-28T12:00:00+01:00",
    "currency": "EUR",
    "total": "24.90",
    "channel": "Onlineshop",
    "country": "DE",
    "lines": [LINE],
}
CENTS = Decimal("0.0001")
Price = Annotated[Decimal, Field(ge=0, lt=MOST_MONEY, decimal_places=4)]


class LineIn(Taken):
    product_id: Annotated[Code, Field(max_length=80, description="The shop's item code.")]
    name: Annotated[Text | None, Field(max_length=250)] = None
    category: Annotated[Text | None, Field(max_length=120)] = None
    price: Annotated[Price, Field(description="Of one unit.")]
    quantity: Annotated[Decimal, Field(gt=0, lt=MOST_UNITS, decimal_places=3)] = Decimal(1)

    model_config = shown_as(LINE)


class OrderIn(Taken):
    number: Annotated[Code, Field(max_length=80, description="The shop's own; an order is recorded once.")]
    customer: Annotated[
        Code, Field(max_length=120, description="The shop's number of the customer, who is made where nobody has it.")
    ]
    ordered_at: Moment
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217.")]
    total: Annotated[Price | None, Field(description="What the lines come to, unless it is told.")] = None
    channel: Annotated[Text | None, Field(max_length=60)] = None
    country: Annotated[Text | None, Field(max_length=60)] = None
    lines: Annotated[list[LineIn], Field(min_length=1, max_length=MOST_LINES)]

    model_config = shown_as(ORDER)

    @property
    def worth(self) -> Decimal:
        listed = sum((line.price * line.quantity).quantize(CENTS) for line in self.lines)
        return listed if self.total is None else self.total

    def facts(self) -> dict[str, object]:
        """As the e-commerce events tell an order."""
        told = {
            "order_id": self.number,
            "total": plain(self.worth, decimals=2),
            "currency": self.currency,
            "products": [_product(line) for line in self.lines],
            "channel": self.channel,
            "country": self.country,
        }
        return {name: value for name, value in told.items() if value is not None}


class OrderRecorded(Told):
    message_id: str = Field(description="Of the event in the log by which the order was told of first.")
    customer: Id
    recorded: bool = Field(
        description="False where an order of this number had been recorded before, by a server and with its customer; "
        "nothing changed."
    )

    model_config = shown_as({"message_id": "order completed A-2026-0815", "customer": 4711, "recorded": True})


@writes(router.post, "/orders", answers={202: OrderRecorded}, summary="Record an order")
def record_order(request: HttpRequest, idempotency_key: IdempotencyKey, body: OrderIn) -> Status:
    """It becomes the event *Order Completed*, and an order within seconds. What happened more than two days before the
    shop first made a key to write is history, to which nothing reacts."""
    done = once(request, idempotency_key, lambda: _record(request.auth.shop, body))
    facts = {"customer": done.facts["customer"], "recorded": bool(done.facts["recorded"])}
    message_id = completing.message_id(body.number, done.facts.get("again", 0))
    return Status(202, OrderRecorded(message_id=message_id, **facts))


def _record(shop: Shop, body: OrderIn) -> Done:
    _require_possible(shop, body)
    try:
        customer, is_new, again = completing.record_order(
            shop=shop, number=body.number, customer=body.customer, at=body.ordered_at, facts=body.facts()
        )
    except StaysErased as error:
        raise Problem(ERASED) from error
    return Done(202, {"customer": customer, "recorded": int(is_new), "again": again})


def _require_possible(shop: Shop, body: OrderIn) -> None:
    """What would fail later, where nobody could be told."""
    if body.ordered_at > timezone.now() + FARTHEST_AHEAD:
        raise _wrong("body/ordered_at", "An order cannot be of the future")
    rate = 1
    if body.currency != shop.currency:
        rate = shop.rates.filter(currency=body.currency).values_list("rate", flat=True).first()
    if rate is None:
        raise _wrong("body/currency", f"The shop's currency is {shop.currency}, and it has no rate for this one")
    if body.worth * rate >= MOST_MONEY or sum(line.quantity for line in body.lines) >= MOST_UNITS:
        raise _wrong("body/lines", "No order is as large")


def _wrong(place: str, detail: str) -> Problem:
    return Problem(INVALID, f"{detail}.", errors=[fault(place, detail)])


def _product(line: LineIn) -> dict[str, object]:
    told = {
        "product_id": line.product_id,
        "name": line.name,
        "category": line.category,
        "price": plain(line.price, decimals=2),
        "quantity": plain(line.quantity),
    }
    return {name: value for name, value in told.items() if value is not None}
