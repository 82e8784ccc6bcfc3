"""Consents and preferences of one customer, ready to print."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from treue.core.customers.consent import Kind, Standing
from treue.core.customers.consent_wording import channel_name, kind_name, language_name, purpose_name, source_name
from treue.core.customers.models import ConsentRecord, Preference
from treue.core.shop.models import Shop
from treue.design import formats
from treue.design.tables import Cell, Column, Table
from treue.understand.metrics.scope.basis import active_language

Button = Callable[[Standing], SafeString]
BADGES = {Kind.GIVEN: "good", Kind.REQUESTED: "warn", Kind.WITHDRAWN: "plain"}
MOMENTS = ("requested_at", "confirmed_at")


def standing(holds: Sequence[Standing], shop: Shop, button: Button | None) -> Table:
    """What holds today. button: what can be done about it."""
    columns = [
        Column(_("Purpose")),
        Column(_("Today"), corner=True),
        Column(_("Channel")),
        Column(_("Since")),
        Column(_("Source")),
        Column(_("Text")),
        *([Column(_("What to do"), full=True)] if button else []),
    ]
    return Table(_("What holds today"), columns, [_holds(each, shop, button) for each in holds], stack=True)


def _holds(each: Standing, shop: Shop, button: Button | None) -> list[str | Cell]:
    words = {Kind.GIVEN: _("allowed"), Kind.REQUESTED: _("unconfirmed"), Kind.WITHDRAWN: _("withdrawn")}
    record = each.record
    cells: list[str | Cell] = [
        purpose_name(record.purpose),
        Cell(words[each.state], badge=BADGES[each.state]),
        channel_name(record.channel),
        _moment(record.happened_at, shop),
        source_name(record.source),
        _withdrawn(record, shop) if each.state == Kind.WITHDRAWN else _version(record),
    ]
    return [*cells, button(each)] if button else cells


def _withdrawn(record: ConsentRecord, shop: Shop) -> str:
    """A withdrawal needs no text; in its place stands what it means."""
    facts = {"moment": _moment(record.happened_at, shop), "source": source_name(record.source)}
    return _("Withdrawn since %(moment)s (source: %(source)s). Nothing is sent for this any more.") % facts


def history(records: Sequence[ConsentRecord], shop: Shop) -> Table:
    columns = [
        Column(_("When")),
        Column(_("What"), corner=True),
        Column(_("Purpose")),
        Column(_("Channel")),
        Column(_("Source")),
        Column(_("Proof"), full=True),
    ]
    rows = [
        [
            _moment(each.happened_at, shop),
            Cell(kind_name(each.kind), badge=BADGES[Kind(each.kind)]),
            purpose_name(each.purpose),
            channel_name(each.channel),
            source_name(each.source),
            _proof(each, shop),
        ]
        for each in records
    ]
    return Table(_("History"), columns, rows, caption=_("Newest first."), stack=True)


def _proof(record: ConsentRecord, shop: Shop) -> SafeString:
    pairs = format_html_join("", "<dt>{}</dt><dd>{}</dd>", _evidence(record, shop))
    moment = _moment(record.happened_at, shop)
    return format_html(
        '<details class="plain"><summary>{}<span class="sr">: {}</span></summary><dl class="kv left">{}</dl></details>',
        _("Show the proof"),
        moment,
        pairs,
    )


def _evidence(record: ConsentRecord, shop: Shop) -> Iterator[tuple[str, str]]:
    """All that is known of how a record came about."""
    names = {
        "requested_at": _("Signed up"),
        "confirmed_at": _("Confirmed"),
        "form": _("Form"),
        "ip": _("IP address, shortened"),
    }
    if record.note:
        yield _("Note"), record.note
    for name, value in record.proof.items():
        yield names.get(name, name), _told(name, value, shop)
    yield _("Recorded"), _moment(record.recorded_at, shop)
    if record.recorded_by:
        yield _("Recorded by"), str(record.recorded_by)
    if record.text:
        yield _version(record), record.text.text


def _told(name: str, value: object, shop: Shop) -> str:
    if name in MOMENTS and isinstance(value, str):
        return _moment(datetime.fromisoformat(value), shop)
    return str(value)


def _version(record: ConsentRecord) -> str:
    if record.text is None:
        return formats.NOTHING
    return _("%(version)s in %(language)s") % {
        "version": record.text.version,
        "language": language_name(record.text.language),
    }


def _moment(moment: datetime, shop: Shop) -> str:
    return formats.moment(moment.astimezone(shop.tz), active_language())


def said(preference: Preference, shop: Shop) -> str:
    """When the preferences were last changed, and by whom; "" where nothing was ever said."""
    if preference.updated_at is None:
        return ""
    facts = {"moment": _moment(preference.updated_at, shop), "who": str(preference.updated_by or "")}
    if preference.updated_by:
        return _("Changed on %(moment)s by %(who)s.") % facts
    return _("Changed on %(moment)s.") % facts
