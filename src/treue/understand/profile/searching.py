"""What one looks for in the list of customers, as conditions in SQL.

Conditions on persons stand on the table `c` (customers), those on buying on `p` (buying profiles); an index answers
each of them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime, time
from decimal import Decimal
from functools import reduce
from operator import or_

from django.db.models import Q
from django.db.models.expressions import RawSQL

from treue.core.customers.models import Customer
from treue.core.shop.models import Shop
from treue.understand.metrics.scope.filters import DIMENSIONS, OTHER, UNKNOWN

MOST_WORDS = 8
FOUND = "select c.id from customers_customer c where {where}"
VALUE = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True)
class Search:
    """words: each must begin a word of name or city, the number, or the e-mail address. The rest is about buying:
    channel, country and category of the first order; `since` includes its day, `before` does not."""

    words: str = ""
    channel: str = ""
    country: str = ""
    category: str = ""
    orders_from: int | None = None
    orders_to: int | None = None
    last_since: date | None = None
    last_before: date | None = None
    revenue_from: Decimal | None = None
    revenue_to: Decimal | None = None

    @property
    def by_buying(self) -> bool:
        return any(getattr(self, each.name) not in ("", None) for each in fields(self) if each.name != "words")

    @property
    def without_orders(self) -> bool:
        """Whether only those are looked for who never ordered: for them, `p` is a table of numbers."""
        return self.orders_to == 0

    @property
    def is_impossible(self) -> bool:
        """Who never ordered has no first channel and no last order."""
        return self.without_orders and replace(self, orders_to=None).by_buying

    @property
    def with_others(self) -> bool:
        """Whether those who never ordered can fit among others."""
        return not self.by_buying

    @property
    def with_profiles(self) -> bool:
        """Whether only those can fit who have a profile."""
        return self.by_buying and not self.without_orders

    @property
    def active(self) -> bool:
        return bool(self.words) or self.by_buying


@dataclass(frozen=True)
class Conditions:
    """person: on `c`. facts: on `p`, without words. words: on `p`, too."""

    person: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    values: Mapping[str, object] = field(default_factory=dict)


def conditions(shop: Shop, search: Search, known: Mapping[str, Sequence[str]]) -> Conditions:
    """known: by dimension the values that a filter offers by name; OTHER is everything else."""
    values: dict[str, object] = {"shop": shop.pk}
    facts = tuple(_buying(shop, search, known, values))
    words = _words(search.words)
    if search.is_impossible or (search.words and not words):
        return Conditions(("false",), facts, values=values)
    person, of_profiles = [], []
    for number, word in enumerate(words):
        if not _is_plain(word) or _begins_a_number(shop, word):
            person.append(f"({' or '.join(_ways_to_find(number, word, values))})")
        elif search.with_profiles:
            of_profiles.append(_among_words("p", number, word, values))
        else:
            person.append(_among_words("c", number, word, values))
    return Conditions(tuple(person), facts, tuple(of_profiles), values)


def found(shop: Shop, words: str) -> RawSQL:
    """The numbers of the customers whom words find, for a query."""
    asked = conditions(shop, Search(words=words), {})
    where = " and ".join(("c.shop_id = %(shop)s", *asked.person))
    values = [asked.values[name] for name in VALUE.findall(where)]
    return RawSQL(FOUND.format(where=VALUE.sub("%s", where)), values)  # noqa: S611


# Words


def _words(text: str) -> list[str]:
    """A comma after a word ("Müller, Anna") is none of its letters."""
    words = (word.rstrip(",;") for word in text.split())
    return [word for word in words if any(character.isalnum() for character in word)][:MOST_WORDS]


def _among_words(table: str, number: int, word: str, values: dict[str, object]) -> str:
    values[f"word{number}"] = quoted(word)
    return f"{table}.words @@ to_tsquery('simple', customers_fold(%(word{number})s))"


def _ways_to_find(number: int, word: str, values: dict[str, object]) -> Iterator[str]:
    """Numbers are compared as typed, in capitals and in small letters, so that the index of unique numbers serves."""
    yield _among_words("c", number, word, values)
    for each, spelling in enumerate(_spellings(word)):
        values[f"number{number}_{each}"] = like(spelling)
        yield f"c.shop_id = %(shop)s and c.number like %(number{number}_{each})s"
    if not _is_plain(word):
        values[f"email{number}"] = like(word.upper())
        yield f"upper(c.email) like %(email{number})s"


def _begins_a_number(shop: Shop, word: str) -> bool:
    """Whether any number begins with a word; where none does, it is looked for among the words alone."""
    beginnings = reduce(or_, (Q(number__startswith=spelling) for spelling in _spellings(word)))
    return Customer.objects.filter(beginnings, shop=shop).exists()


def _spellings(word: str) -> list[str]:
    return sorted({word, word.upper(), word.lower()})


def quoted(word: str) -> str:
    """A word, or the beginning of one, in the language of full-text search."""
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}':*"


def _is_plain(word: str) -> bool:
    """Whether letters alone. An address need not be asked for these: they are among the words."""
    return word.replace("-", "").replace("'", "").replace("’", "").isalpha()


def like(beginning: str) -> str:
    escaped = beginning.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"{escaped}%"


# Buying


def _buying(shop: Shop, search: Search, known: Mapping[str, Sequence[str]], values: dict[str, object]) -> Iterator[str]:
    if search.without_orders:
        yield "p.shop_id = %(shop)s"
        return
    for name in DIMENSIONS:
        yield from _dimension(name, getattr(search, name), known.get(name, ()), values)
    bounds = (
        ("orders_from", "p.orders >=", search.orders_from),
        ("orders_to", "p.orders <=", search.orders_to),
        ("last_since", "p.last_order_at >=", _midnight(shop, search.last_since)),
        ("last_before", "p.last_order_at <", _midnight(shop, search.last_before)),
        ("revenue_from", "p.revenue >=", search.revenue_from),
        ("revenue_to", "p.revenue <=", search.revenue_to),
    )
    for name, comparison, value in bounds:
        if value is not None:
            values[name] = value
            yield f"{comparison} %({name})s"


def _dimension(name: str, value: str, known: Sequence[str], values: dict[str, object]) -> Iterator[str]:
    if value == OTHER:
        values[name] = [one for one in known if one not in (OTHER, UNKNOWN)]
        yield f"p.{name} <> '' and p.{name} <> all(%({name})s)"
    elif value:
        values[name] = "" if value == UNKNOWN else value
        yield f"p.{name} = %({name})s"


def _midnight(shop: Shop, day: date | None) -> datetime | None:
    return datetime.combine(day, time.min, shop.tz) if day else None
