"""What happened in the shop: the events a cockpit should bring to light.

Without a story all customers are one population and the shop is a textbook; with it, known effects are laid
over the textbook from known days on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class PriceRise:
    """`category`, by its code, costs `factor` times as much from `since` on; until `until` (not included) each
    repeat order of a customer who came for that category through `channel` adds the chance `dropout` of leaving."""

    since: date
    until: date
    category: str
    channel: str
    factor: float
    dropout: float


@dataclass(frozen=True)
class WelcomeCampaign:
    """Who first orders in one of `channels` from `since` on gets a welcome mail, and the share `moved`
    places one order more, `first_week` to `last_week` weeks (of the clock) after the first."""

    since: date
    channels: tuple[str, ...]
    moved: float
    first_week: float = 1.0
    last_week: float = 6.0


@dataclass(frozen=True)
class OneTimeBuyers:
    """The share of `channel`'s new customers who never meant to come back: they leave after their first
    order, which no BG/NBD customer does."""

    channel: str
    share: float


@dataclass(frozen=True)
class TvSpot:
    """From `since` until `until` (not included) `channels` win `factor` times the customers, and
    the shop pays `cost` EUR for it per customer of its whole history, so that its price grows with the shop."""

    since: date
    until: date
    channels: tuple[str, ...]
    factor: float
    cost: float


@dataclass(frozen=True)
class AppLaunch:
    """There are no customers or orders in `channel` before `since`."""

    since: date
    channel: str


@dataclass(frozen=True)
class Defect:
    """Lines of `product` bought from `since` on come back, broken, with the chance `returned`."""

    since: date
    product: str
    returned: float


@dataclass(frozen=True)
class Story:
    """All the events of one shop."""

    price_rise: PriceRise
    welcome: WelcomeCampaign
    one_time: OneTimeBuyers
    tv_spot: TvSpot
    app_launch: AppLaunch
    defect: Defect


def eventful(start: date, end: date) -> Story:
    """The default story of a shop whose data go from `start` to `end` (not included).

    The price rise comes before the middle, so that a window of a year shows who left over it.
    """

    def month(share: float, later: int = 0) -> date:
        day = start + timedelta(days=round((end - start).days * share))
        number = day.year * 12 + day.month - 1 + later
        return date(number // 12, number % 12 + 1, 1)

    return Story(
        price_rise=PriceRise(month(0.42), month(0.42, 4), "KAF", "online", factor=1.12, dropout=0.5),
        welcome=WelcomeCampaign(month(0.75), ("online", "app"), moved=0.25),
        one_time=OneTimeBuyers("marketplace", share=0.5),
        tv_spot=TvSpot(month(0.6), month(0.6, 1), ("online", "app"), factor=2.2, cost=0.9),
        app_launch=AppLaunch(month(0.2), "app"),
        defect=Defect(month(0.65), "KAN-13", returned=0.24),
    )


def uneventful(start: date) -> Story:
    """A story in which every effect is nil: the textbook."""
    return Story(
        price_rise=PriceRise(start, start, "KAF", "online", factor=1.0, dropout=0.0),
        welcome=WelcomeCampaign(start, (), moved=0.0),
        one_time=OneTimeBuyers("marketplace", share=0.0),
        tv_spot=TvSpot(start, start, (), factor=1.0, cost=0.0),
        app_launch=AppLaunch(start, "app"),
        defect=Defect(start, "KAN-13", returned=0.0),
    )
