"""What follows from events that sources tell: customers and orders."""

from collections.abc import Sequence

from treue.core.customers import identities
from treue.core.events.happened import Happened
from treue.core.events.registry import BEGINNING, reaction
from treue.listen.tracking import joining, names, orders


@reaction("tracking.join", on={"Identify", "Alias"}, starts=BEGINNING, history=True)
def join(events: Sequence[Happened]) -> None:
    joining.join(events)


identities.followed_by(orders.follow)


@reaction(orders.REACTION, on=names.ORDERS, starts=BEGINNING, history=True)
def write_orders(events: Sequence[Happened]) -> None:
    orders.take(events)
