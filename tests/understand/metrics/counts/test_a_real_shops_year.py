"""A real shop's year, brought in and computed as the console does it, shows what a report of the same file says."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from treue.core.jobs import work
from treue.core.lake import checking
from treue.core.shop.models import Shop
from treue.listen.imports import importing, uploads
from treue.listen.imports.cleaning import Cleaned, clean_lines
from treue.listen.imports.columns import guess
from treue.listen.imports.models import Import
from treue.listen.imports.reading import open_source
from treue.science.calendar import Unit
from treue.science.figures import PeriodFigures
from treue.science.report import Cohort, Report, report
from treue.understand.metrics.counts import reading
from treue.understand.metrics.counts.refresh import refresh
from treue.understand.metrics.models import Snapshot
from treue.understand.metrics.scope.filters import Filters

pytestmark = [pytest.mark.long, pytest.mark.realdata, pytest.mark.timeout(600)]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
COUNTRIES = ("United Kingdom", "EIRE", "Germany", "Japan")


def cleaned(path: Path) -> Cleaned:
    source = open_source(path)
    mapping = guess(source.columns, source.sample(), "orders")
    engine = ibis.duckdb.connect()
    return clean_lines(source, mapping, connection=engine, zone="Europe/Berlin", now=NOW, currency="EUR")


def brought_in(shop: Shop, path: Path) -> Import:
    source = open_source(path)
    task = Import.objects.create(
        shop=shop,
        what="orders",
        state=Import.State.RUNNING,
        file_name=path.name,
        stored_as=uploads.keep(iter([path.read_bytes()]), path.name),
        size=path.stat().st_size,
        columns=guess(source.columns, source.sample(), "orders").columns,
    )
    importing.run(task.pk, work.Silent())
    task.refresh_from_db()
    return task


def console(snapshot: Snapshot, of_file: Report) -> Report:
    """What the console reads of a snapshot, as a report. The account of the file's rows is the import's affair."""
    return Report(
        as_of=snapshot.as_of,
        window_days=snapshot.window_days,
        window_chosen=of_file.window_chosen,
        unit=of_file.unit,
        rows_read=of_file.rows_read,
        rows_used=of_file.rows_used,
        set_aside=of_file.set_aside,
        revenue_without_customer=of_file.revenue_without_customer,
        orders_without_revenue=of_file.orders_without_revenue,
        orders_fully_refunded=of_file.orders_fully_refunded,
        totals=reading.totals(snapshot),
        periods=reading.timeline(snapshot, of_file.unit),
        cohorts=[Cohort(**asdict(each)) for each in reading.cohorts(snapshot)],
    )


def of_customers_of(country: str, lines: pa.Table, whole: Report) -> Report:
    """A report of those customers alone whose first order came from there."""
    bought = ibis.memtable(lines.filter(pc.equal(lines["kind"], "purchase")))
    first = bought.group_by("customer").agg(country=bought.country.first(order_by=[bought["at"], bought.order_no]))
    own = first.filter(first.country == country).to_pyarrow()["customer"]
    return report(lines.filter(pc.is_in(lines["customer"], own)), as_of=whole.as_of, window_days=whole.window_days)


def test_the_console_shows_what_the_report_says(transactional_db: None, installation: Path, real_data: Path):
    path = real_data / "online_retail_II_2009_2010.parquet"
    found = cleaned(path)
    lines = found.lines.order_by("line_no").to_pyarrow()
    whole = report(lines)
    shop = Shop.objects.create(name="Gift shop", window_days=whole.window_days)
    brought_in(shop, path)

    snapshot = refresh(shop, now=NOW)

    assert console(snapshot, whole).to_json() == whole.to_json()
    units: tuple[Unit, ...] = ("quarter", "year")
    for unit in units:
        of_unit = report(lines, unit=unit, window_days=whole.window_days)
        assert reading.timeline(snapshot, unit) == of_unit.periods
    assert checking.check(shop) == []
    for country in COUNTRIES:
        same_figures(snapshot, Filters(country=country), of_customers_of(country, lines, whole))


def same_figures(snapshot: Snapshot, filters: Filters, alone: Report) -> None:
    """A filter's periods begin with the shop's history, and so does its warm-up; all that is counted is the same."""
    filtered, own = reading.totals(snapshot, filters), alone.totals
    for moment in ("first_order", "last_order"):
        assert getattr(filtered, moment) == getattr(own, moment).date()
    assert counted(asdict(filtered)) == counted(asdict(own))
    assert [asdict(each) for each in reading.cohorts(snapshot, filters)] == [asdict(each) for each in alone.cohorts]
    course = reading.timeline(snapshot, "month", filters)[-len(alone.periods) :]
    assert [period_counted(each) for each in course] == [period_counted(each) for each in alone.periods]


def period_counted(period: PeriodFigures) -> dict[str, object]:
    return counted(asdict(period))


def counted(figures: dict[str, object]) -> dict[str, object]:
    own = ("first_order", "last_order", "warm_up", "lost", "won_back", "retention_rate", "churn_rate")
    return {name: value for name, value in figures.items() if name not in own}
