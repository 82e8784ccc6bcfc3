"""What stands on a pass, whatever wallet it goes to.

A pass is not told when the balance changes: whoever looks at it a month later must not take it for today's. So the
balance carries its day.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from treue.act.loyalty import reading, tiering
from treue.act.loyalty.days import day_of
from treue.act.loyalty.member_showing import spaced
from treue.act.loyalty.models import Member
from treue.act.portal import icons
from treue.act.portal.models import Portal
from treue.design import formats
from treue.understand.metrics.scope.basis import active_language

LONGEST_NAME = 60


@dataclass(frozen=True)
class Content:
    """points: that could be spent on the day that `points_label` names. colour: #rrggbb, under white text. sign: of
    the icon."""

    shop: str
    programme: str
    member: str
    number: str
    spaced: str
    points: int
    points_label: str
    tier: str
    tier_label: str
    colour: str
    sign: str


def of(member: Member, portal: Portal, now: datetime) -> Content:
    shop, language = portal.shop, active_language()
    level = tiering.rank_of(member, now).standing.level
    day = formats.day(day_of(now, shop.tz), language)
    return Content(
        shop=_line(shop.name),
        programme=_line(member.programme.name),
        member=_line(member.customer.name),
        number=member.number,
        spaced=spaced(member.number),
        points=reading.spendable(member, now),
        points_label=_("Points on %(day)s") % {"day": day},
        tier=level.name(language) if level else "",
        tier_label=_("Tier"),
        colour=portal.colour_card,
        sign=icons.letter(shop.name),
    )


def _line(text: str) -> str:
    """On one line, and no longer than a pass has room for."""
    plain = " ".join(text.split())
    return plain if len(plain) <= LONGEST_NAME else plain[: LONGEST_NAME - 1].rstrip() + "…"
