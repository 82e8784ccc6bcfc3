"""Give codes: one to a customer, or very many as a job."""

import os
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, Q

from treue.act.vouchers import codes
from treue.act.vouchers.errors import ImpossibleCampaign, TooManyCodes
from treue.act.vouchers.models import Batch, Campaign, Code, Redemption
from treue.act.vouchers.tasks import MAKE
from treue.core.customers.models import Customer
from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.core.jobs.work import Progress
from treue.core.staff import audit
from treue.core.staff.models import User

CODES_AT_ONCE = 20_000
MOST_OF_A_BATCH = 5_000_000
COPY = "copy vouchers_code (shop_id, campaign_id, text, most_uses, worth, given_at) from stdin"


def give(*, campaign: Campaign, customer: Customer | None, by: User | None, now: datetime) -> Code:
    """One new code, which only this customer can redeem where one is named. Raises ImpossibleCampaign where all share
    one code, TooManyCodes."""
    _require_unique(campaign)
    with transaction.atomic():
        _count(campaign, 1)
        (text,) = codes.fresh(1, random=os.urandom)
        most_uses, worth = campaign.uses_per_code, campaign.amount if campaign.keeps_rest else None
        code = Code.objects.create(
            shop=campaign.shop,
            campaign=campaign,
            text=text,
            customer=customer,
            most_uses=most_uses,
            worth=worth,
            given_at=now,
        )
        audit.record("voucher.code_given", who=by, subject=f"campaign {campaign.pk}", code=code.pk)
    return code


def order(*, campaign: Campaign, count: int, prefix: str, by: User | None, now: datetime) -> Job:
    """Queue the making of codes. prefix: up to twelve letters and digits in front of each. Raises ImpossibleCampaign,
    TooManyCodes; nothing is changed then."""
    _require_unique(campaign)
    prefix = codes.plain(prefix)
    if len(prefix) > codes.LONGEST_PREFIX:
        raise ImpossibleCampaign("prefix")
    if not 0 < count <= MOST_OF_A_BATCH:
        raise TooManyCodes(MOST_OF_A_BATCH, count)
    with transaction.atomic():
        left = _left(campaign)
        if left is not None and count > left:
            raise TooManyCodes(left, count)
        batch = Batch.objects.create(campaign=campaign, prefix=prefix, wanted=count, created_at=now)
        audit.record("voucher.codes_ordered", who=by, subject=f"campaign {campaign.pk}", codes=count)
        return work.start(MAKE, by=by, lock=f"{MAKE}.{batch.pk}", batch_id=batch.pk)


def make(batch_id: int, *, progress: Progress) -> int:
    """Make what a batch still lacks, piece by piece. Returns how many there are in all.

    Each piece and its count are one transaction: whoever takes the work up again goes on behind the last piece.
    """
    batch = Batch.objects.select_related("campaign").filter(pk=batch_id).first()
    if batch is None:
        return 0
    progress.step("making", total=batch.wanted)
    progress.advance(batch.made)
    while made := _piece(batch_id):
        progress.advance(made)
    return Batch.objects.get(pk=batch_id).made


def cancel(*, code: Code, by: User | None) -> bool:
    """Let a code not be redeemed any more. False where it was cancelled before."""
    with transaction.atomic():
        is_new = Code.objects.filter(pk=code.pk, state=Code.State.GIVEN).update(state=Code.State.CANCELLED) == 1
        if is_new:
            audit.record("voucher.code_cancelled", who=by, subject=f"campaign {code.campaign_id}", code=code.pk)
    return is_new


def withdraw(*, code: Code, by: User | None) -> bool:
    """Cancel a code that takes nothing off anywhere. False where it was redeemed, and not rolled back whole. Of codes
    with an end to their uses or their worth, whoever redeems one meanwhile waits."""
    with transaction.atomic():
        locked = Code.objects.select_for_update(no_key=True).get(pk=code.pk)
        if Redemption.objects.filter(code=locked, state=Redemption.State.REDEEMED).exists():
            return False
        cancel(code=locked, by=by)
    return True


def _piece(batch_id: int) -> int:
    """Raises TooManyCodes where others took what was left meanwhile."""
    with transaction.atomic():
        batch = Batch.objects.select_for_update(of=["self"]).select_related("campaign").get(pk=batch_id)
        count = min(CODES_AT_ONCE, batch.wanted - batch.made)
        if not count:
            return 0
        _count(batch.campaign, count)
        _copy(batch.campaign, _fresh(batch, count), batch.created_at)
        Batch.objects.filter(pk=batch_id).update(made=F("made") + count)
    return count


def _fresh(batch: Batch, count: int) -> list[str]:
    return codes.fresh(count, random=os.urandom, prefix=batch.prefix)


def _copy(campaign: Campaign, texts: Sequence[str], at: datetime) -> None:
    """Texts are letters and digits alone, so that nothing has to be escaped."""
    uses = r"\N" if campaign.uses_per_code is None else str(campaign.uses_per_code)
    worth = str(campaign.amount) if campaign.keeps_rest else r"\N"
    before, behind = f"{campaign.shop_id}\t{campaign.pk}\t", f"\t{uses}\t{worth}\t{at.isoformat()}\n"
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(COPY) as copying:
        copying.write("".join([before + text + behind for text in texts]))


def _count(campaign: Campaign, count: int) -> None:
    """Raises TooManyCodes."""
    made = F("codes_made") + count
    room = Q(most_codes=None) | Q(most_codes__gte=made)
    if not Campaign.objects.filter(room, pk=campaign.pk).update(codes_made=made):
        raise TooManyCodes(_left(campaign) or 0, count)


def _left(campaign: Campaign) -> int | None:
    now = Campaign.objects.get(pk=campaign.pk)
    return None if now.most_codes is None else now.most_codes - now.codes_made


def _require_unique(campaign: Campaign) -> None:
    if campaign.kind != Campaign.Kind.UNIQUE:
        raise ImpossibleCampaign("kind")
