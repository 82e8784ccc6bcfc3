"""The demo shop's vouchers: a letter to some members with a code for each, of which some came back."""

from datetime import datetime, timedelta
from decimal import Decimal

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from treue.act.loyalty.models import Member
from treue.act.vouchers import campaigns, making, redeeming
from treue.act.vouchers.baskets import Basket, Line
from treue.act.vouchers.campaigns import Terms
from treue.act.vouchers.errors import Refused
from treue.act.vouchers.models import Campaign, Code
from treue.core.commerce.models import Order
from treue.core.shop.models import Shop

SEED = 20261130
SENT_BEFORE, LASTS = timedelta(days=60), timedelta(days=90)
LETTERS, REDEEMED = 40, 0.5
FLYERS, PREFIX = 250, "TEA"
WORTH, MINIMUM = Decimal("5.00"), Decimal("30.00")
SOURCE = "treue"


def write(shop: Shop, *, now: datetime) -> None:
    """The campaign with its codes, and what was redeemed of them; once."""
    sent_at = now - SENT_BEFORE
    name = _("Letter to our members")
    if Campaign.objects.filter(shop=shop, name=name).exists():
        return
    rng = np.random.default_rng(SEED)
    terms = Terms(
        name=name,
        benefit=Campaign.Benefit.AMOUNT,
        currency=shop.currency,
        amount=WORTH,
        minimum=MINIMUM,
        valid_from=sent_at,
        valid_until=sent_at + LASTS,
        most_per_customer=1,
    )
    members = Member.objects.filter(programme__shop=shop, joined_at__lt=sent_at).select_related("customer")
    with transaction.atomic():
        campaign = campaigns.add(shop=shop, terms=terms, by=None, now=sent_at)
        for member in members.order_by("-joined_at", "pk")[:LETTERS]:
            code = making.give(campaign=campaign, customer=member.customer, by=None, now=sent_at)
            if rng.random() < REDEEMED:
                _redeem(shop, code, sent_at)
        making.order(campaign=campaign, count=FLYERS, prefix=PREFIX, by=None, now=sent_at)


def _redeem(shop: Shop, code: Code, sent_at: datetime) -> None:
    """With their next order, if that is large enough."""
    orders = Order.objects.filter(customer=code.customer, ordered_at__gt=sent_at, amount__gte=MINIMUM)
    order = orders.prefetch_related("lines__product").order_by("ordered_at", "number").first()
    if order is None:
        return
    lines = [
        Line(each.product.code, each.amount, each.quantity, each.product.category)
        for each in order.lines.all()
        if each.product and each.amount > 0
    ]
    try:
        redeeming.redeem(
            shop=shop,
            texts=[code.text],
            basket=Basket(lines, shop.currency),
            customer=code.customer,
            order_number=order.number,
            key=f"demo {order.number}",
            source=SOURCE,
            now=order.ordered_at,
        )
    except Refused:  # postage, for one, counts for the order and not for the voucher
        return
