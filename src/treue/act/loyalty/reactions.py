"""What orders and members' deeds set going."""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from treue.act.loyalty import telling
from treue.act.loyalty.membership import JOINED, LEFT
from treue.act.loyalty.models import Member
from treue.act.loyalty.noticing import SOON
from treue.act.loyalty.tasks import follow
from treue.act.loyalty.tiering import TIER_CHANGED
from treue.core.commerce.completing import TELL_OF_ORDERS
from treue.core.events.happened import Happened
from treue.core.events.naming import know
from treue.core.events.registry import reaction
from treue.core.events.wording import describe

POINTS = (
    "Points Earned",
    "Points Activated",
    "Points Redeemed",
    "Points Held",
    "Held Points Redeemed",
    "Points Released",
    "Points Taken Back",
    "Points Given Back",
    "Points Expired",
    "Points Adjusted",
    "Points Transferred",
)


@reaction("loyalty.orders", on=TELL_OF_ORDERS)
def follow_orders(events: Sequence[Happened]) -> None:
    """Have members' orders reckoned within seconds; which these are a trigger writes down (`sql/orders.sql`)."""
    customers = {each.customer for each in events if each.customer}
    members = Member.objects.filter(customer__in=customers)
    for shop_id in members.values_list("programme__shop", flat=True).distinct():
        follow(shop_id)


@reaction("loyalty.deeds")
def reward_deeds(events: Sequence[Happened]) -> None:
    """Of any event: a rule says by which name it goes."""
    telling.reward(events, timezone.now())


know([*POINTS, JOINED, LEFT, SOON, TIER_CHANGED])
describe("loyalty.orders", name=_("Points for orders"))
describe("loyalty.deeds", name=_("Points for deeds"))
