"""What somebody may want next, through the API."""

from collections.abc import Iterable
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from treue.core.api.operations import reads
from treue.core.api.problems import INVALID, Problem, fault
from treue.core.api.values import Code, Id, PathId, Text, Told, shown_as
from treue.core.commerce.models import Product
from treue.core.customers.api import customer_of
from treue.core.customers.identities import LONGEST
from treue.core.shop.models import Shop
from treue.listen.tracking.told import LONGEST_CODE
from treue.science.recommending import REASONS
from treue.understand.recommendations import reading, visiting
from treue.understand.recommendations.models import Kind, Run
from treue.understand.recommendations.reading import Recommended

router = Router(tags=["Recommendations"])

DAY = r"^\d{4}-\d\d-\d\d$"
BECAUSE = {"product": "TEE-1", "name": "Green tea"}
NEW = {"product": "TEE-7", "name": "Teapot", "reason": "bought_together", "because": BECAUSE}
AGAIN = {"product": "TEE-1", "name": "Green tea", "reason": "due", "because": None}
DEARER = {"product": "TEE-9", "name": "Gyokuro", "reason": "dearer_in_category", "because": BECAUSE}


class RecommendedProduct(Told):
    product: str = Field(description="The shop's own code.")
    name: str | None

    model_config = shown_as(BECAUSE)


class RecommendedOut(RecommendedProduct):
    reason: str = Field(description=", ".join(REASONS) + ".")
    because: RecommendedProduct | None = Field(description="What they bought or looked at, where that is the reason.")

    model_config = shown_as(NEW)


class CustomerRecommendations(Told):
    customer: Id
    as_of: str | None = Field(
        description="The last day whose purchases count; null before they were worked out.", pattern=DAY
    )
    buy_again: list[RecommendedOut]
    new_to_you: list[RecommendedOut]
    dearer: list[RecommendedOut]

    model_config = shown_as(
        {"customer": 4711, "as_of": "2026-11-27", "buy_again": [AGAIN], "new_to_you": [NEW], "dearer": [DEARER]}
    )


class VisitorRecommendations(Told):
    as_of: str | None = Field(
        description="The last day whose purchases count; null before they were worked out.", pattern=DAY
    )
    recommendations: list[RecommendedOut]

    model_config = shown_as({"as_of": "2026-11-27", "recommendations": [NEW]})


class VisitorQuery(Schema):
    """At most one of anonymous_id and products."""

    anonymous_id: Annotated[
        Code | None, Field(max_length=LONGEST, description="As the tracking sends it.", examples=["8f2c-17"])
    ] = None
    products: Annotated[
        list[Annotated[Code, Field(max_length=LONGEST_CODE)]],
        Field(max_length=50, description="Codes of what is looked at, one each time.", examples=[["TEE-1"]]),
    ] = []
    country: Annotated[Text, Field(max_length=60, description="As orders name it.", examples=["DE"])] = ""
    limit: Annotated[int, Field(ge=1, le=20, description="How many at most.", examples=[10])] = reading.MOST


@reads(
    router,
    "/customers/{customer_id}/recommendations",
    answer=CustomerRecommendations,
    summary="Read what a customer may want next",
)
def read_recommendations(request: HttpRequest, customer_id: PathId) -> CustomerRecommendations:
    """The best first, worked out each night. All lists are empty for whoever objects to it."""
    customer = customer_of(request.auth.shop, customer_id)
    run, found = reading.of(customer)
    return CustomerRecommendations(
        customer=customer.pk,
        as_of=run and run.until.isoformat(),
        buy_again=_shown(found[Kind.AGAIN]),
        new_to_you=_shown(found[Kind.NEW]),
        dearer=_shown(found[Kind.DEARER]),
    )


@reads(
    router,
    "/recommendations",
    answer=VisitorRecommendations,
    summary="Read what goes with what a visitor looks at",
)
def read_visitor_recommendations(request: HttpRequest, query: Query[VisitorQuery]) -> VisitorRecommendations:
    """For a visitor by what they looked at or put into the cart within a day, as far as they consented to the source's
    category or named themselves, or for products. In free places, and where nothing is known, what most customers of
    the country, then of the shop, bought lately."""
    if query.anonymous_id is not None and query.products:
        detail = "Ask for one of anonymous_id and products"
        raise Problem(INVALID, detail + ".", errors=[fault("query", detail)])
    run = reading.current(request.auth.shop)
    found = _for_visitor(run, request.auth.shop, query) if run else []
    return VisitorRecommendations(as_of=run and run.until.isoformat(), recommendations=_shown(found))


def _for_visitor(run: Run, shop: Shop, query: VisitorQuery) -> list[Recommended]:
    if query.anonymous_id is None:
        seen = visiting.products(shop.pk, set(query.products))
    else:
        seen = visiting.looked_at(shop, query.anonymous_id, timezone.now())
    return reading.going_with(run, seen, country=query.country, most=query.limit)


def _shown(found: Iterable[Recommended]) -> list[RecommendedOut]:
    return [
        RecommendedOut(**_named(each.product), reason=each.reason, because=each.because and _named(each.because))
        for each in found
    ]


def _named(product: Product) -> dict[str, str | None]:
    return {"product": product.code, "name": product.name or None}
