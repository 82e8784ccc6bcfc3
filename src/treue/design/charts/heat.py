"""The cohort heat map: a real table whose cells fall into seven bins."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from treue.design.formats import FEWEST_CASES

BINS = 7


@dataclass(frozen=True)
class Cohort:
    """One row. values[0] belongs to the first column after the size. partial: the column of the running period."""

    label: str
    size: int
    size_text: str
    values: Sequence[float | None]
    partial: int | None = None


@dataclass(frozen=True)
class HeatCell:
    """text: ready to print. css: q1 to q7, "part" (running period) or "none"."""

    text: str
    css: str
    title: str = ""


@dataclass(frozen=True)
class HeatRow:
    label: str
    size_text: str
    cells: Sequence[HeatCell]
    rest: int = 0
    too_few: int = 0


@dataclass(frozen=True)
class Heat:
    """What the component draws. rest of a row: columns still to come; too_few: columns without a percentage."""

    head: str
    size_head: str
    columns: Sequence[str]
    rows: Sequence[HeatRow]
    caption: str
    low: str = ""
    high: str = ""
    open_label: str = ""
    steps: Sequence[str] = field(default=tuple(f"q{n}" for n in range(1, BINS + 1)))

    @property
    def has_few(self) -> bool:
        return any(row.too_few for row in self.rows)


def heat(
    cohorts: Sequence[Cohort],
    *,
    head: str,
    size_head: str,
    columns: Sequence[str],
    caption: str,
    print_cell: Callable[[float], str],
    print_edge: Callable[[float], str],
    open_label: str = "",
) -> Heat:
    """Bin the values of all cohorts of at least 30 customers into seven equal steps between lowest and highest.

    print_cell prints a value inside a cell ("19"), print_edge one end of the scale ("28 %"). A smaller cohort
    says "too few" instead of a wild percentage; the running period is hatched and has no part in the scale.
    """
    judged = [
        value
        for cohort in cohorts
        if cohort.size >= FEWEST_CASES
        for column, value in enumerate(cohort.values)
        if value is not None and column != cohort.partial
    ]
    low, high = (min(judged), max(judged)) if judged else (0.0, 0.0)

    def cell(cohort: Cohort, column: int, value: float | None) -> HeatCell:
        if value is None:
            return HeatCell("", "none")
        if column == cohort.partial:
            return HeatCell(print_cell(value), "part", open_label)
        return HeatCell(print_cell(value), f"q{step(value, low, high)}")

    def row(cohort: Cohort) -> HeatRow:
        values = cohort.values[: len(columns)]
        if cohort.size < FEWEST_CASES:
            return HeatRow(cohort.label, cohort.size_text, (), len(columns) - len(values), too_few=len(values))
        cells = tuple(cell(cohort, column, value) for column, value in enumerate(values))
        return HeatRow(cohort.label, cohort.size_text, cells, rest=len(columns) - len(values))

    return Heat(
        head=head,
        size_head=size_head,
        columns=tuple(columns),
        rows=tuple(row(cohort) for cohort in cohorts),
        caption=caption,
        low=print_edge(low) if judged else "",
        high=print_edge(high) if judged else "",
        open_label=open_label if any(cohort.partial is not None for cohort in cohorts) else "",
    )


def step(value: float, low: float, high: float) -> int:
    """1 to 7: the bin of a value between low and high."""
    return 1 if high <= low else min(int((value - low) / (high - low) * BINS), BINS - 1) + 1
