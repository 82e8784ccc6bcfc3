"""The members of the programme as a list: who they are, and what they have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from treue.act.loyalty import reading
from treue.act.loyalty.member_showing import day, signed, spaced
from treue.act.loyalty.models import Member, Programme
from treue.act.loyalty.tiers import RuleVersion
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
    def by_filters(self) -> bool:
        """Whether anything but words is asked for."""
        return self != Asked(words=self.words)


def found(programme: Programme, asked: Asked, rules: RuleVersion | None) -> QuerySet[Member]:
    members = Member.objects.select_related("customer", "programme__shop").filter(programme=programme)
    members = members.filter(left_at__isnull=asked.who != LEFT)
    if asked.tier == WITHOUT_TIER:
        members = members.exclude(tier__in=[each.code for each in (rules.levels if rules else ())])
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


def tiers(rules: RuleVersion | None) -> list[Option]:
    """What the filter offers; nothing where the programme has no tiers."""
    if rules is None:
        return []
    language = active_language()
    levels = [(each.code, each.name(language)) for each in reversed(rules.levels)]
    return [("", _("All tiers")), *levels, (WITHOUT_TIER, _("no tier"))]


def whos() -> list[Option]:
    return [("", _("Members")), (LEFT, _("Those who left"))]


def table(members: Sequence[Member], rules: RuleVersion | None, asked: Asked) -> Table:
    """rules: those of the day."""
    balances = reading.balances_of(members)
    tier = [Column(_("Tier"))] if rules else []
    columns = [
        Column(_("Member"), full=True),
        *tier,
        Column(_("Points that can be spent"), numeric=True),
        Column(_("Pending points"), numeric=True),
        Column(_("Left") if asked.who == LEFT else _("Joined"), numeric=True),
    ]
    rows = [_row(each, balances[each.pk], rules, asked) for each in members]
    return Table(_("Members"), columns, rows, stack=True)


def _row(member: Member, balances: reading.Balances, rules: RuleVersion | None, asked: Asked) -> list[str | Cell]:
    name, url = str(member.customer), reverse("customer_loyalty", args=[member.customer_id])
    person = Cell(name, url=url, sub=spaced(member.number), avatar=name)
    points = [signed(balances.points), number(balances.pending)]
    since = member.left_at if asked.who == LEFT else member.joined_at
    return [person, *_tier(member, rules), *points, day(since, member.programme.shop)]


def _tier(member: Member, rules: RuleVersion | None) -> list[str]:
    if rules is None:
        return []
    level = rules.level(rules.index(member.tier))
    return [level.name(active_language()) if level else formats.NOTHING]
