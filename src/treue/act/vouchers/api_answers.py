"""Vouchers as the API tells of them, and why one was refused, in words for programs' authors."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from ninja import Field

from treue.act.vouchers.campaigns import Figures
from treue.act.vouchers.errors import Refusal, VoucherError
from treue.act.vouchers.models import Campaign, Redemption, RollBack
from treue.act.vouchers.validating import Applied, Verdict
from treue.core.api.values import GivenMoment, Id, Money, Told, money, plain, rfc3339, shown_as

FIVE, TWENTY = {"amount": "5.00", "currency": "EUR"}, {"amount": "20.00", "currency": "EUR"}
NOBODY = {"amount": "0.00", "currency": "EUR"}
CAMPAIGN = {
    "id": 12,
    "name": "Welcome",
    "kind": "unique",
    "benefit": "amount",
    "amount": FIVE,
    "percent": None,
    "product_id": None,
    "minimum": TWENTY,
    "products": [],
    "categories": ["Tea"],
    "match": "any",
    "combinable": False,
    "exclusive_group": None,
    "keeps_rest": False,
    "valid_from": None,
    "valid_until": "2026-12-31T23:00:00Z",
    "uses_per_code": 1,
    "most_codes": 1000,
    "most_redemptions": None,
    "most_per_customer": None,
    "budget": None,
    "codes": 250,
    "redeemed": 17,
    "spent": {"amount": "85.00", "currency": "EUR"},
}
APPLIED = {
    "code": 0,
    "campaign": 12,
    "benefit": "amount",
    "product_id": None,
    "discount": FIVE,
    "rest": None,
}
REFUSED = {
    "code": 0,
    "reason": "expired",
    "detail": "It was valid until this moment.",
    "facts": {"valid_until": "2026-11-30T23:00:00Z"},
}
REDEMPTION = {
    "id": 4711,
    "campaign": 12,
    "order": "A-2026-0815",
    "customer": 4711,
    "discount": FIVE,
    "basket": TWENTY,
    "state": "redeemed",
    "redeemed_at": "2026-11-29T12:00:00Z",
    "returned": NOBODY,
    "rolled_back": NOBODY,
    "rolled_back_at": None,
}

DETAILS = {
    "MistypedCode": "A character of the code is wrong.",
    "UnknownCode": "The shop has no such code.",
    "CodeCancelled": "The code was cancelled.",
    "CodeTwice": "The code was sent twice.",
    "NotYetValid": "It is valid from this moment on.",
    "Expired": "It was valid until this moment.",
    "UsedUp": "The code is used up.",
    "CampaignUsedUp": "All redemptions of the campaign are used up.",
    "BudgetSpent": "The budget of the campaign does not suffice any more.",
    "CustomerLimit": "The customer has used the campaign as often as it allows.",
    "NeedsCustomer": "Say whose order it is: the code is for one customer, or counted by customer.",
    "OtherCustomer": "The code is another customer's.",
    "WrongCurrency": "It is for baskets in this currency.",
    "BelowMinimum": "The goods come to less than the minimum.",
    "NothingFits": "The basket lacks what it is for.",
    "GiftNotInBasket": "Put the free product into the basket, at its price.",
    "NothingToDiscount": "What it is for costs nothing, or other codes leave nothing of it.",
    "NotCombinable": "It cannot be combined with that other code.",
    "OrderHasAnother": "It cannot be combined with what was redeemed for the order before.",
}


class CampaignOut(Told):
    id: int | None = Field(description="Null of a dry run.")
    name: str
    kind: str = Field(description="unique: each code is somebody's own. multi: one code for many.")
    benefit: str = Field(description="amount, percent, product (one unit is free), delivery (is free).")
    amount: Money | None
    percent: str | None
    product_id: str | None
    minimum: Money | None = Field(description="What the goods must come to, before vouchers and without delivery.")
    products: list[str]
    categories: list[str]
    match: str = Field(description="any: one of them must be in the basket. all: each of them.")
    combinable: bool
    exclusive_group: str | None
    keeps_rest: bool
    valid_from: GivenMoment | None
    valid_until: GivenMoment | None = Field(description="The first moment at which it is not valid any more.")
    uses_per_code: int | None
    most_codes: int | None
    most_redemptions: int | None
    most_per_customer: int | None
    budget: Money | None
    codes: int = Field(description="How many were made.")
    redeemed: int = Field(description="How often, without what was rolled back as a whole.")
    spent: Money = Field(description="What was taken off, without what was rolled back.")

    model_config = shown_as(CAMPAIGN)


class CampaignPage(Told):
    data: list[CampaignOut]
    next: str | None = Field(description="Send it as `after` for the next page; null at the end.")

    model_config = shown_as({"data": [CAMPAIGN], "next": None})


class AppliedOut(Told):
    code: int = Field(description="Its place among the codes sent, from 0.")
    campaign: Id
    benefit: str
    product_id: str | None = Field(description="The product that is free.")
    discount: Money
    rest: Money | None = Field(description="What stays on a code that keeps its rest.")

    model_config = shown_as(APPLIED)


class RefusedOut(Told):
    code: int = Field(description="Its place among the codes sent, from 0.")
    reason: str = Field(description="Never changes for one kind of refusal.")
    detail: str
    facts: dict[str, object]

    model_config = shown_as(REFUSED)


class VerdictOut(Told):
    discount: Money = Field(description="Of all codes that hold.")
    applied: list[AppliedOut] = Field(description="In the order in which they are taken off.")
    refused: list[RefusedOut]

    model_config = shown_as({"discount": FIVE, "applied": [APPLIED], "refused": [{**REFUSED, "code": 1}]})


class RedemptionOut(Told):
    id: Id
    campaign: Id
    order: str | None
    customer: int | None
    discount: Money
    basket: Money = Field(description="Worth of what the discount was reckoned on.")
    state: str = Field(description="redeemed, rolled back.")
    redeemed_at: GivenMoment
    returned: Money = Field(description="Of the basket's worth.")
    rolled_back: Money = Field(description="Of the discount.")
    rolled_back_at: GivenMoment | None

    model_config = shown_as(REDEMPTION)


class RedemptionsOut(Told):
    discount: Money
    redemptions: list[RedemptionOut] = Field(description="In the order in which they are taken off.")

    model_config = shown_as({"discount": FIVE, "redemptions": [REDEMPTION]})


class RollBackOut(Told):
    redemption: Id
    returned: Money = Field(description="Worth of the goods that came back with it.")
    amount: Money = Field(description="What of the discount goes back with them.")

    model_config = shown_as({"redemption": 4711, "returned": TWENTY, "amount": FIVE})


class CodeOut(Told):
    id: int | None = Field(description="Null of a dry run.")
    code: str | None = Field(description="A secret, like money. Null of a dry run.")

    model_config = shown_as({"id": 4711, "code": "7MKQ-2XBA-94TZ-HW3C"})


class CancelledOut(Told):
    cancelled: bool = Field(description="False where it had been cancelled before.")

    model_config = shown_as({"cancelled": True})


def campaign_out(of: Campaign, figures: Figures) -> CampaignOut:
    def amount(value: Decimal | None) -> Money | None:
        return None if value is None else money(value, of.currency)

    same = ("name", "kind", "benefit", "products", "categories", "match", "keeps_rest", "valid_from", "valid_until")
    limits = ("uses_per_code", "most_codes", "most_redemptions", "most_per_customer")
    return CampaignOut(
        id=of.pk,
        **{name: getattr(of, name) for name in same + limits},
        amount=amount(of.amount),
        percent=None if of.percent is None else plain(of.percent),
        product_id=of.product or None,
        minimum=amount(of.minimum),
        combinable=of.is_combinable,
        exclusive_group=of.exclusive_group or None,
        budget=amount(of.budget),
        codes=of.codes_made,
        redeemed=figures.redeemed,
        spent=money(figures.spent, of.currency),
    )


def verdict_out(verdict: Verdict, currency: str) -> VerdictOut:
    return VerdictOut(
        discount=money(verdict.discount, currency),
        applied=[_applied(each, currency) for each in verdict.applied],
        refused=[
            RefusedOut(code=place, **refusal_said(refusal)) for place, refusal in sorted(verdict.refusals.items())
        ],
    )


def _applied(each: Applied, currency: str) -> AppliedOut:
    return AppliedOut(
        code=each.ordinal,
        campaign=each.code.campaign_id,
        benefit=each.code.campaign.benefit,
        product_id=each.code.campaign.product or None,
        discount=money(each.discount.amount, currency),
        rest=None if each.rest is None else money(each.rest, currency),
    )


def redemption_out(of: Redemption, today: Mapping[int, int]) -> RedemptionOut:
    """today: whom numbers of customers stand for (`persons.customers_of`)."""
    return RedemptionOut(
        id=of.pk,
        campaign=of.campaign_id,
        order=of.order_number or None,
        customer=today.get(of.customer_id, of.customer_id),
        discount=money(of.amount, of.currency),
        basket=money(of.basket, of.currency),
        state=of.state,
        redeemed_at=of.redeemed_at,
        returned=money(of.returned, of.currency),
        rolled_back=money(of.rolled_back, of.currency),
        rolled_back_at=of.rolled_back_at,
    )


def roll_back_out(of: RollBack) -> RollBackOut:
    currency = of.redemption.currency
    return RollBackOut(
        redemption=of.redemption_id, returned=money(of.returned, currency), amount=money(of.amount, currency)
    )


def reason(error: Exception) -> str:
    """Its class as programs know it: BelowMinimum is below-minimum."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", type(error).__name__).lower()


def refusal_said(refusal: Refusal) -> dict[str, object]:
    return {"reason": reason(refusal), "detail": DETAILS[type(refusal).__name__], "facts": facts_said(refusal)}


def facts_said(error: VoucherError) -> dict[str, object]:
    return {name: _fact(value) for name, value in error.facts.items()}


def _fact(value: object) -> object:
    if isinstance(value, Decimal):
        return plain(value, decimals=2)
    return rfc3339(value) if isinstance(value, datetime) else value
