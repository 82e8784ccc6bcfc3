"""Whether a member can have a reward, and why not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from treue.act.loyalty import reading, tiering
from treue.act.loyalty.days import begin_of, day_of
from treue.act.loyalty.models import Member
from treue.act.loyalty.tiering import Rank
from treue.act.loyalty.tiers import RuleVersion
from treue.act.rewards.errors import (
    Expired,
    LimitReached,
    NotEnoughPoints,
    NotOffered,
    NotYetValid,
    OutOfStock,
    Refusal,
    TierTooLow,
    VoucherOver,
)
from treue.act.rewards.models import Claim, Reward
from treue.act.vouchers.models import Campaign


@dataclass(frozen=True)
class Standing:
    """What decides for one member at a moment. tier: its code, or ""; levels: the tiers in force. year: of the shop's
    calendar. had: by reward, how many they redeemed in all and in this year, cancelled ones not among them, those
    of memberships that were merged into theirs too."""

    points: int
    year: int
    year_begins: datetime
    tier: str = ""
    levels: RuleVersion | None = None
    had: Mapping[int, tuple[int, int]] = field(default_factory=dict)

    def count(self, reward: Reward) -> int:
        """How many count against the reward's limit."""
        in_all, in_year = self.had.get(reward.pk, (0, 0))
        return in_year if reward.span == Reward.Span.YEAR else in_all

    def reaches(self, tier: str) -> bool:
        """A tier that no longer exists is reached by nobody."""
        if self.levels is None:
            return False
        needed = self.levels.index(tier)
        return 0 <= needed <= self.levels.index(self.tier or None)


def standing_of(member: Member, rewards: Sequence[Reward], now: datetime, rank: Rank | None = None) -> Standing:
    """As everything that is known now says it; the tier is reckoned only where a reward asks for one. rank: where that
    is at hand."""
    zone = member.programme.shop.tz
    day = day_of(now, zone)
    if rank is None:
        rank = tiering.rank_of(member, now) if any(each.lowest_tier for each in rewards) else Rank()
    year_begins = begin_of(day.replace(month=1, day=1), zone)
    limited = [each for each in rewards if each.most_per_member is not None]
    return Standing(
        points=reading.spendable(member, now),
        year=day.year,
        year_begins=year_begins,
        tier=rank.code,
        levels=rank.version,
        had=_had(member, limited, year_begins),
    )


def claims_of(member: Member) -> QuerySet[Claim]:
    """What somebody redeemed or was given, by memberships too that were merged into theirs."""
    return Claim.objects.filter(Q(member=member) | Q(member__merged_into=member))


def _had(member: Member, rewards: Sequence[Reward], year_begins: datetime) -> dict[int, tuple[int, int]]:
    if not rewards:
        return {}
    claims = claims_of(member).filter(reward__in=rewards, points__gt=0).exclude(state=Claim.State.CANCELLED)
    counted = claims.values("reward").annotate(
        in_all=Count("pk"), in_year=Count("pk", filter=Q(redeemed_at__gte=year_begins))
    )
    return {each["reward"]: (each["in_all"], each["in_year"]) for each in counted}


def refusals(reward: Reward, standing: Standing, now: datetime) -> Iterator[Refusal]:
    """All that stands against it, what no points would change first."""
    if not reward.is_offered:
        yield NotOffered()
    yield from of_the_shop(reward, now)
    if reward.lowest_tier and not standing.reaches(reward.lowest_tier):
        yield TierTooLow(reward.lowest_tier, standing.tier)
    most = reward.most_per_member
    if most is not None and standing.count(reward) >= most:
        yield LimitReached(most, standing.year if reward.span == Reward.Span.YEAR else None)
    if standing.points < reward.points:
        yield NotEnoughPoints(standing.points, reward.points)


def of_the_shop(reward: Reward, now: datetime) -> Iterator[Refusal]:
    """What stands against it whoever is to have it, for points or as a gift."""
    if not reward.has_begun(now):
        yield NotYetValid(reward.valid_from)
    if reward.is_over(now):
        yield Expired(reward.valid_until)
    if reward.campaign is not None and not reward.campaign.takes_off(now):
        yield VoucherOver()
    if reward.stock_left == 0 or (reward.campaign is not None and _has_no_codes(reward.campaign)):
        yield OutOfStock()


def _has_no_codes(campaign: Campaign) -> bool:
    return campaign.most_codes is not None and campaign.codes_made >= campaign.most_codes
