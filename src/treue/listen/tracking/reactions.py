"""What follows from events that sources tell: customers and orders."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from treue.core.commerce import completing
from treue.core.customers import identities
from treue.core.events.happened import Happened
from treue.core.events.naming import know
from treue.core.events.registry import BEGINNING, reaction
from treue.core.events.wording import Trouble, Way, describe
from treue.core.staff.roles import Permission
from treue.listen.tracking import joining, names, orders
from treue.listen.tracking.order_errors import NoRate, OrderOfAnotherCustomer, UnusableOrder

ERRORS = {
    UnusableOrder: Trouble(_("What it says of goods or money cannot be an order.")),
    NoRate: Trouble(
        _("There is no exchange rate for its currency (%(currency)s). Enter one, and the next try succeeds."),
        Way(_("Enter a rate"), "settings_rates", Permission.EDIT_SHOP),
    ),
    OrderOfAnotherCustomer: Trouble(_("Another customer has an order of this number already.")),
}


@reaction("tracking.join", on={"Identify", "Alias"}, starts=BEGINNING, history=True)
def join(events: Sequence[Happened]) -> None:
    joining.join(events)


identities.followed_by(orders.follow)


@reaction(completing.REACTION, on=names.ORDERS, starts=BEGINNING, history=True)
def write_orders(events: Sequence[Happened]) -> None:
    orders.take(events)


know([*names.SPECIFIED, names.CHECKOUT_COMPLETED, *names.OF_CALLS.values()])
describe("tracking.join", name=_("Recognising customers"), errors=ERRORS)  # their visitors' orders follow them
describe(completing.REACTION, name=_("Taking in orders"), errors=ERRORS)
