"""What redeeming a reward would do: done, looked at, and undone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from treue.act.loyalty import reading
from treue.act.loyalty.models import Allocation, Lot, Member
from treue.act.rewards import redeeming
from treue.act.rewards.models import Reward


@dataclass(frozen=True)
class Taken:
    """Points that go of one lot."""

    lot: Lot
    points: int


@dataclass(frozen=True)
class Preview:
    """before, after: points that can be spent. taken: of which lots, the first to go first."""

    before: int
    after: int
    taken: Sequence[Taken]


def preview(*, reward: Reward, member: Member, now: datetime) -> Preview:
    """Refused by exactly what would refuse the deed: raises as `redeeming.redeem` does. Nothing is left of it."""
    with transaction.atomic():
        claim = redeeming.redeem(reward=reward, member=member, key=f"preview {now.isoformat()}", now=now)
        after = reading.balances(member).points
        rows = Allocation.objects.filter(journal=claim.journal).select_related("lot")
        taken = sorted((Taken(each.lot, -each.amount) for each in rows), key=_goes)
        transaction.set_rollback(True)
    return Preview(after + claim.points, after, taken)


def _goes(taken: Taken) -> tuple[bool, float, int]:
    """The first to expire goes first; what never expires goes last."""
    lot = taken.lot
    return lot.expires_at is None, lot.expires_at.timestamp() if lot.expires_at else 0.0, lot.pk
