"""The log as its page shows it: texts ready to print."""

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from treue.core.events import registry
from treue.core.events.models import Event
from treue.core.events.standing import HOUR, MOST_AN_HOUR, MOST_COUNTED, Failure, Standing
from treue.core.shop import clock
from treue.design import formats
from treue.design.tables import Cell, Column, Table

MINUTES = HOUR.total_seconds() / 60
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
            Cell(each.reaction, kind="mono"),
            _unread(each, now),
            clock.printed(each.moved_at, zone) if each.moved_at else _("not yet"),
            Cell(formats.number(each.failed, language()), kind="bad" if each.failed else ""),
            formats.number(each.waiting, language()),
        ]
        for each in standings
    ]
    return Table(_("Reactions"), columns, rows, caption=_as_of(now, zone), stack=True) if rows else None


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


def failures(found: Sequence[Failure], zone: ZoneInfo, buttons: Buttons) -> Table | None:
    """buttons: what can be done about one of them, as markup."""
    columns = [
        Column(_("Event")),
        Column(_("Reaction"), full=True),
        Column(_("Happened")),
        Column(_("Kind of error"), full=True),
        Column(_("Attempts"), numeric=True),
        Column(_("Next try")),
        Column(_("Waiting behind"), numeric=True),
        Column(_("What to do"), full=True),
    ]
    rows = [
        [
            name(each),
            Cell(each.parked.reaction, kind="mono"),
            clock.printed(each.event.occurred_at if each.event else None, zone),
            Cell(each.parked.error, kind="mono"),
            formats.number(each.parked.attempts, language()),
            next_try(each, zone),
            formats.number(each.waiting, language()),
            buttons(each) if each.parked.reaction in registry.REACTIONS else _("This reaction is gone from Treue."),
        ]
        for each in found
    ]
    return Table(_("Failed events"), columns, rows, caption=_("Newest first."), stack=True) if rows else None


def name(failure: Failure) -> str:
    return failure.event.name if failure.event else _("a deleted event")


def next_try(failure: Failure, zone: ZoneInfo) -> str:
    due = failure.parked.next_try_at
    return clock.printed(due, zone) if due else _("given up")


def facts(failure: Failure, zone: ZoneInfo) -> list[tuple[str, str]]:
    """One failed event, as pairs."""
    return [
        (_("Event"), name(failure)),
        (_("Reaction"), failure.parked.reaction),
        (_("Happened"), clock.printed(failure.event.occurred_at if failure.event else None, zone)),
        (_("Kind of error"), failure.parked.error),
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


def latest(events: Sequence[Event], zone: ZoneInfo) -> Table | None:
    columns = [Column(_("Event")), Column(_("Source")), Column(_("Happened")), Column(_("Recorded"))]
    rows = [
        [each.name, each.source, clock.printed(each.occurred_at, zone), clock.printed(each.recorded_at, zone)]
        for each in events
    ]
    return Table(_("Latest events"), columns, rows, caption=_("Newest first."), stack=True) if rows else None


def rhythm(in_the_hour: int) -> str:
    """How many events come in a minute, over the last hour."""
    if in_the_hour > MOST_AN_HOUR:
        most = formats.number(MOST_AN_HOUR / MINUTES, language())
        return _("More than %(number)s events per minute in the last hour") % {"number": most}
    per_minute = in_the_hour / MINUTES
    number = formats.number(per_minute, language(), decimals=1 if 0 < per_minute < FEW_A_MINUTE else 0)
    return _("%(number)s events per minute in the last hour") % {"number": number}
