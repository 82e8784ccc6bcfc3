"""Charts as SVG strings and the cohort heat map as bins: pure, drawn in well under a millisecond.

A drawing gets numbers for its geometry and texts that are ready to print, so it knows neither data nor
language beyond its axis. It names colours only by class (chart.css), so one drawing serves both themes, the
page under a strict content security policy, and the self-contained report. It holds no ids, so it may stand
on a page twice. Why not Altair here: docs/decisions/0006-charts-are-written-as-svg.md.
"""

from treue.design.charts.bars import Bar, bars_up_down
from treue.design.charts.compared import Pair, compared
from treue.design.charts.drawing import Drawing, Note, Target
from treue.design.charts.heat import Cohort, Heat, heat
from treue.design.charts.line import Point, line
from treue.design.charts.rows import Row, rows
from treue.design.charts.spark import sparkline
from treue.design.charts.stems import Stem, stems

__all__ = [
    "Bar",
    "Cohort",
    "Drawing",
    "Heat",
    "Note",
    "Pair",
    "Point",
    "Row",
    "Stem",
    "Target",
    "bars_up_down",
    "compared",
    "heat",
    "line",
    "rows",
    "sparkline",
    "stems",
]
