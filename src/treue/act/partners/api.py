"""Partners, what is agreed with them, what they did and what is owed, read through the API.

The shop's own keys see all partners; a partner's key sees itself alone, and nothing else of the shop.
"""

from typing import Annotated

from django.http import HttpRequest
from ninja import Field, Query, Router

from treue.act.partners import merchants, redeeming, settling
from treue.act.partners.api_answers import (
    PartnerAgreementList,
    PartnerOut,
    PartnerPage,
    PartnerRedemptionOut,
    PartnerTransactionPage,
    SettlementLineList,
    SettlementOut,
    SettlementPage,
    agreement_out,
    leg_out,
    line_out,
    partner_out,
    redemption_out,
    settlement_out,
)
from treue.act.partners.models import Agreement, Leg, Line, Partner, Redemption, Statement
from treue.core.api import keyset
from treue.core.api.bearer import PARTNERS_READ
from treue.core.api.keyset import Paged
from treue.core.api.operations import reads
from treue.core.api.problems import NOT_FOUND, Problem
from treue.core.api.values import PathId, Text

router = Router(tags=["Partners"])


class PartnerTransactionQuery(Paged):
    reference: Annotated[
        Text | None, Field(max_length=80, description="The partner's receipt.", examples=["K2-0815"])
    ] = None


@reads(router, "/loyalty/partners", answer=PartnerPage, summary="List partners", auth=PARTNERS_READ)
def list_partners(request: HttpRequest, query: Query[Paged]) -> PartnerPage:
    """In the order in which they were added. A partner's key sees itself."""
    rows = merchants.of(request.auth.shop).order_by("pk")
    if request.auth.partner is not None:
        rows = rows.filter(pk=request.auth.partner)
    if query.after is not None:
        rows = rows.filter(pk__gt=keyset.key_in(query.after, of="partners", size=1)[0])
    found = list(rows[: query.limit + 1])
    page, more = found[: query.limit], found[query.limit :]
    end = keyset.cursor("partners", page[-1].pk) if more else None
    return PartnerPage(data=[partner_out(each) for each in page], next=end)


@reads(router, "/loyalty/partners/{partner_id}", answer=PartnerOut, summary="Read a partner", auth=PARTNERS_READ)
def read_partner(request: HttpRequest, partner_id: PathId) -> PartnerOut:
    """With its state: a paused one neither issues nor redeems."""
    return partner_out(partner_of(request, partner_id))


@reads(
    router,
    "/loyalty/partners/{partner_id}/agreements",
    answer=PartnerAgreementList,
    summary="List a partner's agreements",
    auth=PARTNERS_READ,
)
def list_agreements(request: HttpRequest, partner_id: PathId) -> PartnerAgreementList:
    """The latest first. Of two that begin on one day the one that was made later holds."""
    rows = Agreement.objects.filter(partner=partner_of(request, partner_id)).order_by("-valid_from", "-pk")
    return PartnerAgreementList(data=[agreement_out(each) for each in rows])


@reads(
    router,
    "/loyalty/partners/{partner_id}/transactions",
    answer=PartnerTransactionPage,
    summary="List what a partner did with points",
    auth=PARTNERS_READ,
)
def list_partner_transactions(
    request: HttpRequest, partner_id: PathId, query: Query[PartnerTransactionQuery]
) -> PartnerTransactionPage:
    """The latest first."""
    rows = Leg.objects.filter(partner=partner_of(request, partner_id)).select_related("agreement", "settled")
    if query.reference is not None:
        rows = rows.filter(reference=query.reference)
    if query.after is not None:
        rows = rows.filter(pk__lt=keyset.key_in(query.after, of="legs", size=1)[0])
    found = list(rows.order_by("-pk")[: query.limit + 1])
    page, more = found[: query.limit], found[query.limit :]
    end = keyset.cursor("legs", page[-1].pk) if more else None
    return PartnerTransactionPage(data=[leg_out(each) for each in page], next=end)


@reads(
    router,
    "/loyalty/partners/{partner_id}/redemptions/{redemption_id}",
    answer=PartnerRedemptionOut,
    summary="Read a redemption at a partner",
    auth=PARTNERS_READ,
)
def read_partner_redemption(request: HttpRequest, partner_id: PathId, redemption_id: PathId) -> PartnerRedemptionOut:
    """Whether it is held, redeemed, released or rolled back."""
    return redemption_out(redemption_of(partner_of(request, partner_id), redemption_id))


@reads(
    router,
    "/loyalty/partners/{partner_id}/settlements",
    answer=SettlementPage,
    summary="List a partner's settlements",
    auth=PARTNERS_READ,
)
def list_settlements(request: HttpRequest, partner_id: PathId, query: Query[Paged]) -> SettlementPage:
    """The latest first, drafts among them."""
    rows = settling.of(request.auth.shop).filter(partner=partner_of(request, partner_id)).order_by("-pk")
    if query.after is not None:
        rows = rows.filter(pk__lt=keyset.key_in(query.after, of="settlements", size=1)[0])
    found = list(rows[: query.limit + 1])
    page, more = found[: query.limit], found[query.limit :]
    end = keyset.cursor("settlements", page[-1].pk) if more else None
    amounts = settling.amounts(page)
    return SettlementPage(data=[settlement_out(each, amounts[each.pk]) for each in page], next=end)


@reads(
    router,
    "/loyalty/partners/{partner_id}/settlements/{settlement_id}",
    answer=SettlementOut,
    summary="Read a settlement",
    auth=PARTNERS_READ,
)
def read_settlement(request: HttpRequest, partner_id: PathId, settlement_id: PathId) -> SettlementOut:
    """One amount: who pays whom."""
    statement = statement_of(partner_of(request, partner_id), settlement_id)
    return settlement_out(statement, settling.amounts([statement])[statement.pk])


@reads(
    router,
    "/loyalty/partners/{partner_id}/settlements/{settlement_id}/lines",
    answer=SettlementLineList,
    summary="List the lines of a settlement",
    auth=PARTNERS_READ,
)
def list_settlement_lines(request: HttpRequest, partner_id: PathId, settlement_id: PathId) -> SettlementLineList:
    """Each is rounded half up; the settlement is their sum."""
    statement = statement_of(partner_of(request, partner_id), settlement_id)
    lines = settling.account(statement).lines
    disputed = set(Line.objects.filter(statement=statement, disputes__state="open").values_list("pk", flat=True))
    return SettlementLineList(data=[line_out(each, statement.currency, each.pk in disputed) for each in lines])


# What is asked about


def partner_of(request: HttpRequest, partner_id: int) -> Partner:
    """What another partner's key asks for is not there. Raises Problem."""
    is_theirs = request.auth.partner in (None, partner_id)
    found = merchants.of(request.auth.shop).filter(pk=partner_id).first() if is_theirs else None
    if found is None:
        raise Problem(NOT_FOUND, "There is no such partner.")
    return found


def redemption_of(partner: Partner, redemption_id: int) -> Redemption:
    """Raises Problem."""
    found = redeeming.rows().filter(partner=partner, pk=redemption_id).first()
    if found is None:
        raise Problem(NOT_FOUND, "The partner has no such redemption.")
    return found


def statement_of(partner: Partner, settlement_id: int) -> Statement:
    """Raises Problem."""
    found = settling.of(partner.programme.shop).filter(partner=partner, pk=settlement_id).first()
    if found is None:
        raise Problem(NOT_FOUND, "The partner has no such settlement.")
    return found
