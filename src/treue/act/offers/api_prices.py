"""Prices announced through the API."""

from decimal import Decimal
from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Status

from treue.act.offers import errors, prices
from treue.act.offers.api import router
from treue.act.offers.api_refusing import OF_PRICES
from treue.act.offers.api_writes import PriceText
from treue.act.offers.models import Price
from treue.act.offers.prices import Announced, Written
from treue.core.api import keyset
from treue.core.api.dry_run import undone
from treue.core.api.idempotency import Done, IdempotencyKey, once
from treue.core.api.keyset import Paged
from treue.core.api.operations import reads, writes
from treue.core.api.problems import INVALID, REFUSED, Problem, fault
from treue.core.api.values import Code, DryRun, GivenMoment, Id, Moment, Money, Taken, Text, Told, money, shown_as
from treue.core.shop.models import Shop

MOST, SOURCE = 500, "api"
ANNOUNCED = {
    "id": 90211,
    "product": "TEA-1",
    "price": {"amount": "10.00", "currency": "EUR"},
    "audience": "everybody",
    "valid_from": "2026-11-28T11:00:00Z",
    "source": "api",
    "recorded_at": "2026-11-28T10:59:00Z",
    "withdrawn_at": None,
}


class PriceIn(Taken):
    product: Annotated[Code, Field(max_length=80, description="The shop's item code.")]
    price: Annotated[
        PriceText | None, Field(description="With everything that a customer pays; null from when on it is not sold.")
    ]
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$", description="ISO 4217; the shop's own.")]
    valid_from: Annotated[Moment, Field(description="From when on it is asked for.")]
    audience: Annotated[Literal["everybody", "members"], Field(description="members: what members in general pay.")] = (
        "everybody"
    )

    model_config = shown_as(
        {"product": "TEA-1", "price": "10.00", "currency": "EUR", "valid_from": "2026-11-28T12:00:00+01:00"}
    )


class AnnounceIn(Taken):
    prices: Annotated[list[PriceIn], Field(min_length=1, max_length=MOST)]
    dry_run: DryRun = False

    model_config = shown_as(
        {
            "prices": [
                {"product": "TEA-1", "price": "10.00", "currency": "EUR", "valid_from": "2026-11-28T12:00:00+01:00"}
            ]
        }
    )


class AnnouncedOut(Told):
    new: int
    known: int = Field(description="How many were announced before; they are left as they are.")

    model_config = shown_as({"new": 1, "known": 0})


class PriceOut(Told):
    id: Id
    product: str
    price: Money | None = Field(description="Null from when on it is not sold.")
    audience: str
    valid_from: GivenMoment
    source: str
    recorded_at: GivenMoment
    withdrawn_at: GivenMoment | None = Field(description="Since when it does not count: it was never asked for.")

    model_config = shown_as(ANNOUNCED)


class PricePage(Told):
    data: list[PriceOut]
    next: str | None = Field(description="`after` of the next page; null on the last.")

    model_config = shown_as({"data": [ANNOUNCED], "next": None})


class PriceQuery(Paged):
    product: Annotated[Text | None, Field(max_length=80, description="The item code.", examples=["TEA-1"])] = None


@reads(router, "/loyalty/prices", answer=PricePage, summary="List announced prices")
def list_prices(request: HttpRequest, query: Query[PriceQuery]) -> PricePage:
    """In the order in which they were announced, the latest first."""
    rows = Price.objects.filter(shop=request.auth.shop).order_by("-pk")
    if query.product is not None:
        rows = rows.filter(product=query.product)
    if query.after is not None:
        rows = rows.filter(pk__lt=keyset.key_in(query.after, of="prices", size=1)[0])
    found = list(rows[: query.limit + 1])
    page, more = found[: query.limit], found[query.limit :]
    end = keyset.cursor("prices", page[-1].pk) if more else None
    return PricePage(data=[_price_out(each) for each in page], next=end)


@writes(
    router.post,
    "/loyalty/prices",
    answers={201: AnnouncedOut, 200: AnnouncedOut},
    summary="Announce what products cost",
)
def announce_prices(request: HttpRequest, idempotency_key: IdempotencyKey, body: AnnounceIn) -> Status:
    """From it follows the lowest price of the 30 days before a reduction. All of them or none; what was announced is
    never changed. 409 where another price was announced for a product from the same moment on. 200 for a dry run."""
    shop = request.auth.shop
    told = [
        Announced(
            each.product, Decimal(each.price) if each.price else None, each.currency, each.valid_from, each.audience
        )
        for each in body.prices
    ]
    if body.dry_run:
        return Status(200, _out(undone(lambda: _announced(shop, told))))

    def announce() -> Done:
        done = _announced(shop, told)
        return Done(201, {"new": done.new, "known": done.known})

    done = once(request, idempotency_key, announce)
    return Status(done.status, AnnouncedOut(**done.facts))


def _announced(shop: Shop, told: list[Announced]) -> Written:
    """Raises Problem."""
    try:
        return prices.announce(shop=shop, prices=told, source=SOURCE, now=timezone.now())
    except errors.ImpossiblePrice as error:
        detail = OF_PRICES[error.field]
        place = {"amount": "price"}.get(error.field, error.field)
        raise Problem(INVALID, f"{detail}.", errors=[fault(f"body/prices/{error.place}/{place}", detail)]) from error
    except errors.PriceKnownOtherwise as error:
        detail = "Another price was announced for it from the same moment on."
        about = {"reason": "price-known-otherwise", "detail": detail, "facts": {"product": error.product}}
        raise Problem(REFUSED, detail, errors=[fault(f"body/prices/{error.place}", **about)]) from error


def _out(done: Written) -> AnnouncedOut:
    return AnnouncedOut(new=done.new, known=done.known)


def _price_out(price: Price) -> PriceOut:
    return PriceOut(
        id=price.pk,
        product=price.product,
        price=None if price.amount is None else money(price.amount, price.currency),
        audience=price.audience,
        valid_from=price.valid_from,
        source=price.source,
        recorded_at=price.recorded_at,
        withdrawn_at=price.withdrawn_at,
    )
