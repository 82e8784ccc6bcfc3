"""The points outstanding at the end of each month, and what came and went."""

from itertools import pairwise

from django.utils.translation import gettext as _

from treue.act.loyalty.books import rolling, tables
from treue.act.loyalty.books.rolling import Month
from treue.act.loyalty.books.statement import Statement, ends_a_month
from treue.act.loyalty.wording import number, points
from treue.design import formats
from treue.design.charts import Bar, Point, bars_up_down, line
from treue.understand.metrics.drawing.charts import Chart
from treue.understand.metrics.scope.basis import active_language

MOST_MONTHS = 24
FEWEST = 2


def outstanding(found: Statement) -> Chart:
    drawn = rolling.months(found.books)[-MOST_MONTHS:]
    over = _over(drawn, found)
    name = _("Outstanding points at the end of each month")
    if len(over) < FEWEST:
        return Chart(name, _("This needs two complete months."), None)
    language = active_language()
    marks = [
        Point(
            formats.period_short(each.month, language),
            formats.period(each.month, language),
            each.closing,
            number(each.closing),
            complete=each in over,
            group=str(each.month.year),
        )
        for each in drawn
    ]
    told = _("%(name)s: %(first)s in %(from)s, %(last)s in %(until)s") % {
        "name": name,
        "first": points(over[0].closing),
        "from": formats.period(over[0].month, language),
        "last": points(over[-1].closing),
        "until": formats.period(over[-1].month, language),
    }
    drawing = line(marks, title=told, language=language, open_label=_running(drawn, over), from_zero=True, ceiling=None)
    return Chart(_title(over, name), _("%(name)s, in points.") % {"name": name}, drawing, tables.months(found, name))


def movement(found: Statement) -> Chart:
    """What came above the line, what went below it."""
    drawn = rolling.months(found.books)[-MOST_MONTHS:]
    over = _over(drawn, found)
    name = _("Points earned, redeemed, expired and taken back by month")
    if len(over) < FEWEST:
        return Chart(name, _("This needs two complete months."), None)
    language = active_language()
    bars = [
        Bar(
            formats.period_short(each.month, language),
            formats.period(each.month, language),
            (float(each.earned), float(max(each.adjusted, 0))),
            float(_gone(each)),
            complete=each in over,
            group=str(each.month.year),
        )
        for each in drawn
    ]
    last = over[-1]
    told = _("In %(month)s, %(came)s came and %(gone)s went") % {
        "month": formats.period(last.month, language),
        "came": points(last.earned + max(last.adjusted, 0)),
        "gone": points(_gone(last)),
    }
    drawing = bars_up_down(
        bars,
        title=told,
        labels=(_("earned"), _("corrected"), _("gone")),
        language=language,
        open_label=_running(drawn, over),
    )
    sub = _("%(name)s; each kind stands in the table.") % {"name": name}
    return Chart(told, sub, drawing, tables.months(found, name))


def _gone(month: Month) -> int:
    return max(0, month.redeemed) + month.expired + month.taken_back + max(-month.adjusted, 0)


def _over(drawn: list[Month], found: Statement) -> list[Month]:
    return drawn if ends_a_month(found.day) else drawn[:-1]


def _running(drawn: list[Month], over: list[Month]) -> str:
    if len(drawn) == len(over):
        return ""
    return _("%(month)s is not over yet") % {"month": formats.period_name(drawn[-1].month, active_language())}


def _title(over: list[Month], name: str) -> str:
    """What the last three months support."""
    some = [each.closing for each in over[-4:]]
    if len(some) < 4 or some[0] <= 0:
        return name
    if all(later > earlier for earlier, later in pairwise(some)):
        return _("For three months more points have come than gone")
    if all(later < earlier for earlier, later in pairwise(some)):
        return _("For three months more points have gone than come")
    return name
