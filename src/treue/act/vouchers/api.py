"""Campaigns and redemptions, read through the API."""

from django.http import HttpRequest
from ninja import Query, Router

from treue.act.vouchers import campaigns
from treue.act.vouchers.api_answers import CampaignOut, CampaignPage, RedemptionOut, campaign_out, redemption_out
from treue.act.vouchers.models import Campaign, Redemption
from treue.core.api import keyset
from treue.core.api.keyset import Paged
from treue.core.api.operations import reads
from treue.core.api.problems import NOT_FOUND, Problem
from treue.core.api.values import PathId
from treue.core.customers import persons
from treue.core.shop.models import Shop

router = Router(tags=["Vouchers"])


@reads(router, "/vouchers/campaigns", answer=CampaignPage, summary="List campaigns")
def list_campaigns(request: HttpRequest, query: Query[Paged]) -> CampaignPage:
    """The newest first."""
    rows = Campaign.objects.filter(shop=request.auth.shop)
    if query.after is not None:
        (last,) = keyset.key_in(query.after, of="campaigns", size=1)
        rows = rows.filter(pk__lt=last)
    found = list(rows.order_by("-pk")[: query.limit + 1])
    page, more = found[: query.limit], found[query.limit :]
    figures = campaigns.figures(page)
    end = keyset.cursor("campaigns", page[-1].pk) if more else None
    return CampaignPage(data=[campaign_out(each, figures[each.pk]) for each in page], next=end)


@reads(router, "/vouchers/campaigns/{campaign_id}", answer=CampaignOut, summary="Read a campaign")
def read_campaign(request: HttpRequest, campaign_id: PathId) -> CampaignOut:
    """With what came of it so far."""
    campaign = campaign_of(request.auth.shop, campaign_id)
    return campaign_out(campaign, campaigns.figures([campaign])[campaign.pk])


@reads(router, "/vouchers/redemptions/{redemption_id}", answer=RedemptionOut, summary="Read a redemption")
def read_redemption(request: HttpRequest, redemption_id: PathId) -> RedemptionOut:
    """And what of it was rolled back."""
    redemption = Redemption.objects.filter(shop=request.auth.shop, pk=redemption_id).first()
    if redemption is None:
        raise Problem(NOT_FOUND, "The shop has no such redemption.")
    numbers = [] if redemption.customer_id is None else [redemption.customer_id]
    return redemption_out(redemption, persons.customers_of(numbers))


def campaign_of(shop: Shop, campaign_id: int) -> Campaign:
    """Raises Problem where the shop has no such campaign."""
    campaign = Campaign.objects.select_related("shop").filter(shop=shop, pk=campaign_id).first()
    if campaign is None:
        raise Problem(NOT_FOUND, "The shop has no such campaign.")
    return campaign
