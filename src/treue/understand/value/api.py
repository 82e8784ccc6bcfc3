"""What customers are worth, through the API."""

from decimal import Decimal

from django.http import HttpRequest
from ninja import Field, Router

from treue.core.api.operations import reads
from treue.core.api.values import GivenMoment, Id, Money, PathId, Told, money, plain, shown_as
from treue.core.customers.api import customer_of
from treue.understand.value import reading
from treue.understand.value.models import HOW_SURE, Fit, Score

router = Router(tags=["Customers"])

MODEL = {
    "name": "bg_nbd",
    "status": "converged",
    "choice": "lowest deviance",
    "fitted_at": "2026-11-28T04:07:12Z",
    "margin": "0.42",
    "discount_rate": "0.1",
}
RANGE = {
    "probability": 0.8,
    "low": {"amount": "9.90", "currency": "EUR"},
    "high": {"amount": "81.20", "currency": "EUR"},
}
SCORES = {
    "probability_alive": 0.83,
    "expected_purchases_90_days": 1.2,
    "expected_purchases_12_months": 4.1,
    "spend": {"amount": "24.90", "currency": "EUR"},
    "lifetime_value": {"amount": "40.77", "currency": "EUR"},
    "lifetime_value_range": RANGE,
    "next_purchase_in_days": 41.5,
    "next_purchase_on": "2027-01-08",
}
EXAMPLE = {"customer": 4711, "as_of": "2026-11-27", "model": MODEL, "scores": SCORES}


class ModelOut(Told):
    name: str | None = Field(description="bg_nbd, mbg_nbd or pareto_nbd; null where there is too little to learn from.")
    status: str = Field(description="; ".join(Fit.Status.values) + ".")
    choice: str | None = Field(description="Why this model: " + "; ".join(Fit.Choice.values) + ".")
    fitted_at: GivenMoment
    margin: str = Field(description="The share of revenue that is left after the cost of the goods.")
    discount_rate: str = Field(description="A year.")

    model_config = shown_as(MODEL)


class RangeOut(Told):
    probability: float = Field(ge=0, le=1, description="That what they will be worth lies in it.")
    low: Money
    high: Money

    model_config = shown_as(RANGE)


class ScoresOut(Told):
    probability_alive: float | None = Field(
        ge=0, le=1, description="That they are a customer still; null where the model cannot tell."
    )
    expected_purchases_90_days: float = Field(ge=0, description="Days with a purchase in the 90 days after `as_of`.")
    expected_purchases_12_months: float = Field(ge=0)
    spend: Money = Field(description="What a day with a purchase brings.")
    lifetime_value: Money = Field(description="What is left of 12 months' purchases by the margin, discounted.")
    lifetime_value_range: RangeOut | None = Field(
        description="Between which amounts it will lie; null until the next night where it was worked out before there "
        "were ranges."
    )
    next_purchase_in_days: float | None = Field(
        description="Days from `as_of` on within which they buy again with a probability of one half, if they stay; "
        "null beyond ten years."
    )
    next_purchase_on: str | None = Field(
        description="The day on which that wait is over.", pattern=r"^\d{4}-\d\d-\d\d$"
    )

    model_config = shown_as(SCORES)


class CustomerScores(Told):
    customer: Id
    as_of: str | None = Field(description="The last day whose purchases count.", pattern=r"^\d{4}-\d\d-\d\d$")
    model: ModelOut | None = Field(description="Null until the models were fitted for the first time.")
    scores: ScoresOut | None = Field(
        description="Null where no purchase counts, where too little is known, and for whoever objects to it."
    )

    model_config = shown_as(EXAMPLE, {"customer": 4711, "as_of": None, "model": None, "scores": None})


@reads(router, "/customers/{customer_id}/scores", answer=CustomerScores, summary="Read what a customer is worth")
def read_scores(request: HttpRequest, customer_id: PathId) -> CustomerScores:
    """What the models say of a customer: worked out each night, and after their own purchases."""
    customer = customer_of(request.auth.shop, customer_id)
    fit, score = reading.of(customer)
    return CustomerScores(
        customer=customer.pk,
        as_of=fit and fit.until.isoformat(),
        model=fit and _model(fit),
        scores=score and _scores(fit, score),
    )


def _model(fit: Fit) -> ModelOut:
    return ModelOut(
        name=fit.model or None,
        status=fit.status,
        choice=fit.choice or None,
        fitted_at=fit.fitted_at,
        margin=plain(fit.margin),
        discount_rate=plain(fit.discount_rate),
    )


def _scores(fit: Fit, score: Score) -> ScoresOut:
    currency = fit.currency
    return ScoresOut(
        probability_alive=score.probability_alive if fit.tells_whether_left(score) else None,
        expected_purchases_90_days=score.purchases_90_days,
        expected_purchases_12_months=score.purchases_12_months,
        spend=money(_cents(score.spend), currency),
        lifetime_value=money(_cents(score.lifetime_value), currency),
        lifetime_value_range=_range(score, currency),
        next_purchase_in_days=score.wait_days,
        next_purchase_on=score.next_purchase_on and score.next_purchase_on.isoformat(),
    )


def _range(score: Score, currency: str) -> RangeOut | None:
    if score.value_low is None or score.value_high is None:
        return None
    low, high = (money(_cents(each), currency) for each in (score.value_low, score.value_high))
    return RangeOut(probability=HOW_SURE, low=low, high=high)


def _cents(amount: Decimal) -> Decimal:
    """A forecast is not known to a ten-thousandth."""
    return amount.quantize(Decimal("0.01"))
