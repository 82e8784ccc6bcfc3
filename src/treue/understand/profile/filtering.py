"""The filters over the list of customers: what the address asks for, and what there is to choose from.

A range is written "2-5", "2-" or "2"; a last order "within-30" or "over-90", in days up to the last day of the figures.
What an address asks for wrongly gives way to no filter at all; an amount that somebody typed stays in its field, with
what would be right.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from treue.core.shop.fields import Amount
from treue.core.shop.models import Shop
from treue.design import amounts, formats
from treue.understand.metrics.counts.reading import EVERYBODY, Choices
from treue.understand.metrics.models import Snapshot
from treue.understand.metrics.scope.basis import active_language
from treue.understand.metrics.scope.filters import DIMENSIONS, Filters
from treue.understand.metrics.selection import Option, options
from treue.understand.profile.searching import Search

LONGEST_SEARCH = 120
MOST_ORDERS = 1_000_000
MOST_DAYS = 36_500
LONGEST_AMOUNT = 60
MOST_REVENUE = Decimal(10) ** 12
DAYS_TO_CHOOSE = (30, 90)


@dataclass(frozen=True)
class Asked:
    """The filters as they stand in the address, so that the form can show them again.

    typed: the least revenue as it was written. wrong: why it was refused, "" where it was not.
    """

    words: str = ""
    dimensions: Filters = EVERYBODY
    orders: str = ""
    last: str = ""
    revenue_from: Decimal | None = None
    typed: str = field(default="", compare=False)
    wrong: str = field(default="", compare=False)

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        orders, last = query.get("orders", ""), query.get("last", "")
        typed = query.get("revenue_from", "").replace("\0", "").strip()[:LONGEST_AMOUNT]
        revenue_from, wrong = _money(typed)
        return cls(
            words=query.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH],
            dimensions=Filters.of(query),
            orders=orders if _range(orders) else "",
            last=last if _days(last) else "",
            revenue_from=revenue_from,
            typed=typed,
            wrong=wrong,
        )

    @property
    def by_filters(self) -> bool:
        """Whether anything but words is asked for."""
        return self != Asked(words=self.words)

    @property
    def revenue(self) -> str:
        """The least revenue as it stands in its field: in the reader's own writing, or as it was refused."""
        return self.typed if self.revenue_from is None else amounts.typed(self.revenue_from, active_language())

    @property
    def addressed(self) -> str:
        """The least revenue as an address should have it: what was typed can mean another amount on a page of
        another language."""
        return self.typed if self.revenue_from is None else amounts.in_address(self.revenue_from)

    def search(self, as_of: date) -> Search:
        """What to look for. as_of: the last day the figures know; an order of today is within one day of it."""
        least, most = _range(self.orders) or (None, None)
        way, days = _days(self.last) or ("", 0)
        edge = as_of + timedelta(days=1) - timedelta(days=days)
        return Search(
            words=self.words,
            **{name: getattr(self.dimensions, name) for name in DIMENSIONS},
            orders_from=least,
            orders_to=most,
            last_since=edge if way == "within" else None,
            last_before=edge if way == "over" else None,
            revenue_from=self.revenue_from,
        )


@dataclass(frozen=True)
class Offer:
    """What each filter offers, as (value, text). A dimension of which nothing is known offers nothing."""

    channels: Sequence[Option]
    countries: Sequence[Option]
    categories: Sequence[Option]
    orders: Sequence[Option]
    last: Sequence[Option]


def offer(found: Choices, asked: Asked, *, window_days: int, language: str) -> Offer:
    def dimension(name: str) -> list[Option]:
        return options(name, getattr(found, name), getattr(asked.dimensions, name), language)

    return Offer(
        channels=dimension("channel"),
        countries=dimension("country"),
        categories=dimension("category"),
        orders=_with(asked.orders, _orders_to_choose(), _orders_in_words),
        last=_with(asked.last, list(_days_to_choose(window_days)), lambda text: _last_in_words(text, window_days)),
    )


def last_day(shop: Shop, snapshot: Snapshot | None) -> date:
    """The last day that the figures know; today as long as there are none."""
    return snapshot.as_of if snapshot else timezone.localdate(timezone=shop.tz)


def known(found: Choices) -> dict[str, list[str]]:
    """By dimension, the values that a filter offers by name."""
    return {name: [one.value for one in getattr(found, name)] for name in DIMENSIONS}


def _with(asked: str, offered: Sequence[Option], say: Callable[[str], str]) -> list[Option]:
    """What is offered, and what the address asks for beside it."""
    if not asked or asked in dict(offered):
        return list(offered)
    return [*offered, (asked, say(asked))]


def _orders_to_choose() -> list[Option]:
    return [("", _("Any number")), *((each, _orders_in_words(each)) for each in ("0", "1", "2-", "5-", "10-"))]


def _orders_in_words(text: str) -> str:
    least, most = _range(text) or (None, None)
    if most == 0:
        return _("None yet")
    if most is None:
        return _("%(count)s or more") % {"count": least}
    if least == most:
        return _("Exactly %(count)s") % {"count": most}
    return _("%(least)s to %(most)s") % {"least": least or 0, "most": most}


def _days_to_choose(window_days: int) -> Iterator[Option]:
    yield "", _("Any time")
    nearer = [days for days in DAYS_TO_CHOOSE if days < window_days]
    for way, steps in (("within", [*nearer, window_days]), ("over", [*nearer, window_days])):
        for days in steps:
            asked = f"{way}-{days}"
            yield asked, _last_in_words(asked, window_days)


def _last_in_words(text: str, window_days: int) -> str:
    """The two at the activity window's edge are named for what they mean."""
    way, days = _days(text) or ("", 0)
    if way == "within":
        sentence = _("Active: within %(days)s days") if days == window_days else _("Within %(days)s days")
    else:
        sentence = _("Lost: not for %(days)s days") if days == window_days else _("Not for %(days)s days")
    return sentence % {"days": days}


def _range(text: str) -> tuple[int | None, int | None] | None:
    least, dash, most = text.partition("-")
    if not _is_count(least) or (most and not _is_count(most)):
        return None
    low = min(int(least), MOST_ORDERS)
    if not dash:
        return (None, 0) if low == 0 else (low, low)
    return (low, min(int(most), MOST_ORDERS) if most else None)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 7


def _days(text: str) -> tuple[str, int] | None:
    way, _dash, days = text.partition("-")
    if way not in ("within", "over") or not (days.isascii() and days.isdigit()) or len(days) > 5:
        return None
    return (way, int(days)) if 1 <= int(days) <= MOST_DAYS else None


def _money(typed: str) -> tuple[Decimal | None, str]:
    """The amount, and why it is none."""
    try:
        amount = Amount(required=False, min_value=0).clean(typed)
    except ValidationError:
        example = formats.number(Decimal("1284.10"), active_language(), 2)
        return None, _("Enter an amount of 0 or more, such as %(example)s") % {"example": example}
    if amount is None:
        return None, ""
    if amount > MOST_REVENUE:
        return None, _("Enter an amount up to %(most)s") % {"most": formats.number(MOST_REVENUE, active_language())}
    return amount.quantize(Decimal("0.0001")), ""  # as money is stored
