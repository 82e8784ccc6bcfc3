"""What came beside what the model expected: week by week, and by how often customers had bought before."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from treue.design import formats
from treue.design.charts import Drawing, Note, Pair, compared
from treue.design.tables import Column, Table
from treue.science.buying.validation import HIGHEST_FREQUENCY
from treue.understand.metrics.drawing.charts import Chart
from treue.understand.metrics.scope.basis import active_language
from treue.understand.value.trust.checked import Checked, OfFrequency, Tracking
from treue.understand.value.trust.verdict import Z95

MOST_WEEKS = 78
CLOSE = 0.005  # printed without decimals it is nothing
FEWEST_CUSTOMERS = 30
Values = Sequence[tuple[float, float]]


def cumulative(checked: Checked) -> Chart | None:
    """None in fits from before the weeks were kept."""
    tracking = checked.tracking
    if tracking is None:
        return None
    values = list(zip(map(float, tracking.actual), tracking.expected, strict=True))
    what = _("Repeat purchases so far, of all customers together, week by week")
    return _chart(checked, tracking, _Drawn(_within(tracking, values), what, _("Purchases so far by week")), values)


def weekly(checked: Checked) -> Chart | None:
    tracking = checked.tracking
    if tracking is None:
        return None
    values = list(zip(_within_weeks(tracking.actual), _within_weeks(tracking.expected), strict=True))
    came, expected = (sum(column) / tracking.held_out for column in zip(*values[-tracking.held_out :], strict=True))
    title = _("In the weeks held out it expected %(expected)s purchases a week, %(came)s came") % {
        "expected": formats.number(expected, active_language()),
        "came": formats.number(came, active_language()),
    }
    what = _("Repeat purchases of each week, of all customers together")
    return _chart(checked, tracking, _Drawn(title, what, _("Purchases by week")), values)


def by_frequency(checked: Checked) -> Chart:
    """Whether it is right of those who buy seldom and of those who buy often."""
    rows = checked.by_frequency
    title = _furthest_off(rows)
    pairs = [_pair(row) for row in rows]
    drawing = compared(pairs, title=title, labels=_labels(), language=active_language()) if len(rows) > 1 else None
    sub = _("Mean purchases of a customer in the time held out, by how often they had come again before it.")
    return Chart(title, sub, drawing, _frequencies(rows))


# Week by week


@dataclass(frozen=True)
class _Drawn:
    """The words around a chart: the finding, what is drawn, and what its table is called."""

    title: str
    what: str
    table: str


def _chart(checked: Checked, tracking: Tracking, words: _Drawn, values: Values) -> Chart:
    language, begin = active_language(), max(len(values) - MOST_WEEKS, 0)
    shown = {
        "what": words.what,
        "first": formats.day(tracking.ends_on(begin), language),
        "last": formats.day(tracking.ends_on(len(values) - 1), language),
        "until": formats.day(checked.until, language),
    }
    sub = _("%(what)s, %(first)s to %(last)s. The model saw orders up to %(until)s.") % shown
    drawing = _drawing(tracking, words.title, values, begin)
    return Chart(words.title, sub, drawing, _weeks(tracking, words.table, values, begin))


def _drawing(tracking: Tracking, title: str, values: Values, begin: int) -> Drawing:
    pairs = [_week(tracking, week, values[week], is_first=week == begin) for week in range(begin, len(values))]
    held_out = len(values) - tracking.held_out - begin
    mark = Note(held_out - 0.5, _("held out")) if held_out > 0 else None
    return compared(pairs, title=title, labels=_labels(), language=active_language(), mark=mark)


def _week(tracking: Tracking, week: int, values: tuple[float, float], *, is_first: bool) -> Pair:
    """A month is named under the week in which it begins to be the one that ends."""
    language, day = active_language(), tracking.ends_on(week)
    is_new = not is_first and tracking.ends_on(week - 1).month != day.month
    return Pair(
        tick=formats.period_short(day, language) if is_new else "",
        group=str(day.year) if is_new else "",
        name=_("Week to %(day)s") % {"day": formats.day(day, language)},
        values=values,
        texts=(formats.number(values[0], language), formats.number(values[1], language)),
    )


def _weeks(tracking: Tracking, label: str, values: Values, begin: int) -> Table:
    """The latest first."""
    language = active_language()
    columns = [
        Column(_("Week to")),
        Column(pgettext("purchases", "Came"), numeric=True),
        Column(pgettext("purchases", "Expected"), numeric=True),
    ]
    rows = [
        [formats.day(tracking.ends_on(week), language), *(formats.number(value, language) for value in values[week])]
        for week in reversed(range(begin, len(values)))
    ]
    return Table(label, columns, rows)


def _within(tracking: Tracking, values: Values) -> str:
    """How far apart both ever are in the weeks held out, as a share of what came so far."""
    held_out = [(came, expected) for came, expected in values[-tracking.held_out :] if came]
    if not held_out:
        return _("Purchases so far, and what the model expected")
    furthest = max(abs(expected / came - 1) for came, expected in held_out)
    if furthest < CLOSE:
        return _("In the weeks held out the model follows the purchases")
    return _("In the weeks held out the model stays within %(share)s of all purchases so far") % {
        "share": formats.share(_up(furthest), active_language())
    }


def _up(share: float) -> float:
    """To the next whole percent, so that "within" is true as printed."""
    return -(-round(share * 100, 6) // 1) / 100


def _within_weeks(totals: Sequence[float]) -> list[float]:
    return [float(total - before) for total, before in zip(totals, [0, *totals], strict=False)]


# By frequency


def _furthest_off(rows: Sequence[OfFrequency]) -> str:
    """Of which customers it was furthest off, where that is more than chance does."""
    enough = [row for row in rows if row.customers >= FEWEST_CUSTOMERS and _is_off(row)]
    if not enough:
        return _("What it expected and what came, by earlier purchases")
    row, language = max(enough, key=lambda each: abs(each.expected - each.actual) * each.customers), active_language()
    facts = {
        "who": _who(row.frequency),
        "expected": formats.number(row.expected, language, 2),
        "came": formats.number(row.actual, language, 2),
    }
    return _("Of those who had come again %(who)s it expected %(expected)s purchases each, %(came)s came") % facts


def _is_off(row: OfFrequency) -> bool:
    chance = Z95 * sqrt(max(row.actual, row.expected) * row.customers)
    return abs(row.actual - row.expected) * row.customers > chance


def _who(frequency: int) -> str:
    count = formats.number(frequency, active_language())
    if frequency >= HIGHEST_FREQUENCY:
        return _("%(count)s times or more often") % {"count": count}
    if not frequency:
        return pgettext("how often somebody had come again", "never")
    return ngettext("once", "%(count)s times", frequency) % {"count": count}


def _short(frequency: int) -> str:
    count = formats.number(frequency, active_language())
    return f"{count}+" if frequency >= HIGHEST_FREQUENCY else count


def _pair(row: OfFrequency) -> Pair:
    language = active_language()
    customers = ngettext("%(number)s customer", "%(number)s customers", row.customers)
    return Pair(
        tick=_short(row.frequency),
        name=_("Had come again %(who)s") % {"who": _who(row.frequency)},
        values=(row.actual, row.expected),
        texts=(formats.number(row.actual, language, 2), formats.number(row.expected, language, 2)),
        detail=customers % {"number": formats.number(row.customers, language)},
    )


def _frequencies(rows: Sequence[OfFrequency]) -> Table:
    language = active_language()
    columns = [
        Column(_("Came again before")),
        Column(_("Customers"), numeric=True),
        Column(_("Came, each"), numeric=True),
        Column(_("Expected, each"), numeric=True),
    ]
    body = [
        [
            _who(row.frequency),
            formats.number(row.customers, language),
            formats.number(row.actual, language, 2),
            formats.number(row.expected, language, 2),
        ]
        for row in rows
    ]
    return Table(_("Purchases by frequency"), columns, body)


def _labels() -> tuple[str, str]:
    return pgettext("purchases, after a number", "came"), pgettext("purchases, after a number", "expected")
