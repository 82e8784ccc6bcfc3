"""The events of a page as the timeline shows them: by day, ready to print."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.urls import reverse
from django.utils.translation import gettext as _

from treue.core.commerce.models import Order
from treue.core.customers.models import Customer
from treue.core.events import telling
from treue.core.events.models import Event
from treue.core.events.moments import Place
from treue.core.shop.models import Shop
from treue.design import formats
from treue.design.figures import Entry
from treue.understand.metrics.scope.basis import active_language
from treue.understand.profile import happenings_wording as wording
from treue.understand.profile import waiting
from treue.understand.profile.waiting import Waiting

FEWEST = 3  # two stand as they are
LONGEST_PAUSE = timedelta(minutes=30)


@dataclass(frozen=True)
class Day:
    """heading: "" where the day goes on from the page before."""

    heading: str
    entries: Sequence[Entry]


@dataclass(frozen=True)
class Told:
    """What entries need beside their events. urls: of orders, by number. waiting: by the event's number."""

    shop: Shop
    urls: Mapping[str, str]
    waiting: Mapping[int, Waiting]


def days(events: Sequence[Event], customer: Customer, *, behind: Place | None = None) -> list[Day]:
    """customer: whose events they are. behind: where the page before ended."""
    shop, urls = customer.shop, _order_urls(events, customer)
    told = Told(shop, urls, waiting.of(events, there=urls))
    begun = _day(behind.moment, shop) if behind else None
    return [
        Day(
            "" if day == begun else formats.weekday_long(day, active_language()),
            [_run(run, told) if len(run) >= FEWEST else _entry(run[0], told) for run in runs(list(of_the_day))],
        )
        for day, of_the_day in groupby(events, key=lambda event: _day(event.occurred_at, shop))
    ]


def runs(events: Sequence[Event]) -> list[list[Event]]:
    """Neighbours of one name that somebody looks around with, without a long pause, together; all others alone. A run
    ends with its page: the place behind which the next one begins is an event's."""
    found: list[list[Event]] = []
    for event in events:
        if found and event.name in wording.RUNS and _goes_on(found[-1][-1], event):
            found[-1].append(event)
        else:
            found.append([event])
    return [part for run in found for part in ([run] if len(run) >= FEWEST else [[each] for each in run])]


def _goes_on(later: Event, event: Event) -> bool:
    return later.name == event.name and later.occurred_at - event.occurred_at <= LONGEST_PAUSE


def _day(moment: datetime, shop: Shop) -> date:
    return moment.astimezone(shop.tz).date()


def _run(events: Sequence[Event], told: Told) -> Entry:
    last, first = (each.occurred_at.astimezone(told.shop.tz) for each in (events[0], events[-1]))
    sources = dict.fromkeys(wording.source(each) for each in events)
    below = [wording.run_names(events), *sources]
    return Entry(
        when=formats.clock_span(first, last, active_language()),
        on=first,
        title=wording.run(events),
        text=" · ".join(text for text in below if text),
        within=[_entry(each, told) for each in events],
    )


def _entry(event: Event, told: Told) -> Entry:
    moment = event.occurred_at.astimezone(told.shop.tz)
    waits = told.waiting.get(event.seq)
    below = [wording.products(event), wording.source(event), waits.sentence if waits else ""]
    return Entry(
        when=formats.clock(moment, active_language()),
        on=moment,
        title=wording.sentence(event, told.shop.currency),
        text=" · ".join(text for text in below if text),
        kind=wording.look(event),
        url=told.urls.get(wording.order_number(event.facts), "") if _is_about_an_order(event) else "",
        more=_details(event, told.shop),
        mark=waits.mark if waits else "",
    )


def _is_about_an_order(event: Event) -> bool:
    known = wording.WORDINGS.get(event.name)
    return known is not None and known.kind == wording.Kind.PURCHASES


def _order_urls(events: Sequence[Event], customer: Customer) -> dict[str, str]:
    """The pages of the orders that the events are about, by number; for those that are there, and this customer's: who
    sends back what another one bought names an order that is not theirs."""
    numbers = {wording.order_number(event.facts) for event in events if _is_about_an_order(event)} - {""}
    if not numbers:
        return {}
    found = Order.objects.filter(shop=customer.shop, customer=customer, number__in=numbers)
    return {number: reverse("order", args=[customer.pk, pk]) for number, pk in found.values_list("number", "pk")}


def _details(event: Event, shop: Shop) -> list[tuple[str, str]]:
    """All that was told, as pairs; of very much the first part."""
    language = active_language()
    return [
        (_("Event"), event.name),
        (_("Source"), wording.source(event)),
        (_("Happened"), formats.moment(event.occurred_at.astimezone(shop.tz), language)),
        (_("Recorded"), formats.moment(event.recorded_at.astimezone(shop.tz), language)),
        *telling.told(event.facts),
    ]
