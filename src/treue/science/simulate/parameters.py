"""The constants of the simulated shop: how its customers buy, and where."""

from __future__ import annotations

from dataclasses import dataclass

CHANNELS = ("online", "app", "branch", "marketplace")  # what the story calls them; the shop has words of its own
ONLINE, APP, BRANCH, MARKETPLACE = range(4)
CURRENCY = "EUR"


@dataclass(frozen=True)
class Parameters:
    """What a fitted model should find again.

    Purchasing is BG/NBD (Fader, Hardie & Lee 2005, Marketing Science 24(2), section 3): a customer's
    rate is gamma(`r`, `alpha`) with `alpha` in weeks, so that r / alpha is the mean number of repeat
    purchases a week; after each repeat purchase the customer leaves with a probability that is
    beta(`a`, `b`). Weeks are those of the shop's clock (see `Clock`): a week in Advent is longer.

    Spending is gamma-gamma (Fader & Hardie 2013, "The gamma-gamma model of monetary value"): an order's
    value is gamma(`p`, nu) in EUR, a customer's nu is gamma(`q`, `gamma`), so that the mean order value
    over customers is p * gamma / (q - 1).
    """

    r: float = 0.8
    alpha: float = 3.0
    a: float = 0.9
    b: float = 8.2
    p: float = 3.8
    q: float = 4.2
    gamma: float = 38.0


@dataclass(frozen=True)
class Acquisition:
    """How a channel wins customers. `share`: of all new customers; `growth`: of its new customers, per
    year; `cost`: EUR per new customer, as expected at the start."""

    share: float
    growth: float
    cost: float


ACQUISITION = (
    Acquisition(share=0.47, growth=0.10, cost=14.5),
    Acquisition(share=0.14, growth=0.25, cost=8.2),
    Acquisition(share=0.23, growth=0.02, cost=5.6),
    Acquisition(share=0.16, growth=0.35, cost=11.3),
)
# The shop's customer card began with the data: its first weeks sign up many who bought there before.
CARD_LAUNCH_BOOST = 5.0
CARD_LAUNCH_WEEKS = 6.0

# Which channel a repeat order of a customer of each channel is placed in (rows: the customer's channel).
ORDER_CHANNEL = (
    (0.88, 0.06, 0.05, 0.01),
    (0.08, 0.86, 0.05, 0.01),
    (0.05, 0.04, 0.91, 0.00),
    (0.12, 0.03, 0.02, 0.83),
)

COUNTRIES = ("DE", "AT", "CH", "NL", "FR", "LU", "IT", "BE", "DK")
COUNTRY_SHARES = (
    (0.800, 0.090, 0.060, 0.012, 0.010, 0.008, 0.008, 0.006, 0.006),
    (0.840, 0.090, 0.050, 0.006, 0.004, 0.004, 0.002, 0.002, 0.002),
    (0.900, 0.100, 0.000, 0.000, 0.000, 0.000, 0.000, 0.000, 0.000),
    (0.700, 0.110, 0.040, 0.045, 0.040, 0.010, 0.025, 0.020, 0.010),
)
BRANCH_COUNTRIES = ("DE", "AT")
