"""Gifts as a member sees them: a card on the day itself, and what they got."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from treue.act.gifts import figures, sentences, wording
from treue.act.gifts.models import Gift, Plan
from treue.act.loyalty.days import begin_of, day_of
from treue.act.loyalty.member_showing import day
from treue.act.loyalty.models import Member
from treue.act.rewards.models import Claim

MOST = 12


@dataclass(frozen=True)
class Card:
    """url: of what is to be fetched, or of its code; "" of points and vouchers."""

    title: str
    text: str
    url: str = ""


def today(member: Member, now: datetime) -> list[Card]:
    """For what they get on this very day, or got for it before; a surprise that was caught up, when it came."""
    zone = member.programme.shop.tz
    on = day_of(now, zone)
    came = Q(plan__occasion=Plan.Occasion.SURPRISE, given_at__gte=begin_of(on, zone))
    theirs = figures.of_member(member).filter(Q(day=on) | came).exclude(claim__state=Claim.State.CANCELLED)
    return [_card(each) for each in theirs[:MOST]]


def congratulates(member: Member, now: datetime) -> bool:
    """Whether there is a gift for birthdays now."""
    on = day_of(now, member.programme.shop.tz)
    plans = Plan.objects.filter(programme=member.programme_id, occasion=Plan.Occasion.BIRTHDAY, is_active=True)
    return any(each.gives_on(on) for each in plans)


def got(member: Member) -> list[tuple[str, str]]:
    """What it was, and when; the latest first."""
    shop = member.programme.shop
    return [
        (f"{wording.GIFTS[each.plan.occasion]}: {sentences.what_they_got(each)}", day(each.given_at, shop))
        for each in figures.of_member(member)[:MOST]
    ]


def _card(gift: Gift) -> Card:
    titles = {
        Plan.Occasion.BIRTHDAY: _("Happy birthday"),
        Plan.Occasion.JOINING: _("Thank you for staying with us"),
        Plan.Occasion.SURPRISE: _("A little surprise for you"),
    }
    text = _("Our gift: %(gift)s.") % {"gift": sentences.what_they_got(gift)}
    url = reverse("portal_claim", args=[gift.claim_id]) if gift.claim_id else ""
    return Card(titles[gift.plan.occasion], text, url)
