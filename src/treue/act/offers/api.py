"""Member offers as a shop's program reads them: what there is, what a member has, what products cost them."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from treue.act.loyalty.api import member_named, member_of
from treue.act.offers import having, planning
from treue.act.offers.api_answers import (
    HavingList,
    MemberOfferPage,
    OfferRedemptionOut,
    ProductPriceList,
    ValidateIn,
    having_out,
    offer_out,
    price_out,
    redemption_out,
)
from treue.act.offers.having import Asked
from treue.act.offers.models import Redemption
from treue.core.api import keyset
from treue.core.api.bearer import READ
from treue.core.api.keyset import Paged
from treue.core.api.operations import reads, writes
from treue.core.api.problems import NOT_FOUND, Problem
from treue.core.api.values import PathId
from treue.core.shop.models import Shop

router = Router(tags=["Member offers"])


@reads(router, "/loyalty/offers", answer=MemberOfferPage, summary="List member offers")
def list_offers_for_members(request: HttpRequest, query: Query[Paged]) -> MemberOfferPage:
    """The newest first; drafts and those that are over among them."""
    rows = planning.of(request.auth.shop)
    if query.after is not None:
        rows = rows.filter(pk__lt=keyset.key_in(query.after, of="offers", size=1)[0])
    found = list(rows[: query.limit + 1])
    page, more = found[: query.limit], found[query.limit :]
    end = keyset.cursor("offers", page[-1].pk) if more else None
    return MemberOfferPage(data=[offer_out(each) for each in page], next=end)


@reads(router, "/loyalty/members/{member_id}/offers", answer=HavingList, summary="List the offers a member has")
def list_offers_of_member(request: HttpRequest, member_id: PathId) -> HavingList:
    """Those that run or begin within 14 days: first those they have now, then those that come to them, then the others
    with their reasons."""
    member = member_of(request.auth.shop, member_id)
    return HavingList(data=[having_out(each) for each in having.for_member(member, at=timezone.now())])


@writes(
    router.post,
    "/loyalty/offers/validate",
    answers={200: ProductPriceList},
    summary="Ask what products cost a member",
    auth=READ,
)
def validate_offers(request: HttpRequest, body: ValidateIn) -> ProductPriceList:
    """What each product costs this member now: the lowest price of the offers they have, never added up, with the
    lowest price of the 30 days before, which the law wants to stand beside it. In the order given; of limits, earlier
    lines take first. Writes nothing."""
    member = member_named(request.auth.shop, body.member)
    asked = [Asked(each.product, each.units) for each in body.lines]
    found = having.best(member, asked, at=timezone.now())
    return ProductPriceList(data=[price_out(each, request.auth.shop) for each in found])


@reads(
    router, "/loyalty/offers/redemptions/{redemption_id}", answer=OfferRedemptionOut, summary="Read a redeemed offer"
)
def read_offer_redemption(request: HttpRequest, redemption_id: PathId) -> OfferRedemptionOut:
    """With the prices that were shown."""
    return redemption_out(redemption_of(request.auth.shop, redemption_id))


def redemption_of(shop: Shop, redemption_id: int) -> Redemption:
    """Raises Problem."""
    rows = Redemption.objects.select_related("programme__shop", "member")
    found = rows.filter(programme__shop=shop, pk=redemption_id).first()
    if found is None:
        raise Problem(NOT_FOUND, "The shop has no such redemption of an offer.")
    return found
