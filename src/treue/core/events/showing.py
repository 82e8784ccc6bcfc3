"""The log as its page shows it: texts ready to print."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from treue.core.events import registry, wording
from treue.core.events.models import SHARDS, Event
from treue.core.events.moments import Place
from treue.core.events.standing import HOUR, MOST_AN_HOUR, MOST_COUNTED, Failure, Standing
from treue.core.events.stuck import Stuck
from treue.core.shop import clock
from treue.core.staff.models import User
from treue.design import formats
from treue.design.figures import Link
from treue.design.tables import Cell, Column, Table

MINUTES = HOUR.total_seconds() / 60
LONGEST_ORDER = 80
FEW_A_MINUTE = 10  # below it a decimal tells more than none
Buttons = Callable[[Failure], SafeString]


def language() -> str:
    return (get_language() or "en")[:2]


def reactions(standings: Sequence[Standing], now: datetime, zone: ZoneInfo) -> Table | None:
    columns = [
        Column(_("Reaction")),
        Column(_("Still to read"), numeric=True),
        Column(_("Last moved")),
        Column(_("Failed"), numeric=True),
        Column(_("Waiting behind"), numeric=True),
    ]
    rows = [
        [
            reaction(each.reaction),
            _unread(each, now),
            clock.printed(each.moved_at, zone) if each.moved_at else _("not yet"),
            Cell(formats.number(each.failed, language()), kind="bad" if each.failed else ""),
            formats.number(each.waiting, language()),
        ]
        for each in standings
    ]
    return Table(_("Reactions"), columns, rows, caption=_as_of(now, zone), stack=True) if rows else None


@dataclass(frozen=True)
class Halt:
    """A reaction that cannot go on somewhere, as sentences; what helps, and where."""

    title: str
    sentences: Sequence[str]
    way: Link | None


def halts(places: Sequence[Stuck], zone: ZoneInfo, user: User) -> list[Halt]:
    return [_halt(each, zone, user) for each in places]


def _halt(place: Stuck, zone: ZoneInfo, user: User) -> Halt:
    values = {
        "reaction": wording.name_of(place.reaction),
        "moment": clock.printed(place.since, zone),
        "shards": formats.number(place.shards, language()),
        "all": formats.number(SHARDS, language()),
        "oldest": clock.printed(place.oldest, zone),
    }
    title = _("%(reaction)s has not got on in %(shards)s of %(all)s parts of the log since %(moment)s") % values
    error = wording.sentence_of(place.reaction, place.error)
    return Halt(
        title,
        [
            error or _("Kind of error: %(error)s.") % {"error": place.error},
            _("What was recorded there since %(oldest)s waits. Nothing is lost.") % values,
            _(
                "Treue tries again every few seconds and goes on by itself once the cause is mended. The worker's log "
                "names the lines of the program, and treue doctor says what else is wrong."
            ),
        ],
        wording.way_out(place.reaction, place.error, user),
    )


def _as_of(now: datetime, zone: ZoneInfo) -> str:
    return _("As of %(moment)s.") % {"moment": clock.printed(now, zone)}


def _unread(standing: Standing, now: datetime) -> Cell:
    most = formats.number(MOST_COUNTED, language())
    text = formats.number(standing.unread, language())
    if standing.unread > MOST_COUNTED:
        text = _("more than %(number)s") % {"number": most}
    if standing.oldest is None:
        return Cell(text)
    age = formats.duration(max(0.0, (now - standing.oldest).total_seconds()), language())
    return Cell(text, sub=_("the oldest for %(duration)s") % {"duration": age})


def reaction(code: str) -> Cell:
    """In words, with the name that logs and metrics use."""
    name = wording.name_of(code)
    return Cell(name, sub=code) if name != code else Cell(code, kind="mono")


def failures(found: Sequence[Failure], zone: ZoneInfo, buttons: Buttons, *, names_customers: bool) -> Table | None:
    """buttons: what can be done about one of them, as markup. names_customers: for whoever may see them."""
    columns = [
        Column(_("Event")),
        *([Column(_("Customer"))] if names_customers else []),
        Column(_("Reaction"), full=True),
        Column(_("Happened")),
        Column(_("Kind of error"), full=True),
        Column(_("Next try")),
        Column(_("Waiting behind"), numeric=True),
        Column(_("What to do"), full=True),
    ]
    rows = [
        [
            Cell(name(each), url=event_url(each.event), sub=order(each)),
            *([_customer(each)] if names_customers else []),
            wording.name_of(each.parked.reaction),
            clock.printed(each.event.occurred_at if each.event else None, zone),
            _error(each),
            Cell(next_try(each, zone), sub=_attempts(each)),
            formats.number(each.waiting, language()),
            buttons(each) if each.parked.reaction in registry.REACTIONS else _("This reaction is gone from Treue."),
        ]
        for each in found
    ]
    return Table(_("Failed events"), columns, rows, caption=_("Newest first."), stack=True) if rows else None


def name(failure: Failure) -> str:
    return failure.event.name if failure.event else _("a deleted event")


def event_url(event: Event | None) -> str:
    """Of one that has left the log, which keeps no id of its message, there is no page."""
    if event is None or event.message_id is None:
        return ""
    return reverse("log_event", args=[str(Place(event.recorded_at, event.seq))])


def order(failure: Failure) -> str:
    """ "Order A-1"; "" where it names none."""
    return _("Order %(number)s") % {"number": failure.order[:LONGEST_ORDER]} if failure.order else ""


def error(failure: Failure) -> str:
    """Why it failed, in a sentence where somebody has worded it."""
    parked = failure.parked
    return wording.sentence_of(parked.reaction, parked.error, failure.currency) or parked.error


def _error(failure: Failure) -> Cell:
    said = error(failure)
    return Cell(said, kind="mono" if said == failure.parked.error else "")


def _customer(failure: Failure) -> Cell:
    customer = failure.customer
    return Cell(str(customer), url=reverse("customer", args=[customer.pk])) if customer else Cell(formats.NOTHING)


def _attempts(failure: Failure) -> str:
    attempts = failure.parked.attempts
    values = {"number": formats.number(attempts, language())}
    return ngettext("%(number)s attempt so far", "%(number)s attempts so far", attempts) % values


def next_try(failure: Failure, zone: ZoneInfo) -> str:
    due = failure.parked.next_try_at
    return clock.printed(due, zone) if due else _("given up")


def facts(failure: Failure, zone: ZoneInfo, *, names_customers: bool) -> list[tuple[str, str]]:
    """One failed event, as pairs."""
    customer = failure.customer if names_customers else None
    address = reverse("customer", args=[customer.pk]) if customer else ""
    return [
        (_("Event"), name(failure)),
        *([(_("Order"), failure.order[:LONGEST_ORDER])] if failure.order else []),
        *([(_("Customer"), format_html('<a href="{}">{}</a>', address, customer))] if customer else []),
        (_("Reaction"), wording.name_of(failure.parked.reaction)),
        (_("Happened"), clock.printed(failure.event.occurred_at if failure.event else None, zone)),
        (_("Kind of error"), error(failure)),
        (_("Attempts"), formats.number(failure.parked.attempts, language())),
        (_("Next try"), next_try(failure, zone)),
        (_("Waiting behind"), formats.number(failure.waiting, language())),
    ]


def consequence(failure: Failure) -> str:
    """What leaving it out does to those behind it."""
    if not failure.waiting:
        return _("The reaction never deals with this event. Nothing waits behind it. This cannot be undone.")
    number = formats.number(failure.waiting, language())
    return ngettext(
        "The reaction never deals with this event and goes on with the one behind it. This cannot be undone.",
        "The reaction never deals with this event and goes on with the %(number)s behind it. This cannot be undone.",
        failure.waiting,
    ) % {"number": number}


def rhythm(in_the_hour: int) -> str:
    """How many events come in a minute, over the last hour."""
    if in_the_hour > MOST_AN_HOUR:
        most = formats.number(MOST_AN_HOUR / MINUTES, language())
        return _("More than %(number)s events per minute in the last hour") % {"number": most}
    per_minute = in_the_hour / MINUTES
    number = formats.number(per_minute, language(), decimals=1 if 0 < per_minute < FEW_A_MINUTE else 0)
    return _("%(number)s events per minute in the last hour") % {"number": number}
