"""Where a customer stands, through the API."""

from django.http import HttpRequest
from ninja import Field, Router

from treue.core.api.operations import reads
from treue.core.api.values import Id, Money, PathId, Told, money, shown_as
from treue.core.customers.api import customer_of
from treue.science.rfm import FIFTHS
from treue.science.rhythm import STATES
from treue.understand.segments import reading
from treue.understand.segments.models import Standing
from treue.understand.segments.wording import GROUPS

router = Router(tags=["Customers"])

DAY = r"^\d{4}-\d\d-\d\d$"
RHYTHM = {
    "state": "overdue",
    "usual_days": 34.0,
    "quartile_low_days": 28.0,
    "quartile_high_days": 41.0,
    "patience_days": 51.0,
    "next_purchase_expected_on": "2026-10-21",
}
STANDING = {
    "group": "at risk",
    "days_since_last_purchase": 71,
    "purchase_days": 9,
    "revenue": {"amount": "412.50", "currency": "EUR"},
    "recency_quintile": 2,
    "frequency_quintile": 4,
    "monetary_quintile": 5,
    "rhythm": RHYTHM,
}
EXAMPLE = {"customer": 4711, "as_of": "2026-11-27", "standing": STANDING}


class RhythmOut(Told):
    state: str = Field(description=", ".join(STATES) + ". Of unknown, there are too few days with a purchase.")
    usual_days: float | None = Field(description="Median days from one day with a purchase to the next.")
    quartile_low_days: float | None = Field(description="A quarter of the pauses are shorter.")
    quartile_high_days: float | None = Field(description="A quarter of the pauses are longer.")
    patience_days: float | None = Field(description="Up to so many days a pause is nothing unusual for them.")
    next_purchase_expected_on: str | None = Field(
        description="The day of the last purchase and one rhythm; a habit, not a forecast.", pattern=DAY
    )

    model_config = shown_as(RHYTHM)


class StandingOut(Told):
    group: str = Field(description=", ".join(GROUPS) + ".")
    days_since_last_purchase: int = Field(ge=0, description="Up to `as_of`.")
    purchase_days: int = Field(ge=1, description="Days with a purchase.")
    revenue: Money = Field(description="What they spent so far, after refunds.")
    recency_quintile: int = Field(ge=1, le=FIFTHS, description="5: later than at least four fifths of the customers.")
    frequency_quintile: int = Field(ge=1, le=FIFTHS, description="5: more often.")
    monetary_quintile: int = Field(ge=1, le=FIFTHS, description="5: for more.")
    rhythm: RhythmOut

    model_config = shown_as(STANDING)


class CustomerStanding(Told):
    customer: Id
    as_of: str | None = Field(
        description="The last day whose purchases count; null before it was worked out.", pattern=DAY
    )
    standing: StandingOut | None = Field(description="Null where no purchase counts, and for whoever objects to it.")

    model_config = shown_as(EXAMPLE, {"customer": 4711, "as_of": None, "standing": None})


@reads(router, "/customers/{customer_id}/standing", answer=CustomerStanding, summary="Read a customer's group")
def read_standing(request: HttpRequest, customer_id: PathId) -> CustomerStanding:
    """Group (RFM) and rhythm of a customer: worked out each night, and within an hour of a purchase."""
    customer = customer_of(request.auth.shop, customer_id)
    standing = reading.of(customer)
    of = standing.segmentation if standing else reading.current(customer.shop)
    return CustomerStanding(
        customer=customer.pk, as_of=of and of.as_of.isoformat(), standing=standing and _standing(standing)
    )


def _standing(of: Standing) -> StandingOut:
    return StandingOut(
        group=of.group,
        days_since_last_purchase=of.recency_days,
        purchase_days=of.frequency,
        revenue=money(of.monetary, of.segmentation.currency),
        recency_quintile=of.recency_quintile,
        frequency_quintile=of.frequency_quintile,
        monetary_quintile=of.monetary_quintile,
        rhythm=RhythmOut(
            state=of.state,
            usual_days=of.rhythm_days,
            quartile_low_days=of.quartile_low_days,
            quartile_high_days=of.quartile_high_days,
            patience_days=of.patience_days,
            next_purchase_expected_on=of.expected_on and of.expected_on.isoformat(),
        ),
    )
