"""Campaigns made, and codes given and cancelled, through the API."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Status

from treue.act.vouchers import campaigns, codes, errors, making
from treue.act.vouchers.api import campaign_of, router
from treue.act.vouchers.api_answers import CampaignOut, CancelledOut, CodeOut, campaign_out
from treue.act.vouchers.api_given import CampaignIn, CancellationIn, CodeIn, customer_named
from treue.act.vouchers.api_refusing import guarded, said
from treue.act.vouchers.models import Campaign, Code
from treue.core.api.dry_run import undone
from treue.core.api.idempotency import Done, IdempotencyKey, once
from treue.core.api.operations import writes
from treue.core.api.problems import ERASED, Problem
from treue.core.api.values import PathId
from treue.core.shop.models import Shop


@writes(router.post, "/vouchers/campaigns", answers={201: CampaignOut, 200: CampaignOut}, summary="Make a campaign")
def make_campaign(request: HttpRequest, idempotency_key: IdempotencyKey, body: CampaignIn) -> Status:
    """It cannot be changed afterwards, for codes were given under its terms. 200 for a dry run."""
    shop = request.auth.shop

    def add() -> Campaign:
        terms = body.terms(shop.currency)
        return said(lambda: campaigns.add(shop=shop, terms=terms, by=None, now=timezone.now()))

    if body.dry_run:
        made = undone(add)
        made.pk = None
        return Status(200, campaign_out(made, campaigns.Figures()))
    done = once(request, idempotency_key, lambda: Done(201, {"id": add().pk}))
    made = campaign_of(shop, done.facts["id"])
    return Status(201, campaign_out(made, campaigns.figures([made])[made.pk]))


@writes(
    router.post,
    "/vouchers/campaigns/{campaign_id}/codes",
    answers={201: CodeOut, 200: CodeOut},
    summary="Give one code",
)
def give_code(request: HttpRequest, campaign_id: PathId, idempotency_key: IdempotencyKey, body: CodeIn) -> Status:
    """A new code of a campaign whose codes are each somebody's own. 200 for a dry run."""
    shop = request.auth.shop

    def give() -> Code:
        campaign, customer = campaign_of(shop, campaign_id), customer_named(shop, body.customer)
        return said(lambda: making.give(campaign=campaign, customer=customer, by=None, now=timezone.now()))

    if body.dry_run:
        undone(give)
        return Status(200, CodeOut(id=None, code=None))
    done = once(request, idempotency_key, lambda: Done(201, {"id": give().pk}))
    code = Code.objects.filter(pk=done.facts["id"]).first()
    if code is None:
        raise Problem(ERASED)  # whose it was, since
    return Status(201, CodeOut(id=code.pk, code=codes.grouped(code.text)))


@writes(router.post, "/vouchers/cancellations", answers={200: CancelledOut}, summary="Cancel a code")
def cancel_code(request: HttpRequest, idempotency_key: IdempotencyKey, body: CancellationIn) -> CancelledOut:
    """Nobody can redeem it any more. What was redeemed stays, and can be rolled back."""

    def cancel() -> bool:
        code = _known(request.auth.shop, body.code)
        return code.state == Code.State.GIVEN if body.dry_run else making.cancel(code=code, by=None)

    if body.dry_run:
        return CancelledOut(cancelled=guarded(request, cancel))
    done = guarded(request, lambda: once(request, idempotency_key, lambda: Done(200, {"is_new": int(cancel())})))
    return CancelledOut(cancelled=bool(done.facts["is_new"]))


def _known(shop: Shop, typed: str) -> Code:
    """Raises Refused."""
    text = codes.plain(typed)
    code = Code.objects.filter(shop=shop, text=text).first()
    if code is None:
        raise errors.Refused({0: errors.MistypedCode() if codes.is_mistyped(text) else errors.UnknownCode()})
    return code
