"""Sources as their pages show them: texts ready to print."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from treue.core.events.models import Source
from treue.core.shop import clock
from treue.design import formats
from treue.design.tables import Cell, Column, Table
from treue.listen.tracking import errors
from treue.listen.tracking.activity import Active

REASONS: dict[str, Promise] = {
    errors.NotJson.code: gettext_lazy("It is no JSON that can be read"),
    errors.Malformed.code: gettext_lazy("The event does not have the form of its type"),
    errors.EventTooLarge.code: gettext_lazy("The event has more than 32 KB"),
    errors.UnknownType.code: gettext_lazy("The type is unknown"),
    errors.NobodyNamed.code: gettext_lazy("Neither userId nor anonymousId"),
    errors.NoName.code: gettext_lazy("The name of what happened is missing"),
    errors.NoPreviousId.code: gettext_lazy("An alias without its former id"),
    errors.NoGroupId.code: gettext_lazy("A group without its id"),
    errors.TooLong.code: gettext_lazy("An id or a name is too long"),
    errors.BadTimestamp.code: gettext_lazy("The timestamp is no moment"),
    errors.NoOrderId.code: gettext_lazy("What is told of an order lacks its order_id"),
    errors.NotBelieved.code: gettext_lazy("A browser is not believed that an order was changed, refunded or cancelled"),
    errors.ErasedPerson.code: gettext_lazy("It happened before the person was erased"),
    errors.ImpossibleOrder.code: gettext_lazy("What it says of goods or money cannot be an order"),
    errors.ReservedMessageId.code: gettext_lazy("The messageId is reserved for orders"),
    errors.HoldsNul.code: gettext_lazy("The character NUL"),
    errors.NotStorable.code: gettext_lazy("The database refused it"),
    errors.OverLimit.code: gettext_lazy("More than the source may send"),
}


def _language() -> str:
    return (get_language() or "en")[:2]


def _number(value: int) -> str:
    return formats.number(value, _language())


def listed(found: Sequence[Active], zone: ZoneInfo) -> Table | None:
    columns = [
        Column(_("Source")),
        Column(_("Sends from")),
        Column(_("Last event")),
        Column(_("Events in 24 hours"), numeric=True),
        Column(_("Refused"), numeric=True),
        Column(_("Key ends in")),
        Column(_("Access"), corner=True),
    ]
    rows = [
        [
            Cell(each.source.name, url=reverse("source", args=[each.source.pk])),
            each.source.get_kind_display(),
            clock.printed(each.last_at, zone) if each.last_at else _("nothing yet"),
            _number(each.taken),
            Cell(_number(each.refused), kind="bad" if each.refused else ""),
            Cell(each.source.key_ending, kind="mono"),
            _access(each.source),
        ]
        for each in found
    ]
    return Table(_("Sources"), columns, rows, stack=True) if rows else None


def _access(source: Source) -> Cell:
    return (
        Cell(_("On"), badge="good") if source.is_enabled else Cell(pgettext("a source", "Switched off"), badge="plain")
    )


def facts(active: Active, zone: ZoneInfo) -> list[tuple[str, str]]:
    source = active.source
    return [
        (_("Sends from"), source.get_kind_display()),
        *([(_("Former names"), ", ".join(source.former_names))] if source.former_names else []),
        (_("Write key"), _("ends in %(letters)s") % {"letters": source.key_ending}),
        (_("Made"), clock.printed(source.created_at, zone)),
        (_("Last event"), clock.printed(active.last_at, zone) if active.last_at else _("nothing yet")),
        (_("Events in 24 hours"), _number(active.taken)),
    ]


def refusals(active: Active) -> Table | None:
    """Why events of the last 24 hours were refused."""
    columns = [Column(_("Reason")), Column(_("Events"), numeric=True)]
    rows = [[str(REASONS.get(code, code)), _number(events)] for code, events in active.reasons.items()]
    return Table(_("Refused events"), columns, rows) if rows else None


def as_of(now: datetime, zone: ZoneInfo) -> str:
    return _("As of %(moment)s.") % {"moment": clock.printed(now, zone)}
