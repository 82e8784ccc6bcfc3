"""A report in a few lines, for the terminal."""

from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rich.console import Console
from rich.table import Table

from treue.listen.imports import wording
from treue.understand.metrics.drawing import titles
from treue.understand.metrics.figures import cards
from treue.understand.metrics.reports import datause
from treue.understand.metrics.scope.comparison import latest

if TYPE_CHECKING:
    from treue.design.figures import Figure
    from treue.understand.metrics.reports.analysis import Analysis


NAMED_CODES = 5


def print_summary(analysis: "Analysis", out: Path) -> None:
    """Sentence, figures, rows set aside, what to check, where the report lies. Standard output."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    basis, choice = analysis.basis, latest(analysis.report.periods)
    console.print(unescape(strip_tags(titles.morning(choice, basis))), style="bold")
    console.print(datause.in_short(analysis), style="dim")
    console.print(_figures(cards.cards(choice, basis)))
    if analysis.report.set_aside:
        console.print(_set_aside(analysis))
    for sentence in [*datause.windows_in_words(analysis), *datause.doubts(analysis), *_candidates(analysis)]:
        console.print(sentence)
    console.print(_("The report lies in %(path)s.") % {"path": out})


def _figures(figures: list["Figure"]) -> Table:
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(justify="right")
    table.add_column(style="dim")
    for figure in figures:
        value = f"{figure.value} {figure.unit}".strip()
        change = figure.change
        beside = f"{change.arrow} {change.text} {change.against}".strip() if change else figure.sentence
        table.add_row(figure.label, value, str(beside))
    return table


def _set_aside(analysis: "Analysis") -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), title_justify="left", title=_("Rows set aside by reason"))
    table.add_column(_("Reason"))
    table.add_column(_("Rows"), justify="right")
    for code, rows in sorted(analysis.report.set_aside.items(), key=lambda item: -item[1]):
        table.add_row(wording.reason(code).name, analysis.basis.number(rows))
    return table


def _candidates(analysis: "Analysis") -> list[str]:
    codes = [candidate.code for candidate in datause.in_doubt(analysis)]
    if not codes:
        return []
    sentence = ngettext(
        "%(count)s item code may be no product (%(codes)s); the report says what leaving it out would change.",
        "%(count)s item codes may be no products (%(codes)s); the report says what leaving them out would change.",
        len(codes),
    )
    named = ", ".join(codes[:NAMED_CODES]) + (", …" if len(codes) > NAMED_CODES else "")
    return [sentence % {"count": analysis.basis.number(len(codes)), "codes": named}]
