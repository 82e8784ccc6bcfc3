"""The log through the API."""

from django.http import HttpRequest
from ninja import Field, Query, Router

from treue.core.api import keyset
from treue.core.api.keyset import Paged
from treue.core.api.operations import reads
from treue.core.api.problems import OUTDATED, Problem
from treue.core.api.values import GivenMoment, Id, PathId, Told, shown_as
from treue.core.customers import persons
from treue.core.customers.api import customer_of
from treue.core.events import feed
from treue.core.events.feed import LogRenumbered, Place
from treue.core.events.models import Event

router = Router(tags=["Events"])

EXAMPLE = {
    "message_id": "order completed A-2026-0815",
    "name": "Order Completed",
    "customer": 4711,
    "source": "files",
    "occurred_at": "2026-11-28T11:00:00Z",
    "recorded_at": "2026-11-28T11:00:01.250000Z",
    "is_history": False,
    "facts": {"order": "A-2026-0815", "total": "24.9000", "currency": "EUR"},
}


class EventOut(Told):
    message_id: str | None = Field(
        description="The same for the same event, however often it is told; null once its month has left the log."
    )
    name: str
    customer: Id | None = Field(description="Whose it is today; null while nobody is known behind it.")
    source: str
    occurred_at: GivenMoment
    recorded_at: GivenMoment
    is_history: bool = Field(description="It happened before its source was live, and nothing reacted to it.")
    facts: dict[str, object] = Field(description="What the source said of it.")

    model_config = shown_as(EXAMPLE)


class EventPage(Told):
    data: list[EventOut]
    next: str | None = Field(description="`after` of the next page; null on the last.")

    model_config = shown_as({"data": [EXAMPLE], "next": None})


class EventFeed(Told):
    data: list[EventOut]
    next: str = Field(description="The place reached: `after` of the next request, also where nothing came.")
    more: bool = Field(description="Whether to ask again at once.")

    model_config = shown_as({"data": [EXAMPLE], "next": "WyJldmVudHMiLDEsMiwzXQ", "more": False})


@reads(router, "/events", answer=EventFeed, summary="Follow the log")
def follow_log(request: HttpRequest, query: Query[Paged]) -> EventFeed:
    """Every event once, in the order of the log, which is not quite that of their moments. Keep `next` and ask again
    with it: whatever is written in the meantime comes after it, and nothing is left out. What a restore brings back
    makes old places void (410); events that are known then have the `message_id` that they had."""
    place = Place(*keyset.key_in(query.after, of="events", size=3)) if query.after is not None else Place()
    if min(place.log, place.xid, place.seq) < 0:
        raise keyset.wrong()
    try:
        events, reached = feed.following(request.auth.shop, place, query.limit)
    except LogRenumbered as error:
        raise Problem(OUTDATED) from error
    after = keyset.cursor("events", reached.log, reached.xid, reached.seq)
    return EventFeed(data=_shown(events), next=after, more=len(events) == query.limit)


@reads(router, "/customers/{customer_id}/events", answer=EventPage, summary="List a customer's events")
def list_events_of_customer(request: HttpRequest, customer_id: PathId, query: Query[Paged]) -> EventPage:
    """The newest first, those from before the customer was known or merged included. Of months that have left the log
    (`TREUE_EVENTS_MONTHS`) the facts that concern behaviour and purchases are there; such a page takes longer."""
    shop = request.auth.shop
    numbers = persons.numbers_of(customer_of(shop, customer_id))
    before = None
    if query.after is not None:
        micros, seq = keyset.key_in(query.after, of="timeline", size=2)
        before = keyset.moment(micros), seq
    found = feed.timeline(shop, numbers, query.limit + 1, before=before)
    page, more = found[: query.limit], found[query.limit :]
    end = keyset.cursor("timeline", keyset.micros(page[-1].occurred_at), page[-1].seq) if more else None
    return EventPage(data=_shown(page), next=end)


def _shown(events: list[Event]) -> list[EventOut]:
    today = persons.customers_of({event.person for event in events if event.person is not None})
    return [
        EventOut(
            message_id=event.message_id,
            name=event.name,
            customer=today.get(event.person),
            source=event.source,
            occurred_at=event.occurred_at,
            recorded_at=event.recorded_at,
            is_history=event.is_history,
            facts=event.facts,
        )
        for event in events
    ]
