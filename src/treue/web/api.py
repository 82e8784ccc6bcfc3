"""`/api/v1/`: the rooms' parts of the API put together, and the answer to addresses that it does not have."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path
from ninja import NinjaAPI

from treue.core.api import problems
from treue.core.api.application import Application, answered
from treue.core.commerce.api_writes import router as orders
from treue.core.customers.api_writes import router as customers
from treue.core.events.api import router as events
from treue.understand.recommendations.api import router as recommendations
from treue.understand.segments.api import router as groups
from treue.understand.value.api import router as values

DESCRIPTION = """Customers, orders and events of one shop.

A key (`treue key add NAME --scope read`, or the page *API keys*) is sent as `Authorization: Bearer …`. Lists are paged
by key: send `next` as `after`. Moments are RFC 3339 and have an offset, amounts are decimal numbers in text with their
currency. Every write needs an `Idempotency-Key`. Errors are RFC 9457."""


def application() -> NinjaAPI:
    api = Application(title="Treue", version="1", description=DESCRIPTION, urls_namespace="api")
    for router in (customers, orders, events, values, groups, recommendations):
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
