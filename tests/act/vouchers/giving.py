"""The smallest campaigns, codes and baskets a test can need."""

from datetime import UTC, datetime
from decimal import Decimal

from treue.act.vouchers import campaigns, making, redeeming, rolling_back
from treue.act.vouchers.baskets import Basket, Line
from treue.act.vouchers.campaigns import Terms
from treue.act.vouchers.models import Campaign, Code, Redemption, RollBack
from treue.core.customers.models import Customer
from treue.core.shop.models import Shop

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
_OF_KIND = {"amount": {"amount": Decimal(5)}, "percent": {"percent": Decimal(10)}, "product": {"product": "CUP"}}


def campaign(shop: Shop, benefit: str = "amount", **terms: object) -> Campaign:
    name = f"Campaign {Campaign.objects.count() + 1}"
    values = {"name": name, "benefit": benefit, "currency": "EUR", **_OF_KIND.get(benefit, {}), **terms}
    return campaigns.add(shop=shop, terms=Terms(**values), by=None, now=NOW)


def code(of: Campaign, customer: Customer | None = None) -> Code:
    """Of a campaign with a code for many that one."""
    return of.codes.first() if of.kind == "multi" else making.give(campaign=of, customer=customer, by=None, now=NOW)


def basket(*amounts: object, delivery: object = 0, currency: str = "EUR", decimals: int = 2) -> Basket:
    """Amounts, or whole lines."""
    lines = [
        each if isinstance(each, Line) else Line(f"P{place}", Decimal(str(each)))
        for place, each in enumerate(amounts or (20,))
    ]
    return Basket(lines, currency, Decimal(str(delivery)), decimals)


def redeem(
    *codes: Code, of: Basket | None = None, customer: Customer | None = None, key: str = "k1", **more: object
) -> list[Redemption]:
    """Each key is an order of its own, unless told otherwise."""
    values = {"order_number": key.replace("k", "A-", 1), "source": "till", "now": NOW, **more}
    texts = [each.text for each in codes]
    return redeeming.redeem(
        shop=codes[0].shop, texts=texts, basket=of or basket(), customer=customer, key=key, **values
    )


def roll_back(of: Redemption, returned: object = None, *, key: str = "r1") -> RollBack:
    return rolling_back.roll_back(
        shop=of.shop,
        redemption_id=of.pk,
        returned=None if returned is None else Decimal(str(returned)),
        key=key,
        source="till",
        now=NOW,
    )
