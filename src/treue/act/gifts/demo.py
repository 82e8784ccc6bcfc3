"""When the demo's customers were born, and what its members got for it over the year."""

from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np
from django.db import transaction
from django.utils.translation import gettext as _

from treue.act.gifts import finding, giving, nights, plans
from treue.act.gifts.models import Gift, Plan
from treue.act.gifts.plans import Terms
from treue.act.loyalty import ledger, reading
from treue.act.loyalty.days import begin_of, day_of
from treue.act.loyalty.demo.year import REWARD
from treue.act.loyalty.errors import InsufficientPoints
from treue.act.loyalty.models import Lot, Member, Programme
from treue.act.vouchers import campaigns
from treue.act.vouchers.campaigns import Terms as CampaignTerms
from treue.act.vouchers.models import Campaign
from treue.core.customers.models import Customer
from treue.core.shop.models import Shop

SEED = 20261202
MONTHS_BACK, EVERY_DAYS = 180, 5  # what a night catches up
TOLD, YOUNGEST, OLDEST = 0.6, date(2006, 12, 31), date(1948, 1, 1)
POINTS, LASTS_DAYS = 50, 30
USED, WITHIN_DAYS = 0.4, 21
WORTH = Decimal("3.00")
AT_ONCE = 2_000


def write(shop: Shop, *, now: datetime) -> None:
    """Birthdays of most members, three plans, and what they gave; once."""
    programme = reading.programme_of(shop)
    if programme is None or Plan.objects.filter(programme=programme).exists():
        return
    with transaction.atomic():
        _birthdays(programme)
        for plan in _plans(programme, now):
            _pass(plan, now)
        _use(programme, now)
        _expire(programme, now)


def _birthdays(programme: Programme) -> None:
    """Some do not tell theirs."""
    rng = np.random.default_rng(SEED)
    span = (YOUNGEST - OLDEST).days
    members = Member.objects.filter(programme=programme, customer__birthday=None)
    people = list(Customer.objects.filter(pk__in=members.values("customer")).order_by("pk").only("pk", "birthday"))
    told = [each for each in people if rng.random() < TOLD]
    for each in told:
        each.birthday = OLDEST + timedelta(days=int(rng.integers(span)))
    Customer.objects.bulk_update(told, ["birthday"], batch_size=AT_ONCE)


def _plans(programme: Programme, now: datetime) -> list[Plan]:
    shop = programme.shop
    today = day_of(now, shop.tz)
    since = max(today - timedelta(days=MONTHS_BACK), day_of(programme.started_at, shop.tz))
    voucher = CampaignTerms(
        name=_("Thank you for a year"), benefit=Campaign.Benefit.AMOUNT, currency=shop.currency, amount=WORTH
    )
    campaign = campaigns.add(shop=shop, terms=voucher, by=None, now=begin_of(since, shop.tz))
    more = {"currency": shop.currency, "valid_from": since}
    of_surprise = {"winners": 3, "first_draw": today.replace(day=1), "is_monthly": True, "months_apart": 6}
    terms = [
        Terms(_("For the birthday"), "birthday", Decimal("2.00"), **more, points=POINTS, lasts_days=LASTS_DAYS),
        Terms(_("A year together"), "joining", WORTH, **more, campaign=campaign),
        Terms(_("A tea on the house"), "surprise", Decimal("1.00"), **more, points=25, **of_surprise),
    ]
    begun = begin_of(since, shop.tz)
    return [plans.add(programme=programme, terms=each, by=None, now=begun) for each in terms]


def _pass(plan: Plan, now: datetime) -> None:
    """The nights since its first day; each catches up those before it."""
    zone = plan.programme.shop.tz
    day, today = plan.valid_from, day_of(now, zone)
    while day <= today:
        at = min(begin_of(day, zone) + timedelta(hours=1), now)
        finding.find(plan, today=day, now=at)
        for number in list(nights.waiting(plan, day).order_by("pk").values_list("pk", flat=True)):
            giving.give(number, now=at)
        day = min(day + timedelta(days=EVERY_DAYS), today) if day < today else today + timedelta(days=1)
    Plan.objects.filter(pk=plan.pk).update(looked_on=today)


def _use(programme: Programme, now: datetime) -> None:
    """Some redeem the points they got."""
    rng = np.random.default_rng(SEED)
    gifts = Gift.objects.filter(plan__programme=programme, journal__isnull=False).order_by("given_at", "pk")
    for gift in gifts:
        is_used, at = rng.random() < USED, gift.given_at + timedelta(days=int(rng.integers(1, WITHIN_DAYS)))
        if is_used and at <= now:
            about = {"key": f"demo gift {gift.pk}", "at": at, "reason": REWARD}
            with suppress(InsufficientPoints):  # a refund took more
                ledger.burn(programme, gift.member_id, gift.points, **about)


def _expire(programme: Programme, now: datetime) -> None:
    """What nobody spent in time, each at its own midnight."""
    over = Lot.objects.filter(journal__programme=programme, remaining__gt=0, expires_at__lte=now)
    for midnight in sorted(set(over.values_list("expires_at", flat=True))):
        while ledger.expire(programme, at=midnight, most=AT_ONCE):
            continue
