"""What a member can have for their points now, and what they nearly reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from treue.act.loyalty.models import Member
from treue.act.loyalty.tiering import Rank
from treue.act.rewards import conditions
from treue.act.rewards.conditions import Standing
from treue.act.rewards.errors import NotEnoughPoints, Refusal
from treue.act.rewards.models import Reward


@dataclass(frozen=True)
class Offer:
    """A reward as one member sees it. refusals: all that stands against it, none where it can be had.

    left: how many more of it they may have; None where there is no end to that.
    """

    reward: Reward
    refusals: Sequence[Refusal]
    left: int | None = None

    @property
    def can_be_had(self) -> bool:
        return not self.refusals

    @property
    def missing(self) -> int:
        """Points that are missing; 0 where there are enough."""
        return sum(each.missing for each in self.refusals if isinstance(each, NotEnoughPoints))

    @property
    def is_within_reach(self) -> bool:
        """Whether points are all that is missing."""
        return bool(self.refusals) and all(isinstance(each, NotEnoughPoints) for each in self.refusals)


def for_member(member: Member, *, now: datetime, rank: Rank | None = None) -> list[Offer]:
    """Every reward that the shop offers now, as this member sees it.

    First those that can be had, the cheapest first; then those for which only points are missing, the nearest first;
    then the others, each with its reasons: TierTooLow, LimitReached, OutOfStock, VoucherOver, NotEnoughPoints. Nothing
    is written, and nothing is kept for whoever asks: `redeeming.redeem` looks at all of it again. Points that became
    due and are not booked yet count, expired ones do not. member: with `programme.shop` at hand, or it is looked up;
    so is `rank`.
    """
    rewards = [each for each in _offered(member) if each.is_shown(now)]
    standing = conditions.standing_of(member, rewards, now, rank)
    return sorted((_offer(each, standing, now) for each in rewards), key=_place)


def of(reward: Reward, member: Member, *, now: datetime) -> Offer:
    """One reward, offered or not."""
    return _offer(reward, conditions.standing_of(member, [reward], now), now)


def _offered(member: Member) -> Sequence[Reward]:
    rows = Reward.objects.filter(programme=member.programme_id, is_offered=True)
    return rows.select_related("campaign").order_by("pk")


def _offer(reward: Reward, standing: Standing, now: datetime) -> Offer:
    most = reward.most_per_member
    left = None if most is None else max(0, most - standing.count(reward))
    return Offer(reward, tuple(conditions.refusals(reward, standing, now)), left)


def _place(offer: Offer) -> tuple[int, int, int, int]:
    reward = offer.reward
    if offer.can_be_had:
        return 0, reward.points, 0, reward.pk
    return (1 if offer.is_within_reach else 2), offer.missing, reward.points, reward.pk
