"""Webhooks as their pages show them: texts ready to print."""

from collections.abc import Callable, Sequence
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from treue.core.shop import clock
from treue.core.webhooks import wording
from treue.core.webhooks.models import MESSAGE, Delivery, Endpoint
from treue.core.webhooks.standing import Standing
from treue.design import formats
from treue.design.tables import Cell, Column, Table

LETTERS_SHOWN = 8
Button = Callable[[Delivery], SafeString | str]


def language() -> str:
    return (get_language() or "en")[:2]


def endpoints(standings: Sequence[Standing]) -> Table | None:
    columns = [
        Column(_("Webhook"), full=True),
        Column(_("State"), corner=True),
        Column(_("Events"), full=True),
        Column(_("Delivered, 24 hours"), numeric=True),
        Column(_("To be sent"), numeric=True),
    ]
    rows = []
    for each in standings:
        state = wording.endpoint_state(each.endpoint)
        rows.append(
            [
                _name(each.endpoint),
                Cell(state.text, badge=state.badge),
                wanted(each.endpoint),
                success(each),
                formats.number(each.waiting, language()),
            ]
        )
    return Table(_("Webhooks"), columns, rows, stack=True) if rows else None


def _name(endpoint: Endpoint) -> Cell:
    url = reverse("webhook", args=[endpoint.pk])
    return Cell(str(endpoint), url=url, sub=endpoint.host if endpoint.description else "")


def wanted(endpoint: Endpoint) -> str:
    return ", ".join(endpoint.events) or _("All events")


def success(standing: Standing) -> str:
    """ "98 % of 1,204"."""
    tried = standing.delivered + standing.failed
    if standing.success is None:
        return formats.NOTHING
    values = {"share": formats.share(standing.success, language()), "number": formats.number(tried, language())}
    return _("%(share)s of %(number)s") % values


def facts(standing: Standing, zone: ZoneInfo) -> list[tuple[str, str | SafeString]]:
    """One endpoint, as pairs."""
    endpoint = standing.endpoint
    pairs = [
        (_("Address"), endpoint.url),
        (_("Events"), wanted(endpoint)),
        (_("Delivered, 24 hours"), success(standing)),
        (_("To be sent"), formats.number(standing.waiting, language())),
        (_("Added"), clock.printed(endpoint.created_at, zone)),
    ]
    if endpoint.failing_since:
        pairs.insert(2, (_("Fails since"), clock.printed(endpoint.failing_since, zone)))
    return pairs


def deliveries(page: Sequence[Delivery], zone: ZoneInfo, button: Button) -> Table | None:
    """button: sends one of them again, as markup; "" where it is on its way."""
    columns = [
        Column(_("Event"), full=True),
        Column(_("State"), corner=True),
        Column(_("Last try")),
        Column(_("Response"), full=True),
        Column(_("Attempts"), numeric=True),
        Column(_("Next try")),
        Column(_("What to do"), full=True),
    ]
    rows = []
    for each in page:
        state = wording.state_of(each)
        rows.append(
            [
                _event(each),
                Cell(state.text, badge=state.badge),
                clock.printed(each.tried_at, zone),
                _response(each),
                formats.number(each.attempts, language()),
                clock.printed(each.next_try_at, zone),
                button(each),
            ]
        )
    return Table(_("Deliveries"), columns, rows, caption=_("Newest first."), stack=True) if rows else None


def _event(delivery: Delivery) -> Cell:
    """With the beginning of the id by which the receiver knows it; the whole for whoever points at it."""
    short = f"{delivery.webhook_id[: len(MESSAGE) + LETTERS_SHOWN]}…"
    return Cell(format_html('{}<span class="sub" title="{}">{}</span>', delivery.event, delivery.webhook_id, short))


def _response(delivery: Delivery) -> Cell:
    problem = wording.problem_of(delivery)
    if not problem:
        return Cell(answer(delivery))
    return Cell(problem, sub=answer(delivery) if delivery.duration_ms is not None else "")


def answer(delivery: Delivery) -> str:
    """ "200 · 120 ms"."""
    if delivery.duration_ms is None:
        return formats.NOTHING
    took = f"{formats.number(delivery.duration_ms, language())}{formats.SPACE}ms"
    return f"{delivery.status} · {took}" if delivery.status else took


def failed(lately: int, in_all: int) -> str:
    """How many deliveries failed and were not delivered since."""
    values = {"lately": formats.number(lately, language()), "all": formats.number(in_all, language())}
    return _("Failed: %(lately)s in the last 24 hours, %(all)s in all.") % values


def sent_again(count: int) -> str:
    if not count:
        return _("Nothing has failed since then.")
    number = formats.number(count, language())
    return ngettext("%(number)s delivery is sent again.", "%(number)s deliveries are sent again.", count) % {
        "number": number
    }
