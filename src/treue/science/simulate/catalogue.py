"""The invented assortment of a shop for tea, coffee and what belongs to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from treue.science.simulate.story import PriceRise
from treue.science.simulate.words import Words


@dataclass(frozen=True)
class Category:
    """code: prefix of its products' codes. share: of the shop's lines outside Advent; advent: in it.
    cost_share: what a product costs the shop, per EUR of its first price. returned: share of lines sent back."""

    code: str
    share: float
    advent: float
    cost_share: float
    returned: float


CATEGORIES = (
    Category("SWT", 0.16, 0.13, 0.38, 0.010),
    Category("GRT", 0.11, 0.09, 0.40, 0.010),
    Category("KRF", 0.15, 0.13, 0.35, 0.008),
    Category("KAF", 0.27, 0.18, 0.46, 0.012),
    Category("SUS", 0.09, 0.13, 0.44, 0.010),
    Category("KAN", 0.10, 0.11, 0.42, 0.045),
    Category("KUE", 0.08, 0.07, 0.48, 0.055),
    Category("GES", 0.04, 0.17, 0.45, 0.020),
)

# Loose goods: the price of the smallest pack of each sort; the packs are sizes and multiples of that price.
TEA_PACKS = (("100 g", 1.0), ("250 g", 2.3), ("1 kg", 8.2))
COFFEE_PACKS = (("250 g", 1.0), ("500 g", 1.85), ("1 kg", 3.5))
SORTS = {
    "SWT": "4.20 4.60 9.80 5.40 3.90 4.40 7.20 5.90",
    "GRT": "6.40 3.80 7.60 14.50 4.90 5.60 4.40 16.80",
    "KRF": "3.60 3.20 3.40 4.10 3.70 4.30 4.80 4.50",
    "KAF": "7.90 6.90 9.80 8.90 8.20 7.40 10.40 6.60",
}
SAMPLES = {"SWT": 2.2, "GRT": 2.4, "KRF": 1.9, "KAF": 2.3}

# Everything else piece by piece, from the cheapest to the dearest.
PIECES = {
    "SUS": (
        "1.20 1.60 2.20 2.90 3.40 3.90 4.20 4.50 5.20 5.90 6.40 6.90 7.90 8.40 9.80 10.90 12.90 14.50 16.90 19.80 "
        "24.50 29.90 36.00 44.00 59.00"
    ),
    "KAN": (
        "1.90 2.60 4.90 5.90 7.90 9.80 10.90 12.50 13.90 16.90 18.90 20.50 23.90 26.90 29.90 33.90 36.90 39.90 44.90 "
        "54.90 59.90 69.90 89.00 119.00 149.00"
    ),
    "KUE": (
        "1.80 2.40 3.20 4.90 5.90 7.40 8.90 11.90 13.50 14.90 17.90 19.90 22.90 25.50 28.90 33.00 37.90 44.90 52.00 "
        "59.90 69.90 79.00 94.90 129.00 179.00"
    ),
    "GES": (
        "1.90 2.50 3.20 4.90 5.90 7.90 9.90 12.50 14.90 16.90 19.90 22.90 25.90 29.90 34.90 37.90 44.90 49.90 59.90 "
        "69.00 79.00 99.00 119.00 139.00 189.00"
    ),
}
PRODUCTS = 200


@dataclass(frozen=True)
class Catalogue:
    """Products by category, each category from its cheapest to its dearest.

    code, name: (200,). category: (200,) index into CATEGORIES and their names. price, raised: (200,) EUR before
    and after the price rise. cost: (200,) EUR. first: (categories + 1,) where each category's products begin.
    """

    code: NDArray[np.str_]
    name: NDArray[np.str_]
    category: NDArray[np.int64]
    category_names: tuple[str, ...]
    price: NDArray[np.float64]
    raised: NDArray[np.float64]
    cost: NDArray[np.float64]
    first: NDArray[np.int64]

    def table(self) -> pa.Table:
        """The products as the shop lists them today, at today's prices."""
        names = np.array(self.category_names)
        return pa.table(
            {
                "code": self.code,
                "name": self.name,
                "category": names[self.category],
                "unit_price": self.raised,
                "unit_cost": self.cost,
            }
        )


def shop_catalogue(rise: PriceRise, words: Words) -> Catalogue:
    """The shop's products, with the prices of `rise` after it."""
    items = [(at, *item) for at, category in enumerate(CATEGORIES) for item in _items(category.code, words)]
    category = np.array([at for at, _, _ in items])
    price = np.array([price for _, _, price in items])
    position = np.arange(len(items)) - np.searchsorted(category, category)
    code = [f"{CATEGORIES[at].code}-{place + 1:02d}" for at, place in zip(category, position, strict=True)]
    affected = np.array([one.code == rise.category for one in CATEGORIES])[category]
    # Shops round a raised price to the next ten cents below.
    raised = np.where(affected & (rise.factor != 1), np.floor(price * rise.factor * 10 + 1e-9) / 10, price)
    return Catalogue(
        code=np.array(code),
        name=np.array([name for _, name, _ in items]),
        category=category,
        category_names=tuple(words.categories[one.code] for one in CATEGORIES),
        price=price,
        raised=raised,
        cost=np.round(price * np.array([one.cost_share for one in CATEGORIES])[category], 2),
        first=np.searchsorted(category, np.arange(len(CATEGORIES) + 1)),
    )


def _items(code: str, words: Words) -> list[tuple[str, float]]:
    """Name and price of a category's products, the cheapest first; of equal prices as they are listed, so that a
    product has the same code in every language."""
    if code in PIECES:
        return _priced(words.pieces[code], PIECES[code])
    packs = COFFEE_PACKS if code == "KAF" else TEA_PACKS
    items = [(words.sample.format(category=words.categories[code]), SAMPLES[code])]
    for name, price in _priced(words.sorts[code], SORTS[code]):
        items += [(f"{name} {pack}", round(price * times, 1)) for pack, times in packs]
    return sorted(items, key=lambda item: item[1])


def _priced(names: str, prices: str) -> list[tuple[str, float]]:
    return list(zip(names.split("|"), map(float, prices.split()), strict=True))
