"""The map of the customers by recency and frequency, and the groups on it: as tables, ready to print."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.design import formats
from treue.design.charts.heat import Heat, HeatCell, HeatRow, step
from treue.design.formats import FEWEST_CASES
from treue.design.tables import Cell as TableCell
from treue.design.tables import Column, Table
from treue.science.rfm import FIFTHS
from treue.understand.metrics.scope.basis import active_language
from treue.understand.segments import reading
from treue.understand.segments.models import Cell, Segmentation, Worth
from treue.understand.segments.wording import GROUPS, address_of, name_of


@dataclass(frozen=True)
class Sums:
    """How many customers, and what they spent in all."""

    customers: int = 0
    revenue: Decimal = Decimal(0)

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(self.customers + other.customers, self.revenue + other.revenue)


@dataclass(frozen=True)
class Picture:
    title: str
    sub: str
    heat: Heat


def groups(cells: Sequence[Cell]) -> dict[str, Sums]:
    """By group, in the order of the groups; those with nobody too."""
    found = dict.fromkeys(GROUPS, Sums())
    for cell in cells:
        found[cell.group] += Sums(cell.customers, cell.monetary)
    return found


def drawn(cells: Sequence[Cell]) -> Picture:
    whole = sum(groups(cells).values(), Sums())
    by_place: dict[tuple[int, int], list[Cell]] = {}
    for cell in sorted(cells, key=lambda each: -each.customers):
        by_place.setdefault((cell.recency_quintile, cell.frequency_quintile), []).append(cell)
    sizes = [sum(cell.customers for cell in those) for those in by_place.values()]
    edges = (min(sizes), max(sizes)) if sizes else (0, 0)
    language = active_language()
    heat = Heat(
        head=_("Last purchase"),
        size_head=_("Customers"),
        columns=_ends(_("rarest"), _("most often")),
        rows=[_row(recency, by_place, whole, edges) for recency in range(FIFTHS, 0, -1)],
        caption=_("Customers by fifths of the last purchase (rows) and of days with a purchase (columns)"),
        low=formats.number(edges[0], language),
        high=formats.number(edges[1], language),
    )
    sub = _(
        "Rows: fifths of your customers by last purchase. Columns: by days with a purchase. "
        "In each cell: customers, their groups, the share of all revenue."
    )
    return Picture(_title(cells), sub, heat)


def _ends(first: str, last: str) -> list[str]:
    """1 to 5, the ends with what they mean."""
    return [f"1, {first}", *(str(fifth) for fifth in range(2, FIFTHS)), f"{FIFTHS}, {last}"]


def _row(
    recency: int, by_place: Mapping[tuple[int, int], Sequence[Cell]], whole: Sums, edges: tuple[int, int]
) -> HeatRow:
    places = [by_place.get((recency, frequency), ()) for frequency in range(1, FIFTHS + 1)]
    size = sum(cell.customers for those in places for cell in those)
    label = _ends(_("longest ago"), _("latest"))[recency - 1]
    cells = [_cell(those, whole, edges) for those in places]
    return HeatRow(label, formats.number(size, active_language()), cells)


def _cell(those: Sequence[Cell], whole: Sums, edges: tuple[int, int]) -> HeatCell:
    if not those:
        return HeatCell("", "none")
    here = sum((Sums(cell.customers, cell.monetary) for cell in those), Sums())
    text = format_html(
        '<b>{}</b><span class="sub">{}</span><span class="sub">{}</span>',
        formats.number(here.customers, active_language()),
        ", ".join(name_of(cell.group) for cell in those),
        _share(here.revenue, whole.revenue),
    )
    return HeatCell(text, f"q{step(here.customers, *edges)}")


def _title(cells: Sequence[Cell]) -> str:
    """Which group brings the most; neutral where too few are in it."""
    found = groups(cells)
    whole = sum(found.values(), Sums())
    group, sums = max(found.items(), key=lambda each: each[1].revenue)
    if sums.customers < FEWEST_CASES or not whole.revenue:
        return _("Customers by last purchase and frequency")
    facts = {
        "group": name_of(group),
        "customers": _share(sums.customers, whole.customers),
        "revenue": _share(sums.revenue, whole.revenue),
    }
    return _("The group “%(group)s” is %(customers)s of your customers and brought %(revenue)s of revenue") % facts


def listed(segmentation: Segmentation, cells: Sequence[Cell], *, with_links: bool) -> Table:
    """The groups by name. with_links: whether the reader may see who is in them."""
    found = groups(cells)
    worths = reading.worths(segmentation)
    whole = sum(found.values(), Sums())
    columns = [
        Column(_("Group"), full=True),
        Column(_("Customers"), numeric=True),
        Column(_("Share of customers"), numeric=True),
        Column(_("Revenue so far"), numeric=True),
        Column(_("Share of revenue"), numeric=True),
        Column(_("Value of the next 12 months"), numeric=True),
        Column(_("What one could do"), full=True),
    ]
    rows = [
        _group(group, sums, whole, segmentation, worths.get(group), with_links=with_links)
        for group, sums in found.items()
    ]
    csv_url = reverse("segments_csv", args=["groups"])
    caption = size(segmentation) + _valued(segmentation, worths.values())
    return Table(_("Groups"), columns, rows, caption=caption, csv_url=csv_url, stack=True)


def _valued(segmentation: Segmentation, worths: Collection[Worth]) -> str:
    """As of when they were valued, where that is another day."""
    days = {worth.fit.until for worth in worths} - {segmentation.as_of}
    return "; " + _("values as of %(day)s") % {"day": formats.day(days.pop(), active_language())} if days else ""


def size(segmentation: Segmentation) -> str:
    """How many customers in all, as of when."""
    count, language = segmentation.customers, active_language()
    facts = {"count": formats.number(count, language), "day": formats.day(segmentation.as_of, language)}
    return (
        ngettext(
            "%(count)s customer with a purchase, as of %(day)s",
            "%(count)s customers with a purchase, as of %(day)s",
            count,
        )
        % facts
    )


def reach(segmentation: Segmentation) -> str:
    """What stands below the page's sentence: of whom it speaks."""
    left_out = segmentation.left_out
    if not left_out:
        return f"{size(segmentation)}."
    without = ngettext(
        "%(count)s who does not want to be evaluated is left out.",
        "%(count)s who do not want to be evaluated are left out.",
        left_out,
    )
    return f"{size(segmentation)}. " + without % {"count": formats.number(left_out, active_language())}


def _group(
    group: str, sums: Sums, whole: Sums, segmentation: Segmentation, worth: Worth | None, *, with_links: bool
) -> list[str | TableCell]:
    words, language = GROUPS[group], active_language()
    url = reverse("segment", args=[address_of(group)]) if with_links else ""
    return [
        TableCell(str(words.name), url=url, sub=str(words.meaning)),
        formats.number(sums.customers, language),
        _share(sums.customers, whole.customers),
        formats.money(sums.revenue, language, segmentation.currency),
        _share(sums.revenue, whole.revenue),
        formats.money(worth.value, language, worth.fit.currency) if worth else formats.NOTHING,
        TableCell(str(words.advice), kind="muted"),
    ]


def _share(part: Decimal | int, whole: Decimal | int) -> str:
    return formats.share(part / whole if whole else None, active_language(), 1)
