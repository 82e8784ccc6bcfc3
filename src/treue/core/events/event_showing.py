"""Events of the log as their pages show them: texts ready to print."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.core.customers.models import Customer
from treue.core.events import showing, telling, wording
from treue.core.events.browsing import MOST_LOOKED_AT, Page
from treue.core.events.fate import Fate, State
from treue.core.events.models import Event
from treue.core.events.showing import language
from treue.core.shop import clock
from treue.core.staff.models import User
from treue.design import formats
from treue.design.tables import Cell, Column, Table

BADGES = {State.DEALT_WITH: "good", State.FAILED: "bad", State.BEHIND: "warn", State.AHEAD: "info"}


def listed(events: Sequence[Event], zone: ZoneInfo, *, by_person: bool) -> Table | None:
    """by_person: they stand in the order in which they happened, and not in that of the log."""
    columns = [Column(_("Event")), Column(_("Source")), Column(_("Happened")), Column(_("Recorded"))]
    rows = [
        [
            Cell(each.name, url=showing.event_url(each)),
            each.source,
            clock.printed(each.occurred_at, zone),
            clock.printed(each.recorded_at, zone),
        ]
        for each in events
    ]
    order = _("Newest first, by when they happened.") if by_person else _("Newest first, by when they were recorded.")
    return Table(_("Events"), columns, rows, caption=order, stack=True) if rows else None


def nothing(page: Page, zone: ZoneInfo, *, is_known: bool, narrowed: bool) -> str:
    """What stands where there are no events."""
    if not is_known:
        return _("No customer has this number.")
    if page.looked_back_to:
        return looked_back_to(page, zone)
    if narrowed:
        return _("No event in the log fits this filter.")
    return _("Nothing has happened yet. Events come from sources that send them and from imports of new orders.")


def looked_back_to(page: Page, zone: ZoneInfo) -> str:
    """ "" where a page ends because it is full, or with the log."""
    if page.looked_back_to is None:
        return ""
    values = {
        "number": formats.number(MOST_LOOKED_AT, language()),
        "moment": clock.printed(page.looked_back_to, zone),
    }
    if not page.events:
        return _("None of %(number)s events back to %(moment)s fits this filter.") % values
    return _("Looked through %(number)s events, back to %(moment)s.") % values


def facts(event: Event, customer: Customer | None, zone: ZoneInfo) -> list[tuple[str, str | SafeString]]:
    pairs: list[tuple[str, str | SafeString]] = [
        (_("Source"), event.source),
        (_("Happened"), clock.printed(event.occurred_at, zone)),
        (_("Recorded"), clock.printed(event.recorded_at, zone)),
        (_("Number in the log"), str(event.seq)),
        (_("Message"), event.message_id),
    ]
    if customer:
        address = reverse("customer", args=[customer.pk])
        pairs.insert(0, (_("Customer"), format_html('<a href="{}">{}</a>', address, customer)))
    if event.is_history:
        pairs.append((_("History"), _("It happened before its source was live: most reactions pass it over.")))
    return pairs


def body(event: Event) -> list[tuple[str, str]]:
    return telling.told(event.facts)


def fates(event: Event, found: Mapping[tuple[int, str], Fate], zone: ZoneInfo, user: User) -> Table | None:
    """What each reaction made of it; first those that somebody has to see to."""
    told = event.facts.get("currency")
    currency = told if isinstance(told, str) else ""
    columns = [Column(_("Reaction"), full=True), Column(_("State"), corner=True), Column(_("What is known"), full=True)]
    order = [State.FAILED, State.BEHIND, State.AHEAD, State.DEALT_WITH, State.BEFORE, State.UNCONCERNED]
    ranked = sorted(found.items(), key=lambda each: (order.index(each[1].state), each[0][1]))
    rows = [
        [showing.reaction(reaction), _state(fate), _known(reaction, fate, currency, zone, user)]
        for (_seq, reaction), fate in ranked
    ]
    return Table(_("What became of it"), columns, rows, stack=True) if rows else None


def _state(fate: Fate) -> Cell:
    words = {
        State.DEALT_WITH: _("Dealt with"),
        State.UNCONCERNED: _("Not concerned"),
        State.BEFORE: _("Not concerned"),
        State.AHEAD: _("Still to read"),
        State.FAILED: _("Failed"),
        State.BEHIND: _("Waiting"),
    }
    return Cell(words[fate.state], badge=BADGES.get(fate.state, "plain"))


def _known(reaction: str, fate: Fate, currency: str, zone: ZoneInfo, user: User) -> str | Cell:
    if fate.state == State.FAILED:
        said = wording.sentence_of(reaction, fate.error, currency) or _("Kind of error: %(error)s.") % {
            "error": fate.error
        }
        way = wording.way_out(reaction, fate.error, user)
        text = format_html('{} <a href="{}">{}</a>', said, way.url, way.label) if way else said
        return Cell(text, sub=_tries(fate, zone))
    if fate.state == State.AHEAD and fate.stuck_since:
        return _("The reaction has not got on in this part of the log since %(moment)s.") % {
            "moment": clock.printed(fate.stuck_since, zone)
        }
    return {
        State.BEHIND: _("An earlier event of the same person failed; this one follows it."),
        State.AHEAD: _("The reaction has not come to it yet."),
        State.BEFORE: _("It was recorded before the reaction began."),
    }.get(fate.state, formats.NOTHING)


def _tries(fate: Fate, zone: ZoneInfo) -> str:
    number = formats.number(fate.attempts, language())
    so_far = ngettext("%(number)s attempt so far", "%(number)s attempts so far", fate.attempts) % {"number": number}
    return f"{so_far} · {_next(fate.next_try_at, zone)}"


def _next(due: datetime | None, zone: ZoneInfo) -> str:
    return _("next try %(moment)s") % {"moment": clock.printed(due, zone)} if due else _("given up")
