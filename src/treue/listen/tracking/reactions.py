"""What follows from events that sources tell: customers and orders."""

from collections.abc import Sequence

from treue.core.events.models import Event
from treue.core.events.registry import BEGINNING, reaction
from treue.listen.tracking import joining, names, orders


@reaction("tracking.join", on={"Identify", "Alias"}, starts=BEGINNING, history=True)
def join(events: Sequence[Event]) -> None:
    joining.join(events)


@reaction("tracking.orders", on=names.ORDERS, starts=BEGINNING, history=True)
def write_orders(events: Sequence[Event]) -> None:
    orders.take(events)
