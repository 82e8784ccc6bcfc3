"""Who went from which group to which between two days: what stands out, and the whole as a table."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.design import formats
from treue.design.charts.heat import Heat, HeatCell, HeatRow, step
from treue.design.formats import FEWEST_CASES
from treue.science.rfm import NOT_YET
from treue.understand.metrics.scope.basis import active_language
from treue.understand.segments.mapping import Picture
from treue.understand.segments.models import Move, Segmentation
from treue.understand.segments.wording import GROUPS, name_of

ORDER = tuple(GROUPS)
VALUED = frozenset({"champions", "loyal"})
AWAY = frozenset({"need attention", "at risk", "hibernating", "lost"})
USUAL_MONTHS = 3


@dataclass(frozen=True)
class Comparison:
    """The moves since one earlier day. months: how long ago it is."""

    months: int
    since: date
    moves: Sequence[Move]

    @property
    def slipped(self) -> Move | None:
        """The most who went from a group that buys to one that stays away; None where these are too few."""
        found = [move for move in self.moves if move.from_group in VALUED and move.to_group in AWAY]
        most = max(found, key=lambda move: move.customers, default=None)
        return most if most and most.customers >= FEWEST_CASES else None

    @property
    def lesser(self) -> int:
        """How many went to a lesser group."""
        return sum(move.customers for move in self._between if _place(move.to_group) > _place(move.from_group))

    @property
    def better(self) -> int:
        return sum(move.customers for move in self._between if _place(move.to_group) < _place(move.from_group))

    @property
    def _between(self) -> list[Move]:
        return [move for move in self.moves if move.from_group in GROUPS and move.to_group in GROUPS]


def comparisons(segmentation: Segmentation) -> list[Comparison]:
    """With every earlier day that the history reaches back to, the latest first."""
    moves = list(Move.objects.filter(segmentation=segmentation).order_by("months"))
    days = {move.months: move.since for move in moves}
    return [Comparison(months, since, [m for m in moves if m.months == months]) for months, since in days.items()]


def chosen(offered: Sequence[Comparison], asked: str) -> Comparison | None:
    """The one that was asked for; else the usual one, or the longest of a shop that has not lived that long."""
    by_months = {str(each.months): each for each in offered}
    usual = by_months.get(str(USUAL_MONTHS)) or (offered[-1] if offered else None)
    return by_months.get(asked, usual)


def options(offered: Sequence[Comparison]) -> list[tuple[str, str]]:
    """As (value, text) for a choice."""
    return [(str(each.months), _ago(each)) for each in offered]


def _ago(each: Comparison) -> str:
    return ngettext("%(count)s month ago", "%(count)s months ago", each.months) % {"count": each.months}


def sentence(segmentation: Segmentation, comparison: Comparison | None) -> SafeString:
    """What a manager should know first: who of the best stays away; without it how many are looked at."""
    slipped, language = comparison.slipped if comparison else None, active_language()
    if slipped is None:
        words = ngettext(
            "<em>{count}</em> customer stands in a group by when, how often and for how much they bought.",
            "<em>{count}</em> customers stand in groups by when, how often and for how much they bought.",
            segmentation.customers,
        )
        return format_html(words, count=formats.number(segmentation.customers, language))
    return format_html(
        _("<em>{count}</em> customers who were in the group “{before}” on {day} are in the group “{now}” now."),
        count=formats.number(slipped.customers, language),
        before=name_of(slipped.from_group),
        now=name_of(slipped.to_group),
        day=formats.day_long(slipped.since, language),
    )


def drawn(segmentation: Segmentation, comparison: Comparison) -> Picture:
    counts = {(move.from_group, move.to_group): move.customers for move in comparison.moves}
    changed = [count for (before, now), count in counts.items() if before != now]
    edges, language = (min(changed, default=0), max(changed, default=0)), active_language()
    sources = (*ORDER, NOT_YET)
    day = formats.day(comparison.since, language)
    heat = Heat(
        head=_("Group on %(day)s") % {"day": day},
        size_head=_("Customers"),
        columns=[name_of(group) for group in ORDER],
        rows=[_row(source, counts, edges) for source in sources],
        caption=_("Customers by their group on %(day)s (rows) and now (columns)") % {"day": day},
        low=formats.number(edges[0], language),
        high=formats.number(edges[1], language),
    )
    facts = {"day": day, "today": formats.day(segmentation.as_of, language)}
    sub = (
        _("Rows: the group on %(day)s. Columns: the group on %(today)s. Without colour: who stayed in theirs.") % facts
    )
    return Picture(_title(comparison), sub, heat)


def _row(source: str, counts: dict[tuple[str, str], int], edges: tuple[int, int]) -> HeatRow:
    language = active_language()
    sizes = {target: counts.get((source, target), 0) for target in ORDER}
    cells = [_cell(count, edges, stayed=source == target) for target, count in sizes.items()]
    return HeatRow(name_of(source), formats.number(sum(sizes.values()), language), cells)


def _cell(count: int, edges: tuple[int, int], *, stayed: bool) -> HeatCell:
    if not count:
        return HeatCell("", "none")
    return HeatCell(formats.number(count, active_language()), "kept" if stayed else f"q{step(count, *edges)}")


def _title(comparison: Comparison) -> str:
    """How many went up and down; neutral where hardly anybody did."""
    language = active_language()
    day = formats.day(comparison.since, language)
    if comparison.lesser + comparison.better < FEWEST_CASES:
        return _("Who went from which group to which since %(day)s") % {"day": day}
    facts = {
        "day": day,
        "lesser": formats.number(comparison.lesser, language),
        "better": formats.number(comparison.better, language),
    }
    words = ngettext(
        "Since %(day)s, %(lesser)s customer went to a lesser group and %(better)s to a better one",
        "Since %(day)s, %(lesser)s customers went to a lesser group and %(better)s to a better one",
        comparison.lesser,
    )
    return words % facts


def _place(group: str) -> int:
    return ORDER.index(group)
