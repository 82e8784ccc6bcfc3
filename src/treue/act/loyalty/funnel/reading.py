"""The funnel that was kept, step by step, with what is left of the step before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from treue.act.loyalty.models import FunnelCohort, Programme

STEPS = ("enrolled", "earned", "could_redeem", "redeemed", "redeemed_again")
DAYS = {
    "earned": "days_to_earn",
    "could_redeem": "days_to_could_redeem",
    "redeemed": "days_to_redeem",
    "redeemed_again": "days_to_redeem_again",
}
FEWEST = 30


@dataclass(frozen=True)
class Cohort:
    """month: none for all members together. counts, days: by step; days are the median since joining."""

    month: date | None
    customers: int | None
    counts: dict[str, int]
    days: dict[str, float | None]

    def share(self, step: str) -> float | None:
        """Of the step before; None where nobody came so far."""
        place = STEPS.index(step)
        before = self.customers if not place else self.counts[STEPS[place - 1]]
        return self.counts[step] / before if before else None

    def is_enough(self, step: str) -> bool:
        """Whether its share says something: of too few it only wavers."""
        place = STEPS.index(step)
        return (self.customers if not place else self.counts[STEPS[place - 1]] or 0) >= FEWEST


@dataclass(frozen=True)
class Funnel:
    """cohorts: by month, the latest first. least: with how many points a member could redeem. kept_at: in the shop's
    zone, in whose months the members joined."""

    whole: Cohort
    cohorts: Sequence[Cohort]
    least: int
    kept_at: datetime

    def before(self, cohort: Cohort) -> Cohort | None:
        """The cohort that joined before it."""
        place = self.cohorts.index(cohort) + 1
        return self.cohorts[place] if place < len(self.cohorts) else None


def of(programme: Programme) -> Funnel | None:
    """None as long as nothing was kept."""
    rows = list(FunnelCohort.objects.filter(programme=programme).order_by("-month"))
    whole = next((each for each in rows if each.month is None), None)
    if whole is None:
        return None
    cohorts = [_cohort(each) for each in rows if each.month is not None]
    return Funnel(_cohort(whole), cohorts, whole.least, whole.kept_at.astimezone(programme.shop.tz))


def _cohort(row: FunnelCohort) -> Cohort:
    counts = {step: getattr(row, step) for step in STEPS}
    return Cohort(row.month, row.customers, counts, {step: getattr(row, name) for step, name in DAYS.items()})
