"""Partners, what they did and what is owed, as the API tells of them."""

from datetime import date
from decimal import Decimal

from ninja import Field

from treue.act.partners import redeeming
from treue.act.partners.models import Agreement, Kind, Leg, Line, Partner, Redemption, Statement
from treue.act.partners.settlement import OWED_BY_PARTNER, Terms
from treue.core.api.values import GivenMoment, Id, Money, Told, money, plain, shown_as

PARTNER = {
    "id": 5,
    "name": "Café Blatt",
    "code": "cafe-blatt",
    "email": "buero@cafe-blatt.example",
    "state": "active",
    "created_at": "2026-11-29T12:00:00Z",
}
AGREEMENT = {
    "id": 8,
    "partner": 5,
    "valid_from": "2026-12-01",
    "issue_price": "0.01",
    "redemption_price": "0.008",
    "monthly_fee": {"amount": "20.00", "currency": "EUR"},
    "fee_percent": "2.5",
    "made_at": "2026-11-29T12:00:00Z",
}
LEG = {
    "id": 4711,
    "partner": 5,
    "kind": "issue",
    "points": 120,
    "reference": "K2-0815",
    "transaction": 90210,
    "original": None,
    "redemption": None,
    "agreement": 8,
    "owed": "1.20",
    "month": "2026-11",
    "happened_at": "2026-11-29T12:00:00Z",
    "settled": False,
}
REDEMPTION = {
    "id": 31,
    "partner": 5,
    "state": "held",
    "points": 500,
    "reference": "K2-0816",
    "transaction": 90211,
    "held_until": "2026-11-29T12:15:00Z",
    "made_at": "2026-11-29T12:00:00Z",
}
SETTLEMENT = {
    "id": 12,
    "partner": 5,
    "month": "2026-10",
    "state": "closed",
    "number": 7,
    "amount": {"amount": "95.75", "currency": "EUR"},
    "payer": "partner",
    "closed_at": "2026-11-02T08:00:00Z",
}
LINE = {
    "id": 77,
    "place": 1,
    "kind": "issue",
    "month": "2026-10",
    "points": 10000,
    "price": "0.01",
    "amount": {"amount": "100.00", "currency": "EUR"},
    "agreement": 8,
    "corrects": None,
    "disputed": False,
}
MONTH = {"pattern": r"^[0-9]{4}-[0-9]{2}$", "description": "In the shop's zone."}
NEXT = "`after` of the next page; null on the last."


class PartnerOut(Told):
    id: Id | None = Field(description="Null of a dry run.")
    name: str
    code: str
    email: str | None
    state: str = Field(description=f"One of {', '.join(Partner.State.values)}.")
    created_at: GivenMoment

    model_config = shown_as(PARTNER)


class PartnerPage(Told):
    data: list[PartnerOut]
    next: str | None = Field(description=NEXT)

    model_config = shown_as({"data": [PARTNER], "next": None})


class PartnerAgreementOut(Told):
    id: Id | None = Field(description="Null of a dry run.")
    partner: Id
    valid_from: date = Field(description="The first day, in the shop's zone; until another one begins.")
    issue_price: str = Field(description="What the partner pays for each point that it issues.")
    redemption_price: str = Field(description="What the partner is paid for each point that is redeemed there.")
    monthly_fee: Money = Field(description="For each month on whose last day the agreement holds.")
    fee_percent: str = Field(description="Of the value of points issued.")
    made_at: GivenMoment

    model_config = shown_as(AGREEMENT)


class PartnerAgreementList(Told):
    data: list[PartnerAgreementOut]

    model_config = shown_as({"data": [AGREEMENT]})


class PartnerTransactionOut(Told):
    """What a partner did with points; it never changes."""

    id: Id | None = Field(description="Null of a dry run.")
    partner: Id
    kind: str = Field(description="One of issue, return, redeem, roll_back.")
    points: int = Field(description="Without a sign.")
    reference: str = Field(description="The partner's receipt.")
    transaction: Id | None = Field(description="Of the ledger; null of a dry run.")
    original: Id | None = Field(description="What a return or a roll-back undoes.")
    redemption: Id | None
    agreement: Id = Field(description="By which it is paid; of a return or a roll-back, that of the original.")
    owed: str = Field(description="Points times price, unrounded; below zero where the programme pays.")
    month: str = Field(**MONTH)
    happened_at: GivenMoment
    settled: bool = Field(description="Whether a closed settlement has it.")

    model_config = shown_as(LEG)


class PartnerTransactionPage(Told):
    data: list[PartnerTransactionOut]
    next: str | None = Field(description=NEXT)

    model_config = shown_as({"data": [LEG], "next": None})


class PartnerRedemptionOut(Told):
    id: Id | None = Field(description="Null of a dry run.")
    partner: Id
    state: str = Field(description="One of held, redeemed, released, rolled back.")
    points: int
    reference: str = Field(description="The partner's receipt.")
    transaction: Id | None = Field(description="Of the ledger; null of a dry run.")
    held_until: GivenMoment | None
    made_at: GivenMoment

    model_config = shown_as(REDEMPTION)


class SettlementOut(Told):
    id: Id
    partner: Id
    month: str = Field(**MONTH)
    state: str = Field(description=f"One of {', '.join(Statement.State.values)}.")
    number: int | None = Field(description="Without gaps in the programme; null of a draft.")
    amount: Money = Field(description="Above zero the partner pays, below it is paid. Of a draft: as it stands now.")
    payer: str | None = Field(description="partner or programme; null where nothing is owed.")
    closed_at: GivenMoment | None

    model_config = shown_as(SETTLEMENT)


class SettlementPage(Told):
    data: list[SettlementOut]
    next: str | None = Field(description=NEXT)

    model_config = shown_as({"data": [SETTLEMENT], "next": None})


class SettlementLineOut(Told):
    id: Id | None = Field(description="Null of a draft.")
    place: int
    kind: str = Field(description=f"One of {', '.join(each.name.lower() for each in Kind)}.")
    month: str = Field(pattern=MONTH["pattern"], description="Before the settlement's own for what came late.")
    points: int | None
    price: str | None = Field(description="Of one point.")
    amount: Money
    agreement: Id | None
    corrects: Id | None = Field(description="Of a correction, the line of an earlier settlement.")
    disputed: bool = Field(description="Whether it waits for a decision.")

    model_config = shown_as(LINE)


class SettlementLineList(Told):
    data: list[SettlementLineOut]

    model_config = shown_as({"data": [LINE]})


def partner_out(partner: Partner, *, is_dry: bool = False) -> PartnerOut:
    return PartnerOut(
        id=None if is_dry else partner.pk,
        name=partner.name,
        code=partner.code,
        email=partner.email or None,
        state=partner.state,
        created_at=partner.created_at,
    )


def agreement_out(agreement: Agreement, *, is_dry: bool = False) -> PartnerAgreementOut:
    return PartnerAgreementOut(
        id=None if is_dry else agreement.pk,
        partner=agreement.partner_id,
        valid_from=agreement.valid_from,
        issue_price=plain(agreement.issue_price, decimals=2),
        redemption_price=plain(agreement.redemption_price, decimals=2),
        monthly_fee=money(agreement.monthly_fee, agreement.currency),
        fee_percent=plain(agreement.fee_rate * 100),
        made_at=agreement.made_at,
    )


def leg_out(leg: Leg, *, is_dry: bool = False) -> PartnerTransactionOut:
    terms = Terms(leg.agreement.issue_price, leg.agreement.redemption_price)
    return PartnerTransactionOut(
        id=None if is_dry else leg.pk,
        partner=leg.partner_id,
        kind=Kind(leg.kind).name.lower(),
        points=leg.points,
        reference=leg.reference,
        transaction=None if is_dry else leg.journal_id,
        original=leg.original_id,
        redemption=leg.redemption_id,
        agreement=leg.agreement_id,
        owed=plain(leg.points * terms.price(Kind(leg.kind)) * OWED_BY_PARTNER[Kind(leg.kind)], decimals=2),
        month=f"{leg.month:%Y-%m}",
        happened_at=leg.happened_at,
        settled=not is_dry and hasattr(leg, "settled"),
    )


def redemption_out(redemption: Redemption, *, is_dry: bool = False) -> PartnerRedemptionOut:
    return PartnerRedemptionOut(
        id=None if is_dry else redemption.pk,
        partner=redemption.partner_id,
        state=redeeming.state(redemption),
        points=redemption.points,
        reference=redemption.reference,
        transaction=None if is_dry else redemption.journal_id,
        held_until=redemption.held_until,
        made_at=redemption.made_at,
    )


def settlement_out(statement: Statement, amount: Decimal) -> SettlementOut:
    """amount: of a draft, as it stands now."""
    return SettlementOut(
        id=statement.pk,
        partner=statement.partner_id,
        month=f"{statement.month:%Y-%m}",
        state=statement.state,
        number=statement.number,
        amount=money(amount, statement.currency),
        payer=_payer(amount),
        closed_at=statement.closed_at,
    )


def _payer(amount: Decimal) -> str | None:
    if not amount:
        return None
    return "partner" if amount > 0 else "programme"


def line_out(line: Line, currency: str, is_disputed: bool) -> SettlementLineOut:
    return SettlementLineOut(
        id=line.pk,
        place=line.place,
        kind=Kind(line.kind).name.lower(),
        month=f"{line.month:%Y-%m}",
        points=line.points,
        price=None if line.price is None else plain(line.price, decimals=2),
        amount=money(line.amount, currency),
        agreement=line.agreement_id,
        corrects=line.corrects_id,
        disputed=is_disputed,
    )
