"""The smallest schemes, advocates and friends a test can need."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from tests.core.lake import buying
from treue.act.loyalty import membership
from treue.act.loyalty.models import Account, Programme, Wallet
from treue.act.referrals import advocates, binding, rewarding
from treue.act.referrals.models import Advocate, Referral, Scheme
from treue.core.commerce.models import Order
from treue.core.customers.models import Customer
from treue.core.shop.models import Shop

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
TERMS = {
    "advocate_points": 500,
    "friend_points": 300,
    "minimum": Decimal(20),
    "landing": "https://tea.example/welcome",
}


def day(number: float) -> datetime:
    """Noon of a day, counted from the first of June."""
    return NOON + timedelta(days=number)


def scheme(shop: Shop, **terms: object) -> Scheme:
    programme, _is_new = Programme.objects.get_or_create(shop=shop, defaults={"name": "Tea Circle"})
    return Scheme.objects.create(programme=programme, **{**TERMS, **terms})


def customer(shop: Shop, number: str, **facts: object) -> Customer:
    return buying.customer(shop, number, **facts)


def member(shop: Shop, number: str, **facts: object):
    programme = Programme.objects.get(shop=shop)
    return membership.join(programme=programme, customer=customer(shop, number, **facts), at=day(-100))[0]


def advocate(shop: Shop, number: str = "anna", **facts: object) -> Advocate:
    return advocates.ensure(member=member(shop, number, **facts), at=day(-50))[0]


def bind(by: Advocate, friend: Customer, *, at: float = 0, way: str = "link") -> Referral:
    shop = friend.shop
    return binding.bind(shop=shop, code=by.code, friend=friend, way=way, at=day(at), now=day(at))


def buy(friend: Customer, amount: object = 50, *, on: float = 1, number: str = "") -> Order:
    at = day(on).astimezone(friend.shop.tz).replace(tzinfo=None).isoformat()
    return buying.order(friend, at, Decimal(str(amount)), number=number)


def send_back(order: Order, amount: object, *, on: float = 2, units: object = 0) -> None:
    buying.refund(order, f"{day(on):%Y-%m-%d %H:%M}", Decimal(str(amount)), units)


def follow(referral: Referral, *, on: float) -> str | None:
    return rewarding.follow(referral.pk, now=day(on))


def points(of: Customer) -> int:
    found = Account.objects.filter(member__customer=of, wallet=Wallet.POINTS).first()
    return found.balance if found else 0
