"""The bodies of tables and choices as markup.

A page holds hundreds of cells and options, each with a handful of cases: a template takes ten times as long for them.
"""

from collections.abc import Iterable, Sequence
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from treue.design import formats
from treue.design.charts.heat import HeatRow
from treue.design.formats import NOTHING
from treue.design.tables import Cell, Placed


def body(rows: Iterable[Sequence[Placed]]) -> SafeString:
    """The rows of a table; the first cell of each is its head."""
    return _trusted("\n".join(map(row, rows)))


def row(placed: Sequence[Placed]) -> SafeString:
    return _trusted(f'<tr role="row">{_head(placed[0])}{"".join(map(_cell, placed[1:]))}</tr>')


def cohorts(rows: Iterable[HeatRow]) -> SafeString:
    """The rows of a heat map."""
    few = f'<td class="few"><span aria-hidden="true">{NOTHING}</span><span class="sr">{_text(_("too few"))}</span></td>'
    return _trusted("".join(_cohort(row, few) for row in rows))


def options(offered: Iterable[tuple[object, object]], chosen: object) -> SafeString:
    """The options of a choice, as (value, text)."""
    value = str(chosen)
    return _trusted("".join(_option(str(key), text, chosen=str(key) == value) for key, text in offered))


def risk(share: float) -> SafeString:
    """A risk from 0 to 1 as four steps, a word and a percentage, in the active language."""
    language = (get_language() or "en")[:2]
    steps = "".join(f'<rect{x} width="5" height="14" rx="1"/>' for x in ("", ' x="7"', ' x="14"', ' x="21"'))
    return _trusted(
        f'<span class="risk r{formats.risk_step(share)}"><svg viewBox="0 0 26 14" aria-hidden="true">{steps}</svg>'
        f"<span>{_text(formats.risk(share, language))} "
        f'<span class="muted">{_text(formats.share(share, language))}</span></span></span>'
    )


def initials(name: object) -> str:
    """The first letters of the first and the last word: "CV"."""
    words = [word for word in str(name).split() if word[0].isalnum()]
    return "".join(word[0] for word in words[:1] + words[1:][-1:]).upper()


def _head(placed: Placed) -> str:
    return f'<th scope="row" role="rowheader"{_css(placed.css)}>{_content(placed.cell)}</th>'


def _cell(placed: Placed) -> str:
    label = _text(placed.label)
    return f'<td role="cell" data-label="{label}"{_css(placed.css)}>{_content(placed.cell)}</td>'


def _content(cell: Cell) -> str:
    text = _text(cell.text)
    if cell.badge:
        text = f'<span class="badge {_text(cell.badge)}">{text}</span>'
    elif cell.url:
        text = f'<a href="{_text(cell.url)}">{text}</a>'
    if cell.sub:
        text += f'<span class="sub">{_text(cell.sub)}</span>'
    if cell.avatar:
        letters = _text(initials(cell.avatar))
        return f'<span class="who"><span class="avatar" aria-hidden="true">{letters}</span><span>{text}</span></span>'
    return text


def _cohort(row: HeatRow, few: str) -> str:
    parts = [f'<tr><th scope="row">{_text(row.label)}</th><td class="n">{_text(row.size_text)}</td>']
    parts.extend([few] * row.too_few)
    for cell in row.cells:
        title = f' title="{_text(cell.title)}"' if cell.title else ""
        parts.append(f'<td class="{_text(cell.css)}"{title}>{_text(cell.text)}</td>')
    if row.rest:
        parts.append(f'<td class="none" colspan="{row.rest}"></td>')
    return "".join(parts) + "</tr>"


def _option(value: str, text: object, *, chosen: bool) -> str:
    return f'<option value="{_text(value)}"{" selected" if chosen else ""}>{_text(text)}</option>'


def _css(words: str) -> str:
    return f' class="{_text(words)}"' if words else ""


def _text(value: object) -> str:
    """As a template prints it: escaped, unless it is markup already."""
    return str(value) if hasattr(value, "__html__") else escape(str(value))


def _trusted(markup: str) -> SafeString:
    """Every value in it went through `_text`."""
    return mark_safe(markup)  # noqa: S308
