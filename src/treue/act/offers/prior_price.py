"""The lowest price of the 30 days before a reduction, as the law asks for beside it. Pure: prices in, a price out.

The rules, and where they are written:

1. Beside every announcement of a reduction stands the prior price: the lowest one applied to consumers within the last
   30 days before the reduction is applied (Directive 98/6/EC, Art. 6a (1) and (2); § 11 (1) PAngV).
2. It stays the same for as long as the reduction lasts: what counts is the moment at which the reduction begins.
3. Where a reduction grows step by step without a break, the price before its first step may be kept (Art. 6a (5);
   § 11 (2) PAngV). A step adjoins the one before it and is not dearer.
4. The days are those of the shop's calendar: from the midnight that begins the thirtieth day before, up to the moment
   itself. So the span is never shorter than 30 times 24 hours, also where the clocks change in it.
5. Every price counts that was in force at some moment of the span, however short, and whenever it began.
6. Goods that are sold for less than 30 days have the lowest price since they have been offered (Art. 6a (4) leaves that
   to the member states; the Commission's Notice 2021/C 526/02, 4.2). `Prior.is_whole` says that less is known.
7. Prices for members in general count like those for everybody: a reduction for all members of a programme that
   everybody can join is no individual one (Notice 2021/C 526/02, 2.3). Individual reductions are exempt (§ 11 (4) No. 1
   PAngV): whoever calls these functions leaves them out.
8. A percentage is reckoned from the prior price, and a price that is not below it is no reduction (CJEU, C-330/23).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from treue.act.loyalty.days import begin_of, day_of

DAYS = timedelta(days=30)


@dataclass(frozen=True)
class Applied:
    """A price that was asked for: from `since` on, until `until` (half-open), or still where that is None.

    Moments are in UTC: two of one zone compare by their clocks, which show an hour twice in autumn.
    """

    price: Decimal
    since: datetime
    until: datetime | None = None

    def lasts_beyond(self, moment: datetime) -> bool:
        return self.until is None or self.until > moment


@dataclass(frozen=True)
class Prior:
    """since: from which moment of the span on prices are known. is_whole: whether that is all of it."""

    price: Decimal
    since: datetime
    is_whole: bool

    def saving_percent(self, reduced: Decimal) -> int:
        """How far a price lies below it, in whole percent; 0 where it does not. Never more than it is."""
        if self.price <= 0 or reduced >= self.price:
            return 0
        return int((self.price - reduced) * 100 / self.price)


def spans(changes: Iterable[tuple[datetime, Decimal | None]]) -> list[Applied]:
    """What was announced, each price as long as it held. changes: from when on which price; None: it is not sold."""
    ordered = sorted(changes, key=lambda change: change[0])
    found = [
        Applied(price, since, until)
        for (since, price), (until, _next) in pairwise(ordered)
        if price is not None and since != until
    ]
    if ordered and ordered[-1][1] is not None:
        found.append(Applied(ordered[-1][1], ordered[-1][0]))
    return found


def in_force(applied: Iterable[Applied], at: datetime) -> Decimal | None:
    """The price at a moment, of spans that do not overlap; None where there was none."""
    return next((each.price for each in applied if each.since <= at and each.lasts_beyond(at)), None)


def begin_of_span(at: datetime, zone: ZoneInfo) -> datetime:
    """The first moment of the 30 days before."""
    return begin_of(day_of(at, zone) - DAYS, zone)


def lowest(applied: Iterable[Applied], *, at: datetime, zone: ZoneInfo) -> Prior | None:
    """The lowest price of the 30 days before `at`; None where no price of them is known. applied: in any order."""
    begin = begin_of_span(at, zone)
    counted = [each for each in applied if each.since < at and each.lasts_beyond(begin)]
    if not counted:
        return None
    since = min(each.since for each in counted)
    return Prior(min(each.price for each in counted), max(since, begin), is_whole=since <= begin)


def prior(applied: Iterable[Applied], reductions: Sequence[Applied], *, of: Applied, zone: ZoneInfo) -> Prior | None:
    """The prior price of a reduction. reductions: those of the product, of which it may be a further step."""
    return lowest(applied, at=first_step(reductions, of), zone=zone)


def first_step(reductions: Sequence[Applied], of: Applied) -> datetime:
    """When the reduction began of which this one is a step without a break; when it begins itself where it is none."""
    begin, price = of.since, of.price
    for step in reversed(_steps(reductions, until=of.since)):
        if step.until != begin or step.price < price:
            break
        begin, price = step.since, step.price
    return begin


def _steps(reductions: Sequence[Applied], *, until: datetime) -> list[Applied]:
    """What was asked for at each time before `until`: the lowest of the reductions that ran."""
    moments = {each.since for each in reductions} | {each.until for each in reductions if each.until is not None}
    bounds = sorted({*(moment for moment in moments if moment < until), until})
    found = []
    for since, end in pairwise(bounds):
        running = [each.price for each in reductions if each.since <= since and each.lasts_beyond(since)]
        if running:
            found.append(Applied(min(running), since, end))
    return found


def rounded(amount: Decimal, places: int) -> Decimal:
    """A price as it can be paid."""
    return amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
