"""From a file to its figures in one process: reading, columns, cleaning, science. No database."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import ibis
from ibis.backends.duckdb import Backend

from treue.listen.imports import cleaning, columns
from treue.listen.imports.cleaning import Cleaned
from treue.listen.imports.reading import Source, open_source
from treue.science import report as science
from treue.science.calendar import Unit
from treue.science.report import Report
from treue.science.without import Sums, changes_without
from treue.understand.metrics.scope.basis import Basis

Progress = Callable[[float], None]
DEFAULT_ZONE = "Europe/Berlin"


@dataclass(frozen=True)
class Wishes:
    """What somebody asked for; every field has a default that needs no thought.

    columns: field -> column name, where the guess would be wrong. rates: currency -> its value in `currency`.
    """

    unit: Unit = "month"
    window_days: int | None = None
    as_of: date | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    zone: str = DEFAULT_ZONE
    currency: str | None = None
    rates: Mapping[str, Decimal] = field(default_factory=dict)
    non_products: tuple[str, ...] = ()
    drop_duplicates: bool = False


@dataclass(frozen=True)
class Analysis:
    """The figures of a file, and everything that was found out about the file on the way."""

    source: Source
    mapping: columns.Mapping
    cleaned: Cleaned
    report: Report
    wishes: Wishes
    made_at: datetime
    engine: Backend

    @property
    def basis(self) -> Basis:
        day = self.report.as_of or self.made_at.date()
        return Basis(self.report.unit, self.report.window_days, day, self.cleaned.currency or "")

    def changes_without(self, codes: Sequence[str]) -> dict[str, Sums]:
        """How customers, orders and revenue change where the lines of an item code are left out."""
        _now, changes = changes_without(self.cleaned.lines, codes, self.wishes.as_of, self.engine)
        return changes


def analyse(path: Path, wishes: Wishes, *, now: datetime, progress: Progress | None = None) -> Analysis:
    """Read a file and compute its figures. now: the moment of reading, aware. Raises ImportProblem."""
    source = open_source(path, sheet=wishes.sheet)
    mapping = columns.guess(source.columns, source.sample(), "orders", overrides=wishes.columns)
    mapping.require()
    engine = ibis.duckdb.connect()
    cleaned = cleaning.clean_lines(
        source,
        mapping,
        connection=engine,
        zone=wishes.zone,
        now=now,
        currency=wishes.currency,
        rates={code: float(rate) for code, rate in wishes.rates.items()},
        non_products=wishes.non_products,
        drop_duplicates=wishes.drop_duplicates,
        progress=progress,
    )
    cleaning.require_read(cleaned, mapping)
    report = science.report(
        cleaned.lines.to_pyarrow(),
        as_of=wishes.as_of,
        window_days=wishes.window_days,
        unit=wishes.unit,
        rows_read=cleaned.rows_read,
        set_aside=cleaned.counts,
        guests=cleaned.guests,
    )
    return Analysis(source, mapping, cleaned, report, wishes, now, engine)
