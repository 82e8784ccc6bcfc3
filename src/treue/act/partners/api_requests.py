"""What programs send to write, as values that can be stored and none that nobody knows; and what a dispute answers."""

from datetime import date
from typing import Annotated

from ninja import Field
from pydantic import AfterValidator

from treue.act.loyalty.api_writes import Points
from treue.act.partners.models import Dispute
from treue.core.api.values import Code, DryRun, GivenMoment, Id, Moment, Taken, Told, shown_as

PRICE, FEE = r"^[0-9]{1,3}(\.[0-9]{1,6})?$", r"^[0-9]{1,9}(\.[0-9]{1,2})?$"
PERCENT = r"^(100(\.0{1,2})?|[0-9]{1,2}(\.[0-9]{1,2})?)$"
FIRST, LAST = date(1900, 1, 1), date(2199, 12, 31)


def _day(text: str) -> str:
    if not FIRST <= date.fromisoformat(text) <= LAST:
        raise ValueError("Write a day between the years 1900 and 2199")
    return text


Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", json_schema_extra={"format": "date"})]
Card = Annotated[Code, Field(max_length=20, description="The number of the member's card.")]
Receipt = Annotated[Code, Field(max_length=80, description="The number of the partner's receipt.")]
Total = Annotated[
    int | None,
    Field(ge=1, le=10**9, description="How many in all, those that went back before among them; null: all."),
]


class PartnerIn(Taken):
    name: Annotated[Code, Field(max_length=80)]
    code: Annotated[Code, Field(max_length=20, pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")]
    email: Annotated[Code | None, Field(max_length=254, pattern=r"^[^@ ]+@[^@ ]+$")] = None
    dry_run: DryRun = False

    model_config = shown_as({"name": "Café Blatt", "code": "cafe-blatt", "email": "buero@cafe-blatt.example"})


class PartnerAgreementIn(Taken):
    valid_from: Annotated[Day, AfterValidator(_day)]
    issue_price: Annotated[str, Field(pattern=PRICE, description="In the shop's currency, for a point.")]
    redemption_price: Annotated[str, Field(pattern=PRICE, description="In the shop's currency, for a point.")]
    monthly_fee: Annotated[str, Field(pattern=FEE, description="In the shop's currency.")] = "0"
    fee_percent: Annotated[str, Field(pattern=PERCENT, description="Of the value of points issued.")] = "0"
    dry_run: DryRun = False

    model_config = shown_as(
        {
            "valid_from": "2026-12-01",
            "issue_price": "0.01",
            "redemption_price": "0.008",
            "monthly_fee": "20.00",
            "fee_percent": "2.5",
        }
    )


class PartnerIssueIn(Taken):
    card: Card
    points: Points
    reference: Receipt
    dry_run: DryRun = False

    model_config = shown_as({"card": "3994005990849912", "points": 120, "reference": "K2-0815"})


class PartnerReturnIn(Taken):
    points: Total = None
    reference: Receipt
    dry_run: DryRun = False

    model_config = shown_as({"points": 40, "reference": "K2-0899"})


class PartnerRedeemIn(Taken):
    card: Card
    points: Points
    reference: Receipt
    held_until: Annotated[
        Moment | None, Field(description="Hold them until then, to be captured or released; null: redeem at once.")
    ] = None
    dry_run: DryRun = False

    model_config = shown_as({"card": "3994005990849912", "points": 500, "reference": "K2-0816"})


class PartnerCaptureIn(Taken):
    points: Annotated[
        int | None, Field(ge=1, le=10**9, description="Null: all that is held. What is left is released.")
    ] = None
    dry_run: DryRun = False

    model_config = shown_as({"points": 500})


class PartnerReleaseIn(Taken):
    dry_run: DryRun = False

    model_config = shown_as({"dry_run": False})


class SettlementDisputeIn(Taken):
    reason: Annotated[Code, Field(max_length=500)]
    dry_run: DryRun = False

    model_config = shown_as({"reason": "K2-0815 was returned on the same day."})


class SettlementDisputeOut(Told):
    id: Id | None = Field(description="Null of a dry run.")
    line: Id
    reason: str
    state: str = Field(description=f"One of {', '.join(Dispute.State.values)}.")
    opened_at: GivenMoment

    model_config = shown_as(
        {
            "id": 3,
            "line": 77,
            "reason": "K2-0815 was returned on the same day.",
            "state": "open",
            "opened_at": "2026-11-29T12:00:00Z",
        }
    )
