"""The liability through the API."""

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Query, Router

from treue.act.loyalty import reading
from treue.act.loyalty.books.figures import breakage_of
from treue.act.loyalty.books.forms import EARLIEST
from treue.act.loyalty.books.statement import Statement, statement
from treue.core.api.operations import reads
from treue.core.api.problems import INVALID, NOT_FOUND, Problem, fault
from treue.core.api.values import Money, Taken, Told, money, shown_as
from treue.core.shop.models import Shop

router = Router(tags=["Loyalty"])

EURO = {"currency": "EUR"}
POINTS = {"active": 380_000, "pending": 31_500, "held": 800, "owed": 120, "outstanding": 412_300}
LIABILITY = {
    "as_of": "2026-10-31",
    "is_closed": True,
    "points": POINTS,
    "breakage": {"expected": 0.39, "low": 0.36, "high": 0.42, "is_assumed": False},
    "liability": {"amount": "2515.03", **EURO},
    "contract_liability": {"amount": "2204.11", **EURO},
    "provision": {"amount": "1508.92", **EURO},
}


class OutstandingOut(Told):
    active: int
    pending: int
    held: int
    owed: int = Field(description="By members below zero; set off against nothing.")
    outstanding: int = Field(description="active + pending + held.")

    model_config = shown_as(POINTS)


class BreakageOut(Told):
    expected: float = Field(description="Share of the points outstanding that will never be redeemed, 0 to 1.")
    low: float
    high: float = Field(description="With a probability of 80 percent it lies between the two.")
    is_assumed: bool = Field(description="By the shop, since its own months of issue cannot tell yet.")

    model_config = shown_as(LIABILITY["breakage"])


class LiabilityOut(Told):
    as_of: date
    is_closed: bool = Field(description="Whether the month was closed; then nothing of this changes any more.")
    points: OutstandingOut
    breakage: BreakageOut | None = Field(description="Null while nothing tells it: then all count as redeemed.")
    liability: Money | None = Field(description="What they buy that will be redeemed; null without a value of a point.")
    contract_liability: Money | None = Field(description="IFRS 15.")
    provision: Money | None = Field(description="HGB.")

    model_config = shown_as(LIABILITY)


class LiabilityQuery(Taken):
    as_of: Annotated[
        date | None, Field(description="At the end of which day; null: of today.", examples=["2026-10-31"])
    ] = None


@reads(router, "/loyalty/liability", answer=LiabilityOut, summary="Points as a liability")
def points_liability(request: HttpRequest, query: Query[LiabilityQuery]) -> LiabilityOut:
    """Outstanding points at the end of a day, their expected breakage, and what they come to in both books."""
    shop: Shop = request.auth.shop
    programme = reading.programme_of(shop)
    if programme is None:
        raise Problem(NOT_FOUND, "The shop has no loyalty programme.")
    today = timezone.localdate(timezone=shop.tz)
    day = query.as_of or today
    if not EARLIEST <= day <= today:
        raise Problem(
            INVALID, "The day is not one of the past.", errors=[fault("query/as_of", "A day up to today, please")]
        )
    return _told(statement(programme, day), shop)


def _told(found: Statement, shop: Shop) -> LiabilityOut:
    position, share, closed = found.position, breakage_of(found), found.closed
    amounts = (None, None, None)
    if found.now is not None:
        of = closed or found.now
        sums = (of.liability if closed else found.now.total, of.contract_liability, of.provision)
        amounts = tuple(money(each, shop.currency) for each in sums)
    return LiabilityOut(
        as_of=found.day,
        is_closed=closed is not None,
        points=OutstandingOut(
            active=position.active,
            pending=position.pending,
            held=position.held,
            owed=position.owed,
            outstanding=position.outstanding,
        ),
        breakage=BreakageOut(
            expected=share.expected,
            low=share.low,
            high=share.high,
            is_assumed=closed is None and found.now is not None and found.now.expected.is_assumed,
        )
        if share
        else None,
        liability=amounts[0],
        contract_liability=amounts[1],
        provision=amounts[2],
    )
