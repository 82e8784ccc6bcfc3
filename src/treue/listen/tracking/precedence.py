"""Whose word about an order counts: a file's before a server's before a browser's; of the same kind that of who names
the customer before a visitor's. So the tellings of an order give the same in whatever order they arrive."""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from django.db.models.fields.json import KT

from treue.core.commerce.completing import is_cancellation, is_told_again
from treue.core.commerce.models import Order, Refund
from treue.core.customers import persons
from treue.core.customers.models import Visitor
from treue.core.events import departed
from treue.core.events.happened import Happened
from treue.core.events.models import Event
from treue.listen.tracking import names

RANKS = {"browser": 0, "server": 1, "api": 1, "import": 2}


class Word(NamedTuple):
    """The greater one counts. is_named: by a customer's number, not by a visitor's."""

    rank: int
    is_named: bool

    @property
    def is_of_a_browser(self) -> bool:
        return self.rank == RANKS["browser"]


def of_event(event: Happened, kinds: Mapping[str, str], visitors: Collection[int]) -> Word:
    """kinds: of the shop's sources, by name. visitors: the numbers among the events' that are visitors'."""
    return Word(RANKS.get(kinds.get(event.source, event.source), 0), event.person not in visitors)


def of_order(order: Order) -> Word:
    """Who told what stands there."""
    return Word(RANKS.get(order.batch.source, 0), not is_a_visitors(order))


def of_refund(refund: Refund) -> Word:
    """Who told what stands there; a visitor's word that is the customer's for good is as one by name."""
    return Word(RANKS.get(refund.batch.source, 0), refund.person is None)


def is_a_visitors(order: Order) -> bool:
    """Whether only a visitor's number says whose it is; then it goes where the visitor goes."""
    return order.person is not None and Visitor.objects.filter(pk=order.person).exists()


def takes_back(event: Happened) -> bool:
    return event.name == names.ORDER_REFUNDED or is_cancellation(event.name, event.message_id)


def is_change(event: Happened) -> bool:
    """Whether the order was changed, and not only told of again."""
    return event.name == names.ORDER_UPDATED and not is_told_again(event.message_id)


def replaces(event: Happened, mine: Word, order: Order, theirs: Word, kinds: Mapping[str, str]) -> bool:
    """Whether its goods and money take the place of those that stand there."""
    if mine.rank != theirs.rank or is_change(event):
        return mine.rank >= theirs.rank
    return mine >= theirs and not _was_changed(order, mine.rank, kinds)


def _was_changed(order: Order, rank: int, kinds: Mapping[str, str]) -> bool:
    """Whether somebody of this rank changed it since it was told of: telling of it again must not undo that."""
    numbers = persons.numbers_of(order.customer)
    told = Event.objects.alias(order=KT("facts__order_id"))
    changed = told.filter(person__in=numbers, name=names.ORDER_UPDATED, order=order.number)
    found = [*changed.values_list("message_id", "source"), *_left_the_log(order, numbers)]
    return any(
        not is_told_again(message) and RANKS.get(kinds.get(source, source), 0) >= rank for message, source in found
    )


def _left_the_log(order: Order, numbers: Collection[int]) -> Iterator[tuple[str, str]]:
    """What changed it, or told of it again, in months that have left the log."""
    for event in departed.of(order.shop_id, numbers, since=order.ordered_at - departed.LONGEST_AHEAD):
        if event.name == names.ORDER_UPDATED and event.kept_id and event.facts.get("order_id") == order.number:
            yield event.kept_id, event.source
