"""Events that tell of an order and are not taken in as one: an agent who reads of it finds no such order yet."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from treue.core.commerce.completing import REACTION
from treue.core.events import fate
from treue.core.events import wording as reactions
from treue.core.events.fate import Fate, State
from treue.core.events.models import FILES, Event
from treue.listen.tracking import names
from treue.understand.profile.happenings_wording import order_number


@dataclass(frozen=True, slots=True)
class Waiting:
    mark: str
    sentence: str
    failed: bool = False


def of(events: Sequence[Event], *, there: Collection[str]) -> dict[int, Waiting]:
    """By the event's number. A file's orders are there before the event that tells of them. there: numbers of orders
    that are."""
    about_orders = [each for each in events if each.name in names.ORDERS and each.source != FILES]
    fates = fate.of(about_orders, [REACTION])
    found = [(each, _waiting(each, fates[each.seq, REACTION])) for each in about_orders if fates]
    return {each.seq: waits for each, waits in found if waits and not _is_there(each, waits, there)}


def _is_there(event: Event, waits: Waiting, there: Collection[str]) -> bool:
    """Somebody else told of it before: only the reading of this event is still to come."""
    return not waits.failed and event.name == names.ORDER_COMPLETED and order_number(event.facts) in there


def _waiting(event: Event, known: Fate) -> Waiting | None:
    if known.state == State.FAILED:
        currency = event.facts.get("currency")
        why = reactions.sentence_of(REACTION, known.error, currency if isinstance(currency, str) else "")
        return Waiting(_("Not taken in"), why or _("Treue could not take this in among the orders yet."), failed=True)
    if known.state == State.BEHIND:
        return Waiting(_("Waiting"), _("An earlier event of this customer could not be taken in; this one follows it."))
    if known.state == State.AHEAD:
        soon = _("Not among the orders yet; that usually takes a few seconds.")
        return Waiting(
            _("Waiting"), _("Not among the orders yet; taking them in is held up.") if known.stuck_since else soon
        )
    return None
