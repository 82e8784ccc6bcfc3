"""The members of the programme as a list: who they are, and what they have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from treue.act.loyalty import reading, tiering
from treue.act.loyalty.member_showing import day, signed, spaced
from treue.act.loyalty.models import Member, Programme
from treue.act.loyalty.tiers import Level, Rules
from treue.act.loyalty.wording import number
from treue.design import formats
from treue.design.tables import Cell, Column, Table
from treue.understand.metrics.scope.basis import active_language
from treue.understand.metrics.selection import Option
from treue.understand.profile import searching

LONGEST_SEARCH = 120
WITHOUT_TIER = "-"
LEFT = "left"


@dataclass(frozen=True)
class Asked:
    """words: for the card's number, or as for customers. tier: its code, or WITHOUT_TIER. who: LEFT, or "" for those in
    force."""

    words: str = ""
    tier: str = ""
    who: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        words, tier, who = (query.get(name, "").replace("\0", "").strip() for name in ("q", "tier", "who"))
        return cls(words[:LONGEST_SEARCH], tier[:LONGEST_SEARCH], who if who == LEFT else "")

    @property
    def filtered(self) -> bool:
        return self != Asked()


def found(programme: Programme, asked: Asked, rules: Rules | None) -> QuerySet[Member]:
    members = Member.objects.select_related("customer", "programme__shop").filter(programme=programme)
    members = members.filter(left_at__isnull=asked.who != LEFT)
    if asked.tier == WITHOUT_TIER:
        members = members.exclude(tier__in=[each.code for each in _levels(rules)])
    elif asked.tier:
        members = members.filter(tier=asked.tier)
    return members.filter(_named(programme, asked.words)) if asked.words else members


def _named(programme: Programme, words: str) -> Q:
    """A card shows its number in fours. That of a membership that was merged leads to the one that stands."""
    card = "".join(words.split())
    if card.isascii() and card.isdigit():
        cards = Member.everyone.filter(programme=programme, number=card)
        stands = [each.merged_into_id or each.pk for each in cards]
        if stands:
            return Q(pk__in=stands)
    return Q(customer__in=searching.found(programme.shop, words))


def tiers(rules: Rules | None) -> list[Option]:
    """What the filter offers; nothing where the programme has no tiers."""
    language = active_language()
    levels = [(each.code, each.name(language)) for each in reversed(_levels(rules))]
    return [("", _("All tiers")), *levels, (WITHOUT_TIER, _("no tier"))] if levels else []


def _levels(rules: Rules | None) -> Sequence[Level]:
    """Those that were published last."""
    return rules.versions[-1].levels if rules else ()


def whos() -> list[Option]:
    return [("", _("Members")), (LEFT, _("Those who left"))]


def table(members: Sequence[Member], rules: Rules | None, now: datetime) -> Table:
    balances = reading.balances_of(members)
    tier = [Column(_("Tier"))] if rules else []
    columns = [
        Column(_("Member"), full=True),
        *tier,
        Column(_("Points that can be spent"), numeric=True),
        Column(_("Pending points"), numeric=True),
        Column(_("Joined"), numeric=True),
    ]
    rows = [_row(each, balances[each.pk], rules, now) for each in members]
    return Table(_("Members"), columns, rows, stack=True)


def _row(member: Member, balances: reading.Balances, rules: Rules | None, now: datetime) -> list[str | Cell]:
    name, url = str(member.customer), reverse("customer_loyalty", args=[member.customer_id])
    person = Cell(name, url=url, sub=spaced(member.number), avatar=name)
    level = tiering.level_of(member, rules, now)
    tier = [level.name(active_language()) if level else formats.NOTHING] if rules else []
    points = [signed(balances.points), number(balances.pending)]
    return [person, *tier, *points, day(member.joined_at, member.programme.shop)]
