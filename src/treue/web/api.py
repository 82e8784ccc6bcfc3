"""`/api/v1/`: the rooms' parts of the API put together, and the answer to addresses that it does not have."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path
from ninja import NinjaAPI

from treue.act.content.api_writes import router as content
from treue.act.gifts.api_writes import router as gifts
from treue.act.loyalty.api_batches import router as loyalty
from treue.act.loyalty.api_deeds import router as deeds
from treue.act.loyalty.api_qualifications import router as qualifications
from treue.act.loyalty.books.api import router as books
from treue.act.offers.api_prices import router as offers
from treue.act.partners.api_writes import router as partners
from treue.act.referrals.api_writes import router as referrals
from treue.act.rewards.api_writes import router as rewards
from treue.act.vouchers.api_writes import router as vouchers
from treue.core.api import problems
from treue.core.api.application import Application, answered
from treue.core.commerce.api_writes import router as orders
from treue.core.customers.api_writes import router as customers
from treue.core.events.api import router as events
from treue.understand.recommendations.api import router as recommendations
from treue.understand.segments.api import router as groups
from treue.understand.value.api import router as values

DESCRIPTION = """Customers, orders, events, points, vouchers, rewards, members' content and member offers of one shop.

A key (`treue key add NAME --scope read`, or the page *API keys*) is sent as `Authorization: Bearer …`. Lists are paged
by key: send `next` as `after`. Moments are RFC 3339 and have an offset, amounts are decimal numbers in text with their
currency. Every write needs an `Idempotency-Key`. Errors are RFC 9457."""


def application() -> NinjaAPI:
    api = Application(title="Treue", version="1", description=DESCRIPTION, urls_namespace="api")
    facts = (customers, orders, events, values, groups, recommendations)
    for router in (
        *facts,
        loyalty,
        qualifications,
        deeds,
        books,
        rewards,
        referrals,
        vouchers,
        content,
        gifts,
        offers,
        partners,
    ):
        api.add_router("", router)
    return api


@answered
def unknown(request: HttpRequest, **_place: str) -> HttpResponse:
    return problems.answer(problems.NOT_FOUND, "The API has no such address.")


@answered
def meaning(request: HttpRequest, slug: str) -> HttpResponse:
    """What a type of problem means, at its own address."""
    kind = next((kind for kind in problems.KINDS if kind.slug == slug), None)
    if kind is None:
        return problems.answer(problems.NOT_FOUND, "There is no such kind of problem.")
    return HttpResponse(f"{kind.status} {kind.title}\n\n{kind.meaning}\n", content_type="text/plain; charset=utf-8")


def _addresses() -> list[object]:
    addresses, app_name, namespace = application().urls
    for pattern in addresses:
        pattern.callback = answered(pattern.callback)
    return [path("v1/", include((addresses, app_name), namespace=namespace))]


urlpatterns = [
    *_addresses(),
    path("v1/problems/<slug:slug>", meaning, name="api_problem"),
    re_path(r"^(?P<rest>.*)$", unknown, name="api_unknown"),
]
