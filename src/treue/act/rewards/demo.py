"""What points become in the demo shop, and who has had some of it lately."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import accumulate

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from treue.act.loyalty import reading
from treue.act.loyalty.errors import InsufficientPoints
from treue.act.loyalty.models import Entry, Member, Programme, Wallet
from treue.act.rewards import catalogue, redeeming
from treue.act.rewards.catalogue import Terms
from treue.act.rewards.errors import Refusal
from treue.act.rewards.models import Claim, Reward
from treue.act.vouchers import campaigns
from treue.act.vouchers.campaigns import Terms as CampaignTerms
from treue.act.vouchers.models import Campaign
from treue.core.shop.models import Shop

SEED = 20261201
SPAN_DAYS, CLAIMS, HANDED_OVER = 45, 30, 0.7
WORTH = Decimal("5.00")
Kind = Reward.Kind


def write(shop: Shop, *, now: datetime) -> None:
    """The catalogue and some redemptions; once."""
    programme = reading.programme_of(shop)
    if programme is None or Reward.objects.filter(programme=programme).exists():
        return
    with transaction.atomic():
        rewards = _catalogue(programme, since=now - timedelta(days=SPAN_DAYS))
        _redeem(programme, rewards, now)


def _catalogue(programme: Programme, since: datetime) -> list[Reward]:
    currency = programme.shop.currency
    voucher = CampaignTerms(
        name=_("Voucher for points"), benefit=Campaign.Benefit.AMOUNT, currency=currency, amount=WORTH
    )
    campaign = campaigns.add(shop=programme.shop, terms=voucher, by=None, now=since)
    more = {"currency": currency}
    terms = [
        Terms(_("Tea sample of one's choice"), Kind.GIFT, 60, Decimal("2.50"), **more, description=_("Three of 10 g")),
        Terms(_("A tree for the tea garden"), Kind.DONATION, 100, Decimal("5.00"), **more),
        Terms(_("A voucher for the next tea"), Kind.VOUCHER, 150, WORTH, **more, campaign=campaign),
        Terms(_("Teapot, 0.8 l"), Kind.PRODUCT, 400, Decimal("18.00"), **more, stock=40, most_per_member=1),
        Terms(
            _("An evening at the roastery"),
            Kind.EVENT_SEAT,
            300,
            Decimal("25.00"),
            **more,
            stock=12,
            most_per_member=2,
            lowest_tier="blossom",
        ),
    ]
    return [catalogue.add(programme=programme, terms=each, by=None, now=since) for each in terms]


def _redeem(programme: Programme, rewards: Sequence[Reward], now: datetime) -> None:
    """By some who have the points; most of what is fetched was fetched."""
    rng = np.random.default_rng(SEED)
    members = Member.objects.filter(programme=programme, left_at=None).select_related("programme__shop", "customer")
    can = [each for each in members.order_by("pk") if reading.balances(each).points >= rewards[0].points]
    days = sorted((int(day) for day in rng.integers(1, SPAN_DAYS, size=min(CLAIMS, len(can)))), reverse=True)
    for place, (member, day) in enumerate(zip(rng.permutation(can), days, strict=False)):
        reward, at = rewards[place % len(rewards)], now - timedelta(days=day)
        if _least_since(member, at) < reward.points:
            continue
        with suppress(InsufficientPoints, Refusal):  # the next one can
            claim = redeeming.redeem(reward=reward, member=member, key=f"demo {member.pk}", now=at)
            if reward.is_fetched and rng.random() < HANDED_OVER:
                _hand_over(claim, at)


def _least_since(member: Member, at: datetime) -> int:
    """The fewest points that a member had at a moment and since: nobody spends what came later."""
    entries = Entry.objects.filter(member=member, member__gt=0, wallet=Wallet.POINTS)
    moved = list(entries.order_by("journal__happened_at", "journal").values_list("journal__happened_at", "amount"))
    balances = list(accumulate((amount for _at, amount in moved), initial=0))
    before = sum(happened_at <= at for happened_at, _amount in moved)
    return min(balances[before:])


def _hand_over(claim: Claim, at: datetime) -> None:
    redeeming.hand_over(claim=claim, now=at + timedelta(hours=3), by=None)
