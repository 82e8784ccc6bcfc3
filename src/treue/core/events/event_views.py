"""The events of the log: a list that can be narrowed down, and one of them with all that is known of it."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from treue.core.customers import persons
from treue.core.customers.models import Customer
from treue.core.events import browsing, event_showing, fate, naming
from treue.core.events.browsing import Wanted
from treue.core.events.models import Event, Source
from treue.core.events.moments import Place
from treue.core.shop.models import Shop
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.design.tables import address

LONGEST = 200


@dataclass(frozen=True)
class Asked:
    """What somebody looks for, as typed. customer: the shop's own number, of whoever may see customers."""

    source: str
    name: str
    state: str
    customer: str

    def __bool__(self) -> bool:
        return bool(self.source or self.name or self.state or self.customer)


def asked_for(request: HttpRequest, shop: Shop) -> dict[str, object]:
    """What the page of the log says of its events."""
    asked = _asked(request)
    behind = Place.parse(request.GET.get("before_event", ""))
    wanted = _wanted(asked, shop)
    found = browsing.page(shop, wanted, behind=behind) if wanted else browsing.Page([], None)
    here = {"before_event": ""}
    return {
        "asked": asked,
        "latest": event_showing.listed(found.events, shop.tz, by_person=bool(asked.customer)),
        "nothing": event_showing.nothing(found, shop.tz, is_known=wanted is not None, narrowed=bool(asked)),
        "looked_back_to": event_showing.looked_back_to(found, shop.tz),
        "older_url": address(request.GET, before_event=str(found.older)) + "#latest" if found.older else "",
        "newest_url": address(request.GET, **here) + "#latest" if behind else "",
        "may_name_customers": request.user.may(Permission.SEE_CUSTOMERS),
        **_choices(shop, asked),
    }


def _asked(request: HttpRequest) -> Asked:
    source, name, state, customer = (
        request.GET.get(each, "").replace("\0", "").strip()[:LONGEST]
        for each in ("source", "name", "state", "customer")
    )
    if not request.user.may(Permission.SEE_CUSTOMERS):
        customer = ""
    return Asked(source, name, state if state in (browsing.FAILED, browsing.WAITING) else "", customer)


def _wanted(asked: Asked, shop: Shop) -> Wanted | None:
    """None where nobody has the number that is asked for."""
    numbers = None
    if asked.customer:
        customer = Customer.everyone.select_related("merged_into").filter(shop=shop, number=asked.customer).first()
        if customer is None:
            return None
        numbers = persons.numbers_of(customer.merged_into or customer)
    return Wanted(asked.source, asked.name, asked.state, numbers)


def _choices(shop: Shop, asked: Asked) -> dict[str, object]:
    names, seen = naming.seen(shop)
    sources = {*seen, *Source.objects.filter(shop=shop).values_list("name", flat=True), asked.source} - {""}
    return {
        "sources": [("", _("All sources")), *((each, each) for each in sorted(sources))],
        "names": sorted({*names, *naming.known()}),
        "states": [
            ("", _("Any state")),
            (browsing.FAILED, _("Failed")),
            (browsing.WAITING, _("Waiting behind a failed one")),
        ],
    }


@requires(Permission.SEE_LOG)
@require_GET
def event(request: HttpRequest, place: str) -> HttpResponse:
    """One event: what was told, by whom, and what each reaction made of it. What is about a person is for whoever may
    see customers."""
    shop = ensure_shop()
    at = Place.parse(place)
    found = browsing.one(shop, at) if at else None
    if found is None:
        raise Http404
    may_see = request.user.may(Permission.SEE_CUSTOMERS)
    context = {
        "event": found,
        "facts": event_showing.facts(found, _customer(found) if may_see else None, shop.tz),
        "body": event_showing.body(found) if may_see else None,
        "may_see": may_see,
        "fates": event_showing.fates(found, fate.of([found]), shop.tz, request.user),
    }
    return render(request, "events/event.html", context)


def _customer(event: Event) -> Customer | None:
    if event.person is None:
        return None
    number = persons.customers_of({event.person}).get(event.person)
    return Customer.objects.filter(pk=number).first()
