"""Points under German commercial law: a provision for what it will cost to fulfil them, and how it moves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext

from treue.science.asked import whole
from treue.science.errors import ImpossibleHorizon
from treue.science.figures import to_the_cent
from treue.science.liability.money import EXACT, amount, decimal, points

MONTHS_OF_A_YEAR = 12
CENTLESS = Decimal("0.00")


@dataclass(frozen=True)
class Settlement:
    """What points will cost: (h,) amounts by month ahead, at the prices of that month, exact; and the market rates."""

    by_month: tuple[Decimal, ...]
    rates: Mapping[int, Decimal]

    @property
    def undiscounted(self) -> Decimal:
        """The settlement amount, § 253 Abs. 1 Satz 2 HGB, money to the cent."""
        return to_the_cent(sum(self.by_month, Decimal(0)))

    @property
    def provision(self) -> Decimal:
        """What stands in the balance sheet: later than in a year is discounted, § 253 Abs. 2 HGB; to the cent."""
        return self._present(passed=0)

    def interest(self, *, months: int) -> Decimal:
        """What the provision grows by in the `months` to the next balance sheet because its payments come nearer, at
        the rates of this one. Part of the financial result, § 277 Abs. 5 HGB; money to the cent."""
        return self._present(passed=whole("months", months, least=0)) - self.provision

    def _present(self, passed: int) -> Decimal:
        with localcontext(EXACT):
            terms = enumerate(self.by_month, start=1 - passed)
            return to_the_cent(sum((each / self._growth(months) for months, each in terms if each), Decimal(0)))

    def _growth(self, months: int) -> Decimal:
        if months <= MONTHS_OF_A_YEAR:
            return Decimal(1)
        years = Decimal(months) / MONTHS_OF_A_YEAR
        return (1 + _rate(self.rates, years)) ** years


@dataclass(frozen=True, kw_only=True)
class Movement:
    """How a provision went from one balance sheet to the next, money to the cent; movements of parts add up."""

    opening: Decimal = field(default=CENTLESS)
    used: Decimal = field(default=CENTLESS)
    released: Decimal = field(default=CENTLESS)
    added: Decimal = field(default=CENTLESS)
    interest: Decimal = field(default=CENTLESS)

    @property
    def closing(self) -> Decimal:
        return self.opening - self.used - self.released + self.added + self.interest

    def __add__(self, other: "Movement") -> "Movement":
        return Movement(
            opening=self.opening + other.opening,
            used=self.used + other.used,
            released=self.released + other.released,
            added=self.added + other.added,
            interest=self.interest + other.interest,
        )


def settlement(
    ahead: Sequence[float],
    *,
    cost_per_point: Decimal,
    cost_increase: Decimal,
    rates: Mapping[int, Decimal],
) -> Settlement:
    """What it will cost to fulfil the points that are expected to be redeemed, for an uncertain obligation.

    ahead: (h,) points expected to be redeemed in each month after the balance sheet (`Breakage.ahead`), those of the
    prudent end where prudence asks for it. cost_per_point: money at today's prices, what the reward costs the shop and
    not what it sells for. cost_increase: of prices and costs, a year (0.02 is two percent). rates: the market rate a
    year by remaining term in whole years, as the Bundesbank gives it out; between two years in a straight line,
    beyond the first and the last as they are. Raises ImpossibleHorizon, also for a term over a year without any rate.
    Source: §§ 249 Abs. 1 Satz 1, 253 Abs. 1 Satz 2 and Abs. 2 HGB. Each month's payment has a term of its own.
    """
    cost = amount("cost_per_point", cost_per_point)
    growth = 1 + _yearly("cost_increase", cost_increase)
    told = {whole("rates", year, least=0): _yearly("rates", rate) for year, rate in rates.items()}
    with localcontext(EXACT):
        by_month = tuple(
            points("ahead", each) * cost * growth ** (Decimal(months) / MONTHS_OF_A_YEAR)
            for months, each in enumerate(ahead, start=1)
        )
    if not told and any(by_month[MONTHS_OF_A_YEAR:]):
        raise ImpossibleHorizon("rates", rates)
    return Settlement(by_month, told)


def roll_forward(
    *,
    opening: Decimal,
    used: Decimal,
    interest: Decimal,
    closing_of_opening: Decimal,
    closing_of_new: Decimal,
) -> Movement:
    """How a provision moved in a period.

    opening: the provision of the last balance sheet. used: what fulfilling points out of it cost. interest: of its
    payments coming nearer (`Settlement.interest`). closing_of_opening: what now has to be provided for the points that
    were outstanding then; closing_of_new: for those issued since. What the old ones need less than is left is released
    (they expired, or fewer will be redeemed), what they need more is added to what the new ones need.
    All in money to the cent. Raises ImpossibleHorizon for amounts below 0.
    """
    told = {
        "opening": opening,
        "used": used,
        "closing_of_opening": closing_of_opening,
        "closing_of_new": closing_of_new,
    }
    for name, each in told.items():
        amount(name, each)
    decimal("interest", interest)
    too_little = closing_of_opening - (opening - used + interest)
    return Movement(
        opening=opening,
        used=used,
        released=max(-too_little, CENTLESS),
        added=closing_of_new + max(too_little, CENTLESS),
        interest=interest,
    )


def _yearly(name: str, rate: Decimal) -> Decimal:
    found = decimal(name, rate)
    if not -1 < found < 1:
        raise ImpossibleHorizon(name, rate)
    return found


def _rate(rates: Mapping[int, Decimal], years: Decimal) -> Decimal:
    """The rate of a term, in a straight line between two whole years."""
    below = max((year for year in rates if year <= years), default=min(rates))
    above = min((year for year in rates if year >= years), default=max(rates))
    if below >= above:
        return rates[above]
    return rates[below] + (rates[above] - rates[below]) * (years - below) / (above - below)
