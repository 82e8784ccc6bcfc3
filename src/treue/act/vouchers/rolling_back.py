"""Take back what was redeemed: once, whole or in parts as goods come back."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F

from treue.act.vouchers import happenings
from treue.act.vouchers.baskets import returned_share
from treue.act.vouchers.errors import KeyReused, MoreThanLeft, NoSuchRedemption, RolledBackAlready
from treue.act.vouchers.models import Campaign, Code, CustomerUse, Redemption, RollBack
from treue.act.vouchers.redeeming import hash_of_key, hash_of_request
from treue.core import once
from treue.core.shop.models import Shop
from treue.design.formats import precision


def roll_back(
    *, shop: Shop, redemption_id: int, returned: Decimal | None, key: str, source: str, now: datetime
) -> RollBack:
    """Take back a redemption, or the share of it that goods worth `returned` of the basket had (None: all the rest).

    Shares are reckoned on all that came back so far, so that any sequence ends at the whole discount to the cent. With
    the last one the code can be used again as often as before. The same key and request give the first answer again.
    Raises NoSuchRedemption, RolledBackAlready, MoreThanLeft, KeyReused; nothing is changed then.
    """
    key_hash = hash_of_key(shop, key)
    request = hash_of_request({"redemption": redemption_id, "returned": returned and f"{returned.normalize():f}"})
    with transaction.atomic():
        once.hold(key_hash)
        redemption = _locked(shop, redemption_id)
        former = redemption.roll_backs.filter(key_hash=key_hash).first()
        if former is not None:
            if former.request_hash != request:
                raise KeyReused
            return former
        goods, amount = _asked(redemption, returned)
        is_whole = redemption.returned + goods == redemption.basket
        _write(redemption, goods, amount, now=now, is_whole=is_whole)
        _uncount(redemption, amount, is_whole=is_whole)
        done = RollBack.objects.create(
            redemption=redemption, returned=goods, amount=amount, at=now, key_hash=key_hash, request_hash=request
        )
        happenings.tell_rolled_back(shop, done, source=source, is_whole=is_whole)
    return done


def preview(*, shop: Shop, redemption_id: int, returned: Decimal | None) -> tuple[Decimal, Decimal]:
    """What would come back: goods, and of the discount. Raises as `roll_back` does."""
    redemption = Redemption.objects.filter(shop=shop, pk=redemption_id).first()
    if redemption is None:
        raise NoSuchRedemption
    return _asked(redemption, returned)


def _locked(shop: Shop, redemption_id: int) -> Redemption:
    rows = Redemption.objects.select_for_update(of=["self"], no_key=True).select_related("campaign", "code")
    redemption = rows.filter(shop=shop, pk=redemption_id).first()
    if redemption is None:
        raise NoSuchRedemption
    return redemption


def _asked(redemption: Redemption, returned: Decimal | None) -> tuple[Decimal, Decimal]:
    """Worth of the goods, and what of the discount goes back with them."""
    if redemption.state == Redemption.State.ROLLED_BACK:
        raise RolledBackAlready
    left = redemption.basket - redemption.returned
    goods = left if returned is None else returned
    if goods > left:
        raise MoreThanLeft(left, goods)
    decimals = precision(redemption.currency)
    whole = returned_share(redemption.amount, redemption.basket, redemption.returned + goods, decimals)
    return goods, whole - redemption.rolled_back


def _write(redemption: Redemption, goods: Decimal, amount: Decimal, *, now: datetime, is_whole: bool) -> None:
    redemption.returned += goods
    redemption.rolled_back += amount
    if is_whole:
        redemption.state, redemption.rolled_back_at = Redemption.State.ROLLED_BACK, now
    redemption.save(update_fields=["returned", "rolled_back", "state", "rolled_back_at"])


def _uncount(redemption: Redemption, amount: Decimal, *, is_whole: bool) -> None:
    """In the order in which redeeming takes its locks: code, campaign, customer."""
    code, campaign = redemption.code, redemption.campaign
    if code.worth is not None:
        Code.objects.filter(pk=code.pk).update(spent=F("spent") - amount)
    elif code.most_uses is not None and is_whole:
        Code.objects.filter(pk=code.pk).update(uses=F("uses") - 1)
    if campaign.is_counted:
        gone = {"redemptions": F("redemptions") - 1} if is_whole else {}
        Campaign.objects.filter(pk=campaign.pk).update(spent=F("spent") - amount, **gone)
    if campaign.most_per_customer is not None and is_whole:
        CustomerUse.objects.filter(campaign=campaign, customer=redemption.customer_id).update(uses=F("uses") - 1)
