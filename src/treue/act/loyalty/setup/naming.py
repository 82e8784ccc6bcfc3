"""What the things of which rules speak are called, and which there are to pick from."""

from collections.abc import Iterable, Mapping
from functools import cached_property

from django.db.models import Q

from treue.act.loyalty.earning.rules import Goods, Rule, RuleSet
from treue.core.commerce.models import Product
from treue.core.shop.models import Shop
from treue.understand.metrics.scope.basis import active_language
from treue.understand.segments import wording as segments

MOST_FOUND = 20


class Names:
    """tiers: the document of those that rules may name; none without tiers."""

    def __init__(self, shop: Shop, rules: RuleSet, tiers: Mapping[str, object] | None) -> None:
        self._shop, self._rules, self._tiers = shop, rules, tiers

    def called(self, kind: str, key: str) -> str:
        """As `earning.sentences` asks it; the key itself of what is not known any more."""
        if kind == "product":
            return self._products.get(key) or key
        if kind == "tier":
            return self.tiers.get(key, key)
        return self.segments.get(key, key) if kind == "segment" else key

    @cached_property
    def _products(self) -> dict[str, str]:
        """Of the products that the rules name."""
        return products_by_code(self._shop, _codes([self._rules.excluded.goods, *_goods(self._rules.rules)]))

    @property
    def tiers(self) -> dict[str, str]:
        """In the active language, by code."""
        levels = self._tiers["levels"] if self._tiers else []
        return {each["code"]: each["names"][active_language()] for each in levels}

    @property
    def segments(self) -> dict[str, str]:
        return {key: str(words.name) for key, words in segments.GROUPS.items()}


def products_by_code(shop: Shop, codes: Iterable[str]) -> dict[str, str]:
    """The names of the shop's products, "" where there is none."""
    return dict(Product.objects.filter(shop=shop, code__in=list(codes)).values_list("code", "name"))


def products_found(shop: Shop, text: str) -> dict[str, str]:
    """Some products whose code or name has the text."""
    if not text:
        return {}
    found = Product.objects.filter(Q(code__icontains=text) | Q(name__icontains=text), shop=shop)
    return dict(found.order_by("code").values_list("code", "name")[:MOST_FOUND])


def categories(shop: Shop) -> list[str]:
    found = Product.objects.filter(shop=shop).exclude(category="").values_list("category", flat=True)
    return sorted(set(found.order_by("category").distinct()))


def _goods(rules: Iterable[Rule]) -> list[Goods]:
    return [getattr(each, name) for each in rules for name in ("only", "without") if hasattr(each, name)]


def _codes(goods: Iterable[Goods]) -> set[str]:
    return {code for each in goods for code in each.products}
