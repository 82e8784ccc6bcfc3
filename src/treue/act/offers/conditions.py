"""Whether a member has an offer at a moment, and why not."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q, QuerySet, Sum

from treue.act.loyalty import tiering
from treue.act.loyalty.models import Member
from treue.act.loyalty.tiering import Rank
from treue.act.loyalty.tiers import RuleVersion
from treue.act.offers.errors import (
    BudgetSpent,
    LimitReached,
    NoMember,
    NotInSegment,
    NotPublished,
    NotYet,
    Over,
    Refusal,
    SoldOut,
    TierTooLow,
)
from treue.act.offers.models import Offer, RedeemedLine, Redemption
from treue.understand.segments import reading as segments


@dataclass(frozen=True)
class Standing:
    """What decides for one member at a moment. tier: its code, or ""; levels: the tiers in force. had: by offer, how
    many pieces they have had, rolled back ones not among them."""

    has_left: bool = False
    tier: str = ""
    levels: RuleVersion | None = None
    segment: str = ""
    had: Mapping[int, int] = field(default_factory=dict)

    def reaches(self, tier: str) -> bool:
        """A tier that no longer exists is reached by nobody."""
        if self.levels is None:
            return False
        needed = self.levels.index(tier)
        return 0 <= needed <= self.levels.index(self.tier or None)

    def begins_at(self, offer: Offer) -> datetime:
        """For this member: with the head start, or without."""
        has_head_start = bool(offer.head_start_tier) and self.reaches(offer.head_start_tier)
        return offer.begins_at if has_head_start else offer.starts_at


def standing_of(member: Member, offers: Sequence[Offer], at: datetime, rank: Rank | None = None) -> Standing:
    """As everything that is known now says it; tier and segment are looked up only where an offer asks for them. rank:
    where that is at hand."""
    segment = ""
    if rank is None:
        asks = any(each.lowest_tier or each.head_start_tier for each in offers)
        rank = tiering.rank_of(member, at) if asks else Rank()
    if any(each.segment for each in offers):
        group = segments.of(member.customer)
        segment = group.group if group else ""
    limited = [each for each in offers if each.most_per_member is not None]
    return Standing(member.left_at is not None, rank.code, rank.version, segment, _had(member, limited))


def redemptions_of(member: Member) -> QuerySet[Redemption]:
    """What somebody had, by memberships too that were merged into theirs."""
    return Redemption.objects.filter(Q(member=member) | Q(member__merged_into=member))


def _had(member: Member, offers: Sequence[Offer]) -> dict[int, int]:
    if not offers:
        return {}
    theirs = redemptions_of(member).filter(state=Redemption.State.REDEEMED)
    lines = RedeemedLine.objects.filter(offer__in=offers, redemption__in=theirs.values("pk"))
    return dict(lines.values_list("offer").annotate(units=Sum("units")))


def refusals(offer: Offer, standing: Standing, at: datetime, units: int = 1) -> Iterator[Refusal]:
    """All that stands against so many pieces, what does not change for this member first."""
    if offer.is_draft:
        yield NotPublished()
    if standing.has_left:
        yield NoMember()
    if offer.lowest_tier and not standing.reaches(offer.lowest_tier):
        yield TierTooLow(offer.lowest_tier, standing.tier)
    if offer.segment and standing.segment != offer.segment:
        yield NotInSegment()
    if not offer.is_draft and offer.ended_at <= at:
        yield Over(offer.ended_at)
    elif at < standing.begins_at(offer):
        yield NotYet(standing.begins_at(offer))
    if offer.most_per_member is not None and standing.had.get(offer.pk, 0) + units > offer.most_per_member:
        yield LimitReached(offer.most_per_member)
    if offer.units_left is not None and offer.units_left < units:
        yield SoldOut(offer.units_left)
    if offer.budget_left == 0:
        yield BudgetSpent()
