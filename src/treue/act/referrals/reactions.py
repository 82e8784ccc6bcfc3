"""What events set going: a code that somebody brings along, and orders of friends."""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from treue.act.referrals import touching
from treue.act.referrals.models import Referral
from treue.act.referrals.tasks import follow
from treue.core.commerce.completing import TELL_OF_ORDERS
from treue.core.events.happened import Happened
from treue.core.events.registry import reaction
from treue.core.events.wording import describe


@reaction("referrals.codes")
def take_codes(events: Sequence[Happened]) -> None:
    """Of any event: a shop's pages say with what they like best."""
    touching.take(events, now=timezone.now())


@reaction("referrals.orders", on=TELL_OF_ORDERS)
def follow_orders(events: Sequence[Happened]) -> None:
    """Friends' orders and refunds are looked at within seconds; what no event tells of, within the hour."""
    customers = {each.customer for each in events if each.customer}
    theirs = Referral.objects.filter(friend__in=customers)
    for shop_id in theirs.values_list("programme__shop", flat=True).distinct():
        follow(shop_id)


describe("referrals.codes", name=_("Codes that friends bring along"))
describe("referrals.orders", name=_("Orders of referred friends"))
