"""A shop of tea and coffee, whose customers drink one of the two."""

from datetime import date, timedelta
from itertools import count

import numpy as np

from tests.core.lake.buying import local
from treue.core.commerce.models import Batch, Order, OrderLine, Product
from treue.core.customers.models import Customer
from treue.core.shop.models import Shop

AS_OF = date(2026, 6, 30)
PRICES = {"TEA": 5, "COF": 8}
ON_THE_SHELF = tuple(f"{kind}-{place}" for kind in PRICES for place in range(1, 6))
_numbers = count(1)


def shelve(shop: Shop) -> dict[str, Product]:
    """TEA-1 to TEA-5 and COF-1 to COF-5; the higher the number, the dearer."""
    made = [Product(shop=shop, code=code, name=f"Sort {code}", category=code[:3]) for code in ON_THE_SHELF]
    return {each.code: each for each in Product.objects.bulk_create(made)}


def buy(customer: Customer, product: Product, day: date = AS_OF, *, quantity: int = 1, amount: float | None = None):
    """An order of one line."""
    price = PRICES.get(product.code[:3], 1) * int(product.code[-1])
    paid = price * quantity if amount is None else amount
    at = local(customer.shop, f"{day} 10:00")
    order = Order.objects.create(
        shop=customer.shop,
        number=f"N{next(_numbers)}",
        customer=customer,
        ordered_at=at,
        amount=paid,
        units=quantity,
        country=customer.country,
        batch=Batch.objects.get_or_create(shop=customer.shop, source="test")[0],
    )
    OrderLine.objects.create(order=order, ordinal=1, bought_at=at, product=product, quantity=quantity, amount=paid)
    return order


def sell(shop: Shop, shelf: dict[str, Product], customers: int = 60, *, seed: int = 1) -> list[Customer]:
    """Half drink tea and live in DE, half coffee and in FR; each has three sorts, bought every twenty days or so."""
    rng = np.random.default_rng(seed)
    known = []
    for place in range(customers):
        kind, country = (("TEA", "DE"), ("COF", "FR"))[place % 2]
        each = Customer.objects.create(shop=shop, number=f"{seed}-{place}", country=country)
        for sort in rng.choice(5, 3, replace=False) + 1:
            day = int(rng.integers(0, 40))
            while day < 180:
                buy(each, shelf[f"{kind}-{sort}"], AS_OF - timedelta(days=180 - day))
                day += int(rng.integers(15, 60))
        known.append(each)
    buy(known[-1], shelf["COF-1"])
    return known
