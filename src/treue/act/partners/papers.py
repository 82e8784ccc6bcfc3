"""A statement as a PDF, and as rows for a spreadsheet."""

import io
import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import reportlab
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, TableStyle
from reportlab.platypus import Table as Grid

from treue.act.partners import sentences
from treue.act.partners.models import Kind, Statement
from treue.act.partners.settling import Account
from treue.core.shop import clock
from treue.design import formats
from treue.design.spreadsheet import Value
from treue.understand.metrics.scope.basis import active_language

HEAD = ("statement", "month", "place", "kind", "of_month", "points", "price", "amount", "currency", "corrects")
PLAIN, BOLD = "Treue", "Treue-Bold"
WIDTHS = [12 * mm, 76 * mm, 26 * mm, 28 * mm, 32 * mm]
GRID = TableStyle(
    [
        ("FONT", (0, 0), (-1, -1), PLAIN, 8.5),
        ("FONT", (0, 0), (-1, 0), BOLD, 8.5),
        ("FONT", (0, -1), (-1, -1), BOLD, 8.5),
        ("ALIGN", (2, 0), (-1, -1), "RIGHT"),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.6, colors.black),
        ("LINEABOVE", (0, -1), (-1, -1), 0.6, colors.black),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("RIGHTPADDING", (-1, 0), (-1, -1), 0),
    ]
)


def rows(statement: Statement, account: Account) -> Iterator[Sequence[Value]]:
    """With English names of kinds, for programs as well; unrounded prices."""
    for each in account.lines:
        corrects = f"{each.corrects.statement.number}/{each.corrects.place}" if each.corrects else None
        points, price = each.points, each.price
        about = (statement.number, f"{statement.month:%Y-%m}", each.place, Kind(each.kind).name.lower())
        yield (*about, f"{each.month:%Y-%m}", points, price, each.amount, statement.currency, corrects)


def pdf(statement: Statement, account: Account) -> bytes:
    """In the active language; its text can be read by programs and by who cannot see it."""
    _fonts()
    partner, shop = statement.partner, statement.programme.shop
    title = sentences.title(statement)
    name = f"{title}: {partner.name}"
    head, body, small = _style(15, BOLD, 8), _style(9.5, PLAIN, 3), _style(8, PLAIN, 0)
    story = [
        Paragraph(_marked(shop.name), body),
        Paragraph(_marked(title), head),
        Paragraph(_marked(partner.name), body),
        *([Paragraph(_marked(partner.email), body)] if partner.email else []),
        Spacer(0, 5 * mm),
        Paragraph(_marked(sentences.who_pays(statement, account.amount)), _style(11, BOLD, 6)),
        _grid(statement, account, small),
        Spacer(0, 5 * mm),
        Paragraph(_marked(sentences.rounding()), small),
        Paragraph(_marked(_closed(statement)), small),
    ]
    buffer = io.BytesIO()
    margins = {f"{side}Margin": 18 * mm for side in ("left", "right", "top", "bottom")}
    about = {"title": name, "author": shop.name, "lang": active_language(), "invariant": 1}
    SimpleDocTemplate(buffer, pagesize=A4, **margins, **about).build(story)
    return buffer.getvalue()


def _grid(statement: Statement, account: Account, style: ParagraphStyle) -> Grid:
    language, currency = active_language(), statement.currency
    heads = [pgettext("of a statement", "Line"), _("What"), _("Points"), _("Price of a point"), _("Amount")]
    found = [
        [
            str(each.place),
            Paragraph(_marked(sentences.line(each, statement)), style),
            formats.number(each.points, language),
            _drawn(sentences.price(each.price, currency)),
            _drawn(sentences.money(each.amount, currency)),
        ]
        for each in account.lines
    ]
    foot = ["", _drawn(_("Together")), "", "", _drawn(sentences.money(account.amount, currency))]
    return Grid([[_drawn(each) for each in heads], *found, foot], WIDTHS, style=GRID, repeatRows=1)


def _closed(statement: Statement) -> str:
    if statement.closed_at is None:
        return _("This is a draft: it changes until it is closed.")
    moment = clock.printed(statement.closed_at, statement.programme.shop.tz)
    return _("Closed on %(moment)s. It stays as it is; what is put right later is in a later statement.") % {
        "moment": moment
    }


def _style(size: float, font: str, after: float) -> ParagraphStyle:
    return ParagraphStyle(f"{font} {size}", fontName=font, fontSize=size, leading=size * 1.35, spaceAfter=after)


def _marked(text: str) -> str:
    """As a paragraph takes it."""
    return _drawn(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _drawn(text: str) -> str:
    """What the font has no sign for is written by its base letter, and else by a question mark."""
    return "".join(each if ord(each) in _fonts() else _base(each) for each in text)


def _base(sign: str) -> str:
    letters = "".join(each for each in unicodedata.normalize("NFKD", sign) if ord(each) in _fonts())
    return letters or "?"


@cache
def _fonts() -> frozenset[int]:
    """Registered once; they are in the file, so that it looks and reads the same everywhere."""
    folder = Path(reportlab.__file__).parent / "fonts"
    plain = TTFont(PLAIN, folder / "Vera.ttf")
    pdfmetrics.registerFont(plain)
    pdfmetrics.registerFont(TTFont(BOLD, folder / "VeraBd.ttf"))
    pdfmetrics.registerFontFamily(PLAIN, PLAIN, BOLD, PLAIN, BOLD)
    return frozenset(plain.face.charToGlyph)
