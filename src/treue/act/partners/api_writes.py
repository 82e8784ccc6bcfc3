"""Partners added, agreements made, points issued, returned and redeemed at partners, and settlements disputed through
the API. Each write happens once by its key, or is a dry run that leaves nothing."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Model, Q
from django.http import HttpRequest
from django.utils import timezone
from ninja import Schema, Status

from treue.act.loyalty import reading
from treue.act.loyalty.api_writes import LONGEST_HOLD
from treue.act.loyalty.models import Member, Programme
from treue.act.partners import disputes, issuing, merchants, redeeming
from treue.act.partners.api import partner_of, redemption_of, router, statement_of
from treue.act.partners.api_answers import (
    PartnerAgreementOut,
    PartnerOut,
    PartnerRedemptionOut,
    PartnerTransactionOut,
    agreement_out,
    leg_out,
    partner_out,
    redemption_out,
)
from treue.act.partners.api_refusing import said
from treue.act.partners.api_requests import (
    PartnerAgreementIn,
    PartnerCaptureIn,
    PartnerIn,
    PartnerIssueIn,
    PartnerRedeemIn,
    PartnerReleaseIn,
    PartnerReturnIn,
    SettlementDisputeIn,
    SettlementDisputeOut,
)
from treue.act.partners.models import Agreement, Dispute, Kind, Leg, Line, Partner, Redemption
from treue.core.api.bearer import PARTNERS_WRITE
from treue.core.api.idempotency import IdempotencyKey
from treue.core.api.operations import writes
from treue.core.api.problems import INVALID, NOT_FOUND, Problem, fault
from treue.core.api.values import PathId
from treue.core.api.writing import written

LEGS = {201: PartnerTransactionOut, 200: PartnerTransactionOut}
REDEMPTIONS = {201: PartnerRedemptionOut, 200: PartnerRedemptionOut}
PLACE = "/loyalty/partners/{partner_id}"


@writes(router.post, "/loyalty/partners", answers={201: PartnerOut, 200: PartnerOut}, summary="Add a partner")
def add_partner(request: HttpRequest, idempotency_key: IdempotencyKey, body: PartnerIn) -> Status:
    """It issues and redeems once there is an agreement. 200 for a dry run. For the shop's own keys."""
    programme = _programme(request)
    profile = merchants.Profile(body.name, body.code, body.email or "")

    def add(_key: str) -> Partner:
        return merchants.add(programme=programme, profile=profile, by=None, now=timezone.now())

    return _written(request, idempotency_key, add, Partner, partner_out, is_dry=body.dry_run)


@writes(
    router.post,
    PLACE + "/agreements",
    answers={201: PartnerAgreementOut, 200: PartnerAgreementOut},
    summary="Make an agreement with a partner",
)
def make_agreement(
    request: HttpRequest, partner_id: PathId, idempotency_key: IdempotencyKey, body: PartnerAgreementIn
) -> Status:
    """From a day on; what is past stays as it was, so that it begins tomorrow at the earliest, or today where none
    holds. 200 for a dry run. For the shop's own keys."""
    partner = partner_of(request, partner_id)
    terms = merchants.Terms(
        valid_from=date.fromisoformat(body.valid_from),
        issue_price=Decimal(body.issue_price),
        redemption_price=Decimal(body.redemption_price),
        monthly_fee=Decimal(body.monthly_fee),
        fee_rate=Decimal(body.fee_percent) / 100,
    )

    def agree(_key: str) -> Agreement:
        return merchants.agree(partner=partner, terms=terms, by=None, now=timezone.now())

    return _written(request, idempotency_key, agree, Agreement, agreement_out, is_dry=body.dry_run)


@writes(router.post, PLACE + "/points", answers=LEGS, summary="Issue points at a partner", auth=PARTNERS_WRITE)
def issue_partner_points(
    request: HttpRequest, partner_id: PathId, idempotency_key: IdempotencyKey, body: PartnerIssueIn
) -> Status:
    """To the member of a card, once for each receipt. 409 with the reason. 200 for a dry run."""
    partner = partner_of(request, partner_id)
    member = _member(partner.programme, body.card)

    def issue(key: str) -> Leg:
        about = {"points": body.points, "reference": body.reference, "key": key, "now": timezone.now()}
        return issuing.issue(partner=partner, member=member, **about)

    return _written(request, idempotency_key, issue, Leg, leg_out, is_dry=body.dry_run)


@writes(
    router.post,
    PLACE + "/points/{issue_id}/returns",
    answers=LEGS,
    summary="Take points back that a partner issued",
    auth=PARTNERS_WRITE,
)
def return_partner_points(
    request: HttpRequest, partner_id: PathId, issue_id: PathId, idempotency_key: IdempotencyKey, body: PartnerReturnIn
) -> Status:
    """Whole or in part, and never more than were given. 409 where as many went back. 200 for a dry run."""
    issued = _issue(partner_of(request, partner_id), issue_id)
    total = issued.points if body.points is None else body.points

    def take_back(key: str) -> Leg:
        about = {"reference": body.reference, "key": key, "now": timezone.now()}
        return issuing.take_back(issued=issued, total=total, **about)

    return _written(request, idempotency_key, take_back, Leg, leg_out, is_dry=body.dry_run)


@writes(
    router.post, PLACE + "/redemptions", answers=REDEMPTIONS, summary="Redeem points at a partner", auth=PARTNERS_WRITE
)
def redeem_at_partner(
    request: HttpRequest, partner_id: PathId, idempotency_key: IdempotencyKey, body: PartnerRedeemIn
) -> Status:
    """At once, or held. The first to expire go first. 409 where fewer are there. 200 for a dry run."""
    partner = partner_of(request, partner_id)
    member = _member(partner.programme, body.card)

    def redeem(key: str) -> Redemption:
        _require_hold(body.held_until, timezone.now())
        about = {"points": body.points, "reference": body.reference, "held_until": body.held_until}
        return redeeming.redeem(partner=partner, member=member, key=key, now=timezone.now(), **about)

    return _written(request, idempotency_key, redeem, Redemption, redemption_out, is_dry=body.dry_run)


@writes(
    router.post,
    PLACE + "/redemptions/{redemption_id}/capture",
    answers=LEGS,
    summary="Redeem what a partner holds",
    auth=PARTNERS_WRITE,
)
def capture_at_partner(
    request: HttpRequest,
    partner_id: PathId,
    redemption_id: PathId,
    idempotency_key: IdempotencyKey,
    body: PartnerCaptureIn,
) -> Status:
    """Whole or in part, once. 409 where the hold has ended. 200 for a dry run."""
    redemption = redemption_of(partner_of(request, partner_id), redemption_id)
    points = redemption.points if body.points is None else body.points

    def capture(key: str) -> Leg:
        return redeeming.capture(redemption=redemption, points=points, key=key, now=timezone.now())

    return _written(request, idempotency_key, capture, Leg, leg_out, is_dry=body.dry_run)


@writes(
    router.post,
    PLACE + "/redemptions/{redemption_id}/release",
    answers=REDEMPTIONS,
    summary="Release what a partner holds",
    auth=PARTNERS_WRITE,
)
def release_at_partner(
    request: HttpRequest,
    partner_id: PathId,
    redemption_id: PathId,
    idempotency_key: IdempotencyKey,
    body: PartnerReleaseIn,
) -> Status:
    """The points go back to where they came from. 409 where the hold has ended. 200 for a dry run."""
    redemption = redemption_of(partner_of(request, partner_id), redemption_id)

    def release(key: str) -> Redemption:
        return redeeming.release(redemption=redemption, key=key, now=timezone.now())

    return _written(request, idempotency_key, release, Redemption, redemption_out, is_dry=body.dry_run)


@writes(
    router.post,
    PLACE + "/redemptions/{redemption_id}/roll-backs",
    answers=LEGS,
    summary="Roll a redemption at a partner back",
    auth=PARTNERS_WRITE,
)
def roll_back_at_partner(
    request: HttpRequest,
    partner_id: PathId,
    redemption_id: PathId,
    idempotency_key: IdempotencyKey,
    body: PartnerReturnIn,
) -> Status:
    """Whole or in part, and never more than was redeemed. 409 where as many are back. 200 for a dry run."""
    redemption = redemption_of(partner_of(request, partner_id), redemption_id)
    total = redemption.points if body.points is None else body.points

    def roll_back(key: str) -> Leg:
        about = {"reference": body.reference, "key": key, "now": timezone.now()}
        return redeeming.roll_back(redemption=redemption, total=total, **about)

    return _written(request, idempotency_key, roll_back, Leg, leg_out, is_dry=body.dry_run)


@writes(
    router.post,
    PLACE + "/settlements/{settlement_id}/lines/{line_id}/disputes",
    answers={201: SettlementDisputeOut, 200: SettlementDisputeOut},
    summary="Dispute a line of a settlement",
    auth=PARTNERS_WRITE,
)
def dispute_line(
    request: HttpRequest,
    partner_id: PathId,
    settlement_id: PathId,
    line_id: PathId,
    idempotency_key: IdempotencyKey,
    body: SettlementDisputeIn,
) -> Status:
    """Of one that is closed. What is accepted comes into the next one, as a correction. 200 for a dry run."""
    statement = statement_of(partner_of(request, partner_id), settlement_id)
    line = Line.objects.filter(statement=statement, pk=line_id).first()
    if line is None:
        raise Problem(NOT_FOUND, "The settlement has no such line.")
    line.statement = statement

    def dispute(_key: str) -> Dispute:
        about = {"by": None, "by_partner": request.auth.partner is not None, "now": timezone.now()}
        return disputes.open_on(line=line, reason=body.reason, **about)

    return _written(request, idempotency_key, dispute, Dispute, _dispute_out, is_dry=body.dry_run)


# What is asked about, and how it is written


def _programme(request: HttpRequest) -> Programme:
    found = reading.programme_of(request.auth.shop)
    if found is None:
        raise Problem(NOT_FOUND, "The shop has no loyalty programme.")
    return found


def _member(programme: Programme, card: str) -> Member:
    """Also by the card of a membership that was merged into theirs."""
    found = Member.objects.filter(Q(number=card) | Q(absorbed__number=card), programme=programme).first()
    if found is None:
        raise _wrong("body/card", "No member has this card")
    return found


def _issue(partner: Partner, issue_id: int) -> Leg:
    rows = Leg.objects.select_related("partner__programme__shop", "agreement", "journal")
    found = rows.filter(partner=partner, kind=Kind.ISSUE, pk=issue_id).first()
    if found is None:
        raise Problem(NOT_FOUND, "The partner issued no such points.")
    return found


def _require_hold(until: datetime | None, now: datetime) -> None:
    if until is not None and not now < until <= now + LONGEST_HOLD:
        raise _wrong("body/held_until", "Points are held for 30 days at most, from now on")


def _wrong(place: str, detail: str) -> Problem:
    return Problem(INVALID, f"{detail}.", errors=[fault(place, detail)])


def _dispute_out(dispute: Dispute, *, is_dry: bool = False) -> SettlementDisputeOut:
    return SettlementDisputeOut(
        id=None if is_dry else dispute.pk,
        line=dispute.line_id,
        reason=dispute.reason,
        state=dispute.state,
        opened_at=dispute.opened_at,
    )


def _written(
    request: HttpRequest,
    idempotency_key: str,
    deed: Callable[[str], Model],
    of: type[Model],
    out: Callable[..., Schema],
    *,
    is_dry: bool,
) -> Status:
    return written(request, idempotency_key, deed, rows=of.objects.all(), out=out, said=said, is_dry=is_dry)
