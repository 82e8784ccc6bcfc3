"""The events of a page as the timeline shows them: by day, ready to print."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.core.commerce.models import Order
from treue.core.events.models import Event
from treue.core.shop.models import Shop
from treue.design import formats
from treue.design.figures import Entry
from treue.understand.metrics.scope.basis import active_language
from treue.understand.profile import happenings_wording as wording
from treue.understand.profile.timeline import Place

MOST_FACTS, LONGEST_FACT = 60, 300


@dataclass(frozen=True)
class Day:
    """heading: "" where the day goes on from the page before."""

    heading: str
    entries: Sequence[Entry]


def days(events: Sequence[Event], shop: Shop, *, behind: Place | None = None) -> list[Day]:
    """behind: where the page before ended."""
    language, urls = active_language(), _order_urls(events, shop)
    begun = _day(behind, shop) if behind else None
    return [
        Day(
            "" if day == begun else formats.weekday_long(day, language),
            [_entry(each, shop, urls) for each in of_the_day],
        )
        for day, of_the_day in groupby(events, key=lambda event: _day(event, shop))
    ]


def _day(at: Event | Place, shop: Shop) -> date:
    return at.occurred_at.astimezone(shop.tz).date()


def _entry(event: Event, shop: Shop, urls: Mapping[str, str]) -> Entry:
    moment = event.occurred_at.astimezone(shop.tz)
    below = [wording.products(event), wording.source(event)]
    return Entry(
        when=formats.clock(moment, active_language()),
        on=moment,
        title=wording.sentence(event, shop.currency),
        text=" · ".join(text for text in below if text),
        kind=wording.look(event),
        url=urls.get(wording.order_number(event.facts), "") if _is_about_an_order(event) else "",
        more=_details(event, shop),
    )


def _is_about_an_order(event: Event) -> bool:
    known = wording.WORDINGS.get(event.name)
    return known is not None and known.kind == wording.Kind.PURCHASES


def _order_urls(events: Sequence[Event], shop: Shop) -> dict[str, str]:
    """The pages of the orders that the events are about, by number; for those that are there, and these persons'."""
    numbers = {wording.order_number(event.facts) for event in events if _is_about_an_order(event)} - {""}
    if not numbers:
        return {}
    found = Order.objects.filter(shop=shop, number__in=numbers).values_list("number", "customer_id", "pk")
    return {number: reverse("order", args=[customer, pk]) for number, customer, pk in found if customer}


def _details(event: Event, shop: Shop) -> list[tuple[str, str]]:
    """All that was told, as pairs; of very much the first part."""
    language = active_language()
    pairs = [
        (_("Event"), event.name),
        (_("Source"), wording.source(event)),
        (_("Happened"), formats.moment(event.occurred_at.astimezone(shop.tz), language)),
        (_("Recorded"), formats.moment(event.recorded_at.astimezone(shop.tz), language)),
    ]
    facts = list(_flat(event.facts))
    pairs += facts[:MOST_FACTS]
    if (more := len(facts) - MOST_FACTS) > 0:
        said = ngettext("%(number)s more fact", "%(number)s more facts", more)
        pairs.append(("…", said % {"number": formats.number(more, language)}))
    return pairs


def _flat(facts: object, path: str = "") -> Iterator[tuple[str, str]]:
    """("products 1 name", "Assam") and so on."""
    for name, value in _parts(facts):
        here = f"{path} {name}".strip()
        if isinstance(value, Mapping | list):
            yield from _flat(value, here)
        else:
            yield here[:LONGEST_FACT], _printed(value)


def _parts(facts: object) -> Iterable[tuple[object, object]]:
    return facts.items() if isinstance(facts, Mapping) else enumerate(facts, start=1)


def _printed(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None or value == "":
        return formats.NOTHING
    text = str(value)
    return text if len(text) <= LONGEST_FACT else text[: LONGEST_FACT - 1] + "…"
