"""The report as one HTML file with everything inside: it opens, prints and travels without Treue."""

from importlib.metadata import version

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from treue.design.stylesheets import standalone_css
from treue.understand.metrics.drawing import charts, tables, titles
from treue.understand.metrics.figures import cards
from treue.understand.metrics.groups import findings, slice_tables
from treue.understand.metrics.reports import datause
from treue.understand.metrics.reports.analysis import Analysis
from treue.understand.metrics.scope import coverage
from treue.understand.metrics.scope.basis import Basis
from treue.understand.metrics.scope.comparison import Choice, latest

MOST_SLICES = 12
COLUMNS_ON_PAPER = 27  # an upright A4 page holds two years of months


def to_html(analysis: Analysis) -> str:
    """The whole page, in the active language."""
    return render_to_string("metrics/report.html", context(analysis))


def context(analysis: Analysis) -> dict[str, object]:
    """What the template prints."""
    report, basis = analysis.report, analysis.basis
    choice = latest(report.periods)
    cohort_table = tables.cohorts(report.cohorts, basis)
    return {
        "css": standalone_css(),
        "language": basis.language,
        "version": version("treue"),
        "made_at": analysis.made_at,
        "name": analysis.source.path.name,
        "morning": titles.morning(choice, basis),
        "in_short": " ".join(filter(None, (datause.in_short(analysis), _covered_in_part(analysis, choice)))),
        "doubts": datause.doubts(analysis),
        "cards_label": _cards_label(choice, basis),
        "cards": cards.cards(choice, basis),
        "findings": findings.findings(report.periods, report.slices, basis),
        "retention": charts.retention(report.periods, basis),
        "churn": charts.churn(report.periods, basis),
        "movement": charts.movement(report.periods, basis),
        "cohorts": charts.cohorts(report.cohorts, basis),
        "repeat_rates": cards.repeat_rates(choice, report.cohorts, basis),
        "slices": [
            slice_tables.table(dimension, rows, choice.current, basis, most=MOST_SLICES)
            for dimension, rows in report.slices.items()
        ],
        "facts": datause.facts(analysis),
        "windows": datause.windows_in_words(analysis),
        "columns": datause.columns(analysis),
        "set_aside": datause.set_aside(analysis),
        "candidates": datause.candidates(analysis),
        "period_table": tables.periods(report.periods, basis),
        "cohort_table": cohort_table,
        "cohorts_lie_across": len(cohort_table.columns) > COLUMNS_ON_PAPER,
    }


def _covered_in_part(analysis: Analysis, choice: Choice) -> str:
    first = analysis.report.totals.first_order
    return coverage.remark(choice, first.date() if first else None, analysis.basis)


def _cards_label(choice: Choice, basis: Basis) -> str:
    if choice.current is None:
        return _("Figures")
    return _("Figures: %(period)s") % {"period": basis.name(choice.current.start)}
