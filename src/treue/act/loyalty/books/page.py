"""The page of the liability as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from treue.act.loyalty.books import charts, figures, tables
from treue.act.loyalty.books.figures import breakage_of, is_unknown, money
from treue.act.loyalty.books.standing import Standing
from treue.act.loyalty.books.statement import Statement
from treue.act.loyalty.books.tables import Pairs
from treue.act.loyalty.models import Programme
from treue.act.loyalty.wording import points
from treue.core.shop.models import Shop
from treue.design import formats
from treue.design.figures import Figure
from treue.design.tables import Table
from treue.understand.metrics.drawing.charts import Chart
from treue.understand.metrics.scope.basis import active_language


@dataclass(frozen=True)
class Page:
    """notes: what one has to know beside it. parts: tables of the points outstanding, each named by its label."""

    sentence: SafeString
    sub: str
    notes: Sequence[str]
    figures: Sequence[Figure]
    outstanding: Chart
    movement: Chart
    parts: Sequence[Table]
    ifrs: Pairs
    hgb: Pairs
    is_valued: bool


@dataclass(frozen=True)
class Closable:
    """The next month that can be closed. blocked: why not now."""

    month: date
    name: str
    blocked: str


def of(found: Statement, programme: Programme, standing: Standing | None) -> Page:
    shop = programme.shop
    ages = [tables.by_age(found), tables.by_issuer(found)]
    kept = [tables.by_expiry(standing), tables.by_tier(standing, programme)] if standing else []
    return Page(
        _sentence(found, shop),
        _sub(found),
        _notes(found),
        figures.figures(found, shop),
        charts.outstanding(found),
        charts.movement(found),
        [each for each in (*kept, *ages) if each] if found.position.outstanding else [],
        tables.ifrs(found, shop),
        tables.hgb(found, shop),
        found.now is not None,
    )


def closable(month: date | None, found: Statement) -> Closable | None:
    if month is None:
        return None
    blocked = "" if found.terms else _("Say first what a point is worth.")
    return Closable(month, formats.period(month, active_language()), blocked)


def _sentence(found: Statement, shop: Shop) -> SafeString:
    day, outstanding = figures.day(found), found.position.outstanding
    if not outstanding:
        return format_html(_("On {day} no points were outstanding."), day=day)
    known = {"day": day, "points": points(outstanding)}
    share = breakage_of(found)
    if found.now is None:
        return format_html(_("On {day} members had {points} outstanding."), **known)
    if share is None:
        return format_html(
            _("On {day} members had {points} outstanding, worth {money} if all are redeemed."),
            money=money(found.now.full, shop),
            **known,
        )
    return format_html(
        _(
            "On {day} members had {points} outstanding. {share} of them will probably be redeemed: a liability of "
            "{money}."
        ),
        share=formats.share(1 - share.expected, active_language()),
        money=money(found.closed.liability if found.closed else found.now.total, shop),
        **known,
    )


def _sub(found: Statement) -> str:
    if found.now is None:
        return _("To say that in money, Treue needs the value of a point.")
    if is_unknown(found) and not found.closed and found.position.outstanding:
        return figures.why_unknown(found.now.expected) + " " + _("Until then all are taken to be redeemed.")
    return ""


def _notes(found: Statement) -> list[str]:
    language = active_language()
    said = []
    if found.closed:
        moment = found.closed.closed_at.astimezone(found.zone)
        said.append(_("This month was closed on %(day)s.") % {"day": formats.day_long(moment.date(), language)})
    if found.late:
        late = {
            "day": formats.day_long(found.day if found.closed else found.day_before, language),
            "points": formats.signed(found.late, language),
        }
        said.append(
            _(
                "Since then something was recorded that happened until %(day)s: %(points)s points. They are in the "
                "months that are open."
            )
            % late
            if found.closed
            else _(
                "Since the month before was closed something was recorded that happened until %(day)s: %(points)s "
                "points. They are in the figures of this one."
            )
            % late
        )
    return said
