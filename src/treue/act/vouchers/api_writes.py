"""Vouchers validated, redeemed and rolled back through the API.

Codes come in bodies and never in addresses, which servers write into their logs.
"""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Status

from treue.act.vouchers import redeeming, rolling_back, validating
from treue.act.vouchers.api_answers import (
    RedemptionsOut,
    RollBackOut,
    VerdictOut,
    redemption_out,
    roll_back_out,
    verdict_out,
)
from treue.act.vouchers.api_campaigns import router
from treue.act.vouchers.api_given import BasketIn, RedemptionIn, RollBackIn, customer_named
from treue.act.vouchers.api_refusing import guarded, said
from treue.act.vouchers.models import Redemption, RollBack
from treue.core.api.bearer import READ
from treue.core.api.idempotency import Done, IdempotencyKey, once
from treue.core.api.operations import writes
from treue.core.api.problems import ERASED, Problem
from treue.core.api.values import PathId, money
from treue.core.customers import persons
from treue.core.shop.models import Shop

API = "api"


@writes(
    router.post,
    "/vouchers/validations",
    answers={200: VerdictOut},
    auth=READ,
    summary="Say what codes would take off a basket",
)
def validate_vouchers(request: HttpRequest, body: BasketIn) -> VerdictOut:
    """Which codes hold and what each takes off, and why the others do not. Nothing is written and nothing is kept, so
    that it needs a key to read alone and no Idempotency-Key."""
    return guarded(request, lambda: _verdict(request.auth.shop, body))


@writes(
    router.post,
    "/vouchers/redemptions",
    answers={201: RedemptionsOut, 200: VerdictOut},
    summary="Redeem the codes of an order",
)
def redeem_vouchers(request: HttpRequest, idempotency_key: IdempotencyKey, body: RedemptionIn) -> Status:
    """All of them or none. 200 for a dry run. The same key and body give the first answer, however late."""
    shop, key = request.auth.shop, f"{request.auth.key_id} {idempotency_key}"
    if body.dry_run:
        return Status(200, guarded(request, lambda: _verdict(shop, body, body.order)))
    guarded(request, lambda: once(request, idempotency_key, lambda: _redeem(shop, body, key)))
    made = redeeming.of_key(shop, key)
    if not made:
        raise Problem(ERASED)  # whose it was, since
    today = persons.customers_of([each.customer_id for each in made if each.customer_id is not None])
    total = money(sum(each.amount for each in made), body.currency)
    said = [redemption_out(each, today) for each in made]
    return Status(201, RedemptionsOut(discount=total, redemptions=said))


@writes(
    router.post,
    "/vouchers/redemptions/{redemption_id}/roll-backs",
    answers={201: RollBackOut, 200: RollBackOut},
    summary="Roll a redemption back, whole or in part",
)
def roll_back_redemption(
    request: HttpRequest, redemption_id: PathId, idempotency_key: IdempotencyKey, body: RollBackIn
) -> Status:
    """Of goods that came back, the share of the discount that they had. With the last part the code can be used again.
    200 for a dry run."""
    about = {"shop": request.auth.shop, "redemption_id": redemption_id, "returned": body.returned}
    if body.dry_run:
        goods, amount = said(lambda: rolling_back.preview(**about))
        redemption = Redemption.objects.get(pk=redemption_id)
        return Status(200, roll_back_out(RollBack(redemption=redemption, returned=goods, amount=amount)))

    def write() -> Done:
        key = f"{request.auth.key_id} {idempotency_key}"
        return Done(201, {"id": rolling_back.roll_back(**about, key=key, source=API, now=timezone.now()).pk})

    done = said(lambda: once(request, idempotency_key, write))
    made = RollBack.objects.select_related("redemption").filter(pk=done.facts["id"]).first()
    if made is None:
        raise Problem(ERASED)
    return Status(201, roll_back_out(made))


def _verdict(shop: Shop, body: BasketIn, order_number: str = "") -> VerdictOut:
    basket, customer = body.basket(), customer_named(shop, body.customer)
    about = {"basket": basket, "customer": customer, "now": timezone.now(), "order_number": order_number}
    return verdict_out(validating.validate(shop=shop, texts=body.codes, **about), body.currency)


def _redeem(shop: Shop, body: RedemptionIn, key: str) -> Done:
    redeeming.redeem(
        shop=shop,
        texts=body.codes,
        basket=body.basket(),
        customer=customer_named(shop, body.customer),
        order_number=body.order,
        key=key,
        source=API,
        now=timezone.now(),
    )
    return Done(201)
