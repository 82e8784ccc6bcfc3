"""What a report is made of, in words: the file, its columns, every row that was set aside, what is in doubt."""

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.design import formats
from treue.design.tables import Cell, Column, Table
from treue.listen.imports import leaving_out, wording
from treue.listen.imports.cleaning import Candidate
from treue.listen.imports.columns import FIELDS
from treue.science.without import Sums
from treue.understand.metrics.reports import windows
from treue.understand.metrics.reports.analysis import Analysis
from treue.understand.metrics.scope.basis import active_language

SAFE_SHARE = 0.05  # so many rows of one reason are no cause for a warning
Pairs = list[tuple[str, str]]


def in_short(analysis: Analysis) -> str:
    """The line under the morning sentence: file, days, rows."""
    basis, report = analysis.basis, analysis.report
    days = formats.span(basis.day(report.totals.first_order), basis.day(report.as_of), basis.language)
    return _("%(file)s, %(days)s: %(used)s of %(read)s rows used.") % {
        "file": analysis.source.path.name,
        "days": days,
        "used": basis.number(report.rows_used),
        "read": basis.number(report.rows_read),
    }


def facts(analysis: Analysis) -> Pairs:
    """What was read and counted, as pairs of name and value."""
    basis, report = analysis.basis, analysis.report
    pairs = [
        (_("File"), _file(analysis)),
        (_("Rows read"), basis.number(report.rows_read)),
        (_("Rows used"), _part(report.rows_used, report.rows_read, analysis)),
        (_("Rows set aside"), _part(report.rows_read - report.rows_used, report.rows_read, analysis)),
        (_("Orders"), basis.number(report.totals.orders)),
        (_("Customers"), basis.number(report.totals.customers)),
        (_("Revenue of customers"), basis.money(report.totals.revenue)),
        (_("Revenue without a customer"), basis.money(report.revenue_without_customer)),
        (_("Orders refunded in full"), basis.number(report.orders_fully_refunded)),
        (_("Orders without revenue"), basis.number(report.orders_without_revenue)),
        (_("First order"), basis.day(report.totals.first_order)),
        (_("Last day included"), basis.day(report.as_of)),
        (_("Currency"), _currency(analysis)),
        (_("Time zone"), analysis.wishes.zone),
    ]
    return [pair for pair in pairs if pair[1]]


def _file(analysis: Analysis) -> str:
    source = analysis.source
    parts = [source.path.name, formats.filesize(source.size, analysis.basis.language), source.encoding, source.sheet]
    return ", ".join(part for part in parts if part)


def _part(rows: int, whole: int, analysis: Analysis) -> str:
    share = 100 * rows / whole if whole else None
    return f"{analysis.basis.number(rows)} ({analysis.basis.rate(share)})"


def _currency(analysis: Analysis) -> str:
    cleaned = analysis.cleaned
    if not cleaned.currency:
        return _("the file does not say")
    others = [
        f"{code}: {analysis.basis.number(rows)}"
        for code, rows in cleaned.currencies.items()
        if code != cleaned.currency
    ]
    return f"{cleaned.currency} ({', '.join(others)})" if others else cleaned.currency


def windows_in_words(analysis: Analysis) -> list[str]:
    """The activity window, why it is this one, and the warm-up."""
    basis, report = analysis.basis, analysis.report
    if report.totals.first_order is None or report.as_of is None:
        return []
    history_days = (report.as_of - report.totals.first_order.date()).days + 1
    said = windows.chosen(basis, history_days) if report.window_chosen else windows.window(basis)
    return [sentence for sentence in (said, windows.warm_up(report.periods, basis)) if sentence]


# Rows set aside


def set_aside(analysis: Analysis) -> Table | None:
    """Every reason with its rows, what it means and what helps; None where every row was used."""
    report, basis = analysis.report, analysis.basis
    if not report.set_aside:
        return None
    columns = [
        Column(_("Set aside because")),
        Column(_("Rows"), numeric=True),
        Column(_("Share"), numeric=True),
        Column(_("What helps"), full=True),
    ]
    rows = []
    for code, count in sorted(report.set_aside.items(), key=lambda item: -item[1]):
        reason = wording.reason(code)
        share = basis.rate(100 * count / report.rows_read)
        rows.append(
            [Cell(reason.name, sub=reason.meaning), basis.number(count), share, Cell(reason.remedy, kind="muted")]
        )
    return Table(_("Rows set aside by reason"), columns, rows, stack=True)


# Columns and formats


def columns(analysis: Analysis) -> Pairs:
    """Which column was read as what, and how its values are written."""
    layouts = {found.field: found.layout for found in analysis.cleaned.formats}
    known = [field.name for field in FIELDS["orders"] if field.name in analysis.mapping.columns]
    pairs = [
        (
            wording.field_label(name),
            ", ".join(filter(None, (_quoted(analysis.mapping.columns[name]), layouts.get(name)))),
        )
        for name in known
    ]
    if analysis.mapping.left_out:
        pairs.append((_("Not read"), ", ".join(_quoted(name) for name in analysis.mapping.left_out)))
    return pairs


def _quoted(name: str) -> str:
    return _("“%(name)s”") % {"name": name}


def doubts(analysis: Analysis) -> list[str]:
    """What a person should check: guesses that could have gone the other way, many rows set aside."""
    return [
        *_too_early(analysis),
        *_layouts_in_doubt(analysis),
        *_columns_in_doubt(analysis),
        *_many_set_aside(analysis),
    ]


def _too_early(analysis: Analysis) -> list[str]:
    report = analysis.report
    if report.as_of is None or report.totals.orders or not report.set_aside.get("after_as_of"):
        return []
    day = formats.day(report.as_of, active_language())
    return [_("Every order of the file lies after %(day)s, so there is nothing to say.") % {"day": day}]


def _layouts_in_doubt(analysis: Analysis) -> list[str]:
    said = {
        "assumed": _("Nothing in the column “%(column)s” says how it is written; it was read as %(layout)s."),
        "mixed": _("The column “%(column)s” is written in several ways; most of it was read as %(layout)s."),
    }
    return [
        said[found.certainty] % {"column": found.column, "layout": found.layout}
        for found in analysis.cleaned.formats
        if found.certainty in said
    ]


def _columns_in_doubt(analysis: Analysis) -> list[str]:
    sentences = []
    for doubt in analysis.mapping.doubts:
        facts = {
            "field": wording.field_label(doubt.field),
            "columns": ", ".join(_quoted(name) for name in doubt.columns),
            "taken": analysis.mapping.columns.get(doubt.field, ""),
        }
        taken = _("Several columns could be “%(field)s”: %(columns)s. “%(taken)s” was taken.")
        none = _("Several columns could be “%(field)s”: %(columns)s. None was taken.")
        sentences.append((taken if facts["taken"] else none) % facts)
    return sentences


MANY_SET_ASIDE: dict[str, Callable[[int], str]] = {
    "no_customer": lambda rows: ngettext(
        "%(rows)s row (%(share)s) has no customer. Its revenue of %(revenue)s is not part of any figure here.",
        "%(rows)s rows (%(share)s) have no customer. Their revenue of %(revenue)s is not part of any figure here.",
        rows,
    ),
    "currency_without_rate": lambda rows: ngettext(
        "%(rows)s row (%(share)s) is in a currency whose rate is not known. Its revenue is missing here.",
        "%(rows)s rows (%(share)s) are in a currency whose rate is not known. Their revenue is missing here.",
        rows,
    ),
    "unreadable_time": lambda rows: ngettext(
        "%(rows)s row (%(share)s) has a time that could not be read.",
        "%(rows)s rows (%(share)s) have a time that could not be read.",
        rows,
    ),
    "unreadable_number": lambda rows: ngettext(
        "%(rows)s row (%(share)s) has a quantity, price or amount that could not be read.",
        "%(rows)s rows (%(share)s) have a quantity, price or amount that could not be read.",
        rows,
    ),
    "unreadable_row": lambda rows: ngettext(
        "%(rows)s row (%(share)s) is damaged and could not be read.",
        "%(rows)s rows (%(share)s) are damaged and could not be read.",
        rows,
    ),
}


def _many_set_aside(analysis: Analysis) -> list[str]:
    report, basis = analysis.report, analysis.basis
    return [
        MANY_SET_ASIDE[code](rows)
        % {
            "rows": basis.number(rows),
            "share": basis.rate(100 * rows / report.rows_read),
            "revenue": basis.money_short(analysis.cleaned.revenue_without_customer),  # of these rows, also after as_of
        }
        for code, rows in report.set_aside.items()
        if code in MANY_SET_ASIDE and rows > SAFE_SHARE * report.rows_read
    ]


# Candidates for non-products


def in_doubt(analysis: Analysis) -> list[Candidate]:
    """The candidates whose leaving out could change something, those that move the most money first."""
    return [candidate for candidate in analysis.cleaned.candidates if candidate.lines]


def candidates(analysis: Analysis) -> Table | None:
    """Item codes that may be no products, and what the figures would be without each."""
    found = in_doubt(analysis)
    if not found:
        return None
    head = [
        Column(_("Item code")),
        Column(_("Why it looks like none")),
        Column(_("Lines"), numeric=True),
        Column(_("What leaving it out would change"), full=True),
    ]
    shown, basis = found[: leaving_out.MOST], analysis.basis
    changes = analysis.changes_without([candidate.code for candidate in shown])
    rows = [_candidate_row(candidate, changes[candidate.code], analysis) for candidate in shown]
    more = len(found) - len(rows)
    caption = candidates_advice(found[0].code)
    if more:
        further = ngettext("%(count)s further code is not shown.", "%(count)s further codes are not shown.", more)
        caption = f"{caption} {further % {'count': basis.number(more)}}"
    return Table(_("Codes that may be no products"), head, rows, caption=caption, stack=True)


def _candidate_row(candidate: Candidate, change: Sums, analysis: Analysis) -> list[str | Cell]:
    basis, totals = analysis.basis, analysis.report.totals
    why = {"no_digit": _("no digit in it"), "negative_price": _("negative prices")}
    now = Sums(totals.customers, totals.orders, totals.revenue)
    return [
        Cell(candidate.code, sub=candidate.name or ""),
        why[candidate.why],
        basis.number(candidate.lines),
        Cell(leaving_out.in_words(now, now + change, money=basis.money, number=basis.number), kind="muted"),
    ]


def candidates_advice(code: str) -> str:
    """What the table says, and how to leave a code out."""
    return _("Each code by itself; leave one out with --non-product “%(code)s”.") % {"code": code}
