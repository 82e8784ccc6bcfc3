"""The voucher that welcomes a friend."""

from datetime import datetime

from treue.act.referrals.models import Referral, Scheme
from treue.act.vouchers import making
from treue.act.vouchers.errors import ImpossibleCampaign, TooManyCodes
from treue.act.vouchers.models import Campaign, Code


def give(scheme: Scheme, referral: Referral, *, now: datetime) -> None:
    """At once, where the scheme has one; to whom a colleague has to look at first, with their approval.

    A campaign that is over or has no room for more codes gives none: a friend is referred all the same.
    """
    if referral.voucher_id or scheme.welcome is None or not _runs(scheme.welcome, now):
        return
    if referral.score >= scheme.review_from and not referral.is_approved:
        return
    try:
        referral.voucher = making.give(campaign=scheme.welcome, customer=referral.friend, by=None, now=now)
    except (ImpossibleCampaign, TooManyCodes):
        return
    referral.save(update_fields=["voucher"])


def take_back(referral: Referral) -> None:
    """What was not used yet."""
    code = Code.objects.filter(pk=referral.voucher_id).first()
    if code is not None and not code.uses and not code.spent:
        making.cancel(code=code, by=None)


def _runs(campaign: Campaign, now: datetime) -> bool:
    return campaign.valid_until is None or now < campaign.valid_until
