"""Rewards as a member sees them: what can be had now, what is nearly reached, and what was redeemed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from treue.act.loyalty import reading, tier_showing, wording
from treue.act.loyalty.member_showing import day
from treue.act.loyalty.models import Member
from treue.act.loyalty.tiering import Rank
from treue.act.portal.showing import Voucher
from treue.act.rewards import conditions, offers, sentences
from treue.act.rewards.models import Claim, Reward
from treue.act.rewards.offers import Offer
from treue.act.vouchers import codes
from treue.act.vouchers import sentences as voucher_sentences
from treue.design import qr

AT_HOME, FEW = 4, 10


@dataclass(frozen=True)
class Tile:
    """cost: of points, as a number; lines: what it is, and what stands against it."""

    name: str
    cost: str
    cost_in_words: str
    lines: Sequence[str]
    can_be_had: bool
    url: str


def of(member: Member, rank: Rank, now: datetime, most: int | None = None) -> list[Tile]:
    """Those that can be had first, then the nearest, and none of a tier that does not exist any more; most: no more
    than so many."""
    zone, tiers = member.programme.shop.tz, tier_showing.names(rank.version)
    found = offers.for_member(member, now=now, rank=rank)
    for_somebody = [each for each in found if each.reward.lowest_tier in ("", *tiers)]
    return [_tile(each, [sentences.refusal(why, zone, tiers) for why in each.refusals]) for each in for_somebody[:most]]


def confirming(reward: Reward, member: Member, now: datetime) -> dict[str, object]:
    """Template context of the question whether somebody wants it: what it is, and what is left of their points."""
    shop, offer = member.programme.shop, offers.of(reward, member, now=now)
    has = reading.spendable(member, now)
    tiers = sentences.tiers_of(member.programme)
    facts = [
        (_("It costs"), wording.points(reward.points)),
        (_("You have"), wording.points(has)),
        (_("Then you have"), wording.points(has - reward.points)),
    ]
    return {
        "reward": reward,
        "facts": facts if offer.can_be_had else facts[:2],
        "terms": _terms(offer),
        "refusals": [sentences.refusal(each, shop.tz, tiers) for each in offer.refusals],
        "voucher_terms": voucher_sentences.conditions(reward.campaign, shop.tz) if reward.campaign else [],
    }


def redeemed(claim: Claim, member: Member) -> dict[str, object]:
    """Template context of what somebody has: the voucher itself, or what to say at the counter."""
    on = day(claim.redeemed_at, member.programme.shop)
    facts = [(_("Redeemed"), on), (pgettext("paid with points", "For"), wording.points(claim.points))]
    return {
        "claim": claim,
        "voucher": _voucher(claim, member) if claim.code and claim.state == Claim.State.REDEEMED else None,
        "is_to_be_fetched": claim.reward.is_fetched and claim.state == Claim.State.REDEEMED,
        "state": _state(claim),
        "facts": [(_("Our gift of"), on)] if claim.is_gift else facts,
        "number": f"{claim.pk:06d}",
    }


def had(member: Member, most: int) -> list[dict[str, str]]:
    """What somebody redeemed or was given, the latest first."""
    shop = member.programme.shop
    rows = conditions.claims_of(member).select_related("reward").order_by("-pk")[:most]
    return [
        {
            "name": each.reward.name,
            "day": day(each.redeemed_at, shop),
            "state": " ".join([*([_("A gift.")] if each.is_gift else []), _state_in_list(each)]).strip(),
            "url": reverse("portal_claim", args=[each.pk]),
        }
        for each in rows
    ]


def _tile(offer: Offer, refusals: list[str]) -> Tile:
    reward = offer.reward
    return Tile(
        name=reward.name,
        cost=wording.number(reward.points),
        cost_in_words=wording.points(reward.points),
        lines=[*([reward.description] if reward.description else []), *_terms(offer), *refusals],
        can_be_had=offer.can_be_had,
        url=reverse("portal_reward", args=[reward.pk]),
    )


def _terms(offer: Offer) -> list[str]:
    left = offer.reward.stock_left
    if left is None or not 0 < left <= FEW:
        return []
    return [_("Only %(count)s left.") % {"count": wording.number(left)}]


def _voucher(claim: Claim, member: Member) -> Voucher:
    terms = voucher_sentences.conditions(claim.code.campaign, member.programme.shop.tz)
    title, text = voucher_sentences.benefit(claim.code.campaign).rstrip("."), claim.code.text
    return Voucher(title, codes.grouped(text), qr.draw(text), terms)


def _state(claim: Claim) -> str:
    if claim.state == Claim.State.CANCELLED:
        return _("Cancelled.") if claim.is_gift else _("Cancelled: the points are back.")
    return _("Handed over.") if claim.state == Claim.State.HANDED_OVER else ""


def _state_in_list(claim: Claim) -> str:
    """What waits says so in the list, too: that is what somebody at the counter looks for."""
    waits = claim.reward.is_fetched and claim.state == Claim.State.REDEEMED
    return _("It waits for you at the counter.") if waits else _state(claim)
