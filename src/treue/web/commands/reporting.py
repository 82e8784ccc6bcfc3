"""`treue report`: from a file of orders to its figures, without a database."""

import json
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from treue.web.commands import output, usable
from treue.web.commands.failing import WrongUse, file_problems, say
from treue.web.commands.speaking import spoken

if TYPE_CHECKING:
    from treue.understand.metrics.reports.analysis import Analysis, Wishes

console = Console(stderr=True)
LONGEST_WINDOW = 36_525  # days: a hundred years
UNITS = ("month", "quarter", "year")
COLUMNS = (
    "customer", "order", "time", "amount", "quantity", "price", "product", "category", "channel", "country",
)  # fmt: skip

Column = Annotated[str | None, typer.Option(metavar="COLUMN", rich_help_panel="Columns, where the guess is wrong")]
# Typer would refuse what cannot be read as wrong use, in English; we say it ourselves.
File = Annotated[Path, typer.Argument(help="Orders or order lines as CSV, Excel or Parquet.", readable=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON to standard output and no page.")]
Out = Annotated[Path, typer.Option(help="Where to write the page.", readable=False)]
Period = Annotated[str, typer.Option(metavar="month|quarter|year", help="Length of the periods.")]
Window = Annotated[
    int | None,
    typer.Option(metavar="DAYS", help="How long after an order someone is a customer. Default: fits the history."),
]
AsOf = Annotated[
    str | None,
    typer.Option(metavar="DATE", help="Last day included, as 2026-11-22. Default: the last order's day."),
]
Sheet = Annotated[str | None, typer.Option(help="Sheet of an Excel workbook. Default: the first.")]
Zone = Annotated[str, typer.Option(help="The shop's time zone.")]
Currency = Annotated[str | None, typer.Option(help="The shop's currency. Default: the most frequent one.")]
Rates = Annotated[
    list[str] | None, typer.Option(metavar="USD=0.92", help="What one unit of another currency is worth.")
]
NonProducts = Annotated[
    list[str] | None, typer.Option(metavar="CODE", help="An item code that is no product, such as postage.")
]
DropDuplicates = Annotated[bool, typer.Option("--drop-duplicates", help="Set equal lines of one order aside.")]
Language = Annotated[str | None, typer.Option(metavar="de|en", help="Default: the system's.")]


def report(
    context: typer.Context,  # holds all that is asked for; the parameters are there for typer to offer them
    file: File,
    as_json: AsJson = False,
    out: Out = Path("report.html"),
    period: Period = "month",
    window: Window = None,
    as_of: AsOf = None,
    customer: Column = None,
    order: Column = None,
    time: Column = None,
    amount: Column = None,
    quantity: Column = None,
    price: Column = None,
    product: Column = None,
    category: Column = None,
    channel: Column = None,
    country: Column = None,
    sheet: Sheet = None,
    zone: Zone = "Europe/Berlin",
    currency: Currency = None,
    rate: Rates = None,
    non_product: NonProducts = None,
    drop_duplicates: DropDuplicates = False,
    language: Language = None,
) -> None:
    """Say who stays and who leaves, straight from a file of orders.

    Writes a page with everything inside, or JSON. No database and no installation is needed.
    """
    with spoken(language):
        wishes = _wishes(context.params)
        if not as_json:
            output.require_another(out, file, "--out")
            with _page_at(out):
                output.require_place(out)
        analysis = _analyse(file, wishes)
        if as_json:
            _say_doubts(analysis)
            _print_json(analysis)
        _require_used(analysis)
        if not as_json:
            _write_page(analysis, out)


def _wishes(asked: Mapping[str, Any]) -> "Wishes":
    from treue.understand.metrics.reports.analysis import Wishes

    return Wishes(
        unit=_unit(asked["period"]),
        window_days=_window(asked["window"]),
        as_of=_day(asked["as_of"]),
        columns={field: asked[field] for field in COLUMNS if asked[field] is not None},
        sheet=asked["sheet"],
        zone=asked["zone"],
        currency=asked["currency"].upper() if asked["currency"] else None,
        rates=dict(_rate(text) for text in asked["rate"] or ()),
        non_products=tuple(asked["non_product"] or ()),
        drop_duplicates=asked["drop_duplicates"],
    )


def _analyse(file: Path, wishes: "Wishes") -> "Analysis":
    from django.utils.translation import gettext as _

    from treue.understand.metrics.reports.analysis import analyse

    with file_problems(), console.status(_("Reading %(name)s …") % {"name": file.name}):
        return analyse(file, wishes, now=datetime.now().astimezone())


def _say_doubts(analysis: "Analysis") -> None:
    from treue.understand.metrics.reports import datause

    for doubt in datause.doubts(analysis):
        say(doubt, mark="!")


def _print_json(analysis: "Analysis") -> None:
    with output.printed():
        json.dump(analysis.report.to_json(), sys.stdout, ensure_ascii=False, indent=2, allow_nan=False)
        sys.stdout.write("\n")


def _require_used(analysis: "Analysis") -> None:
    """A page about nothing would only take the place of an older one."""
    found = analysis.report
    name = analysis.source.path.name
    usable.require_used(name, read=found.rows_read, used=found.rows_used, set_aside=found.set_aside)


def _write_page(analysis: "Analysis", out: Path) -> None:
    from treue.understand.metrics.reports.report import to_html
    from treue.web.commands.summary import print_summary

    page = to_html(analysis)
    with _page_at(out):
        output.write(out, [page.encode()])
    with output.printed():
        print_summary(analysis, out)


def _page_at(path: Path) -> AbstractContextManager[None]:
    from django.utils.translation import gettext as _

    return output.named(path, _("The report cannot be written to %(path)s: %(reason)s."))


# What was asked for


def _unit(period: str) -> str:
    from django.utils.translation import gettext as _

    if period not in UNITS:
        raise WrongUse(_("--period is month, quarter or year, not “%(given)s”.") % {"given": period})
    return period


def _window(days: int | None) -> int | None:
    from django.utils.translation import gettext as _

    if days is not None and not 1 <= days <= LONGEST_WINDOW:
        raise WrongUse(
            _("--window is a number of days from 1 to %(most)s, not %(given)s.")
            % {"most": LONGEST_WINDOW, "given": days}
        )
    return days


def _day(text: str | None) -> date | None:
    from django.utils.translation import gettext as _

    try:
        day = None if text is None else date.fromisoformat(text)
        if day and day.year == date.max.year:
            raise ValueError(day)  # nothing can be counted up to its end
        return day
    except ValueError as error:
        raise WrongUse(_("--as-of is a day such as 2026-11-22, not “%(given)s”.") % {"given": text}) from error


def _rate(text: str) -> tuple[str, Decimal]:
    from django.utils.translation import gettext as _

    code, _separator, number = text.partition("=")
    try:
        rate = Decimal(number)
    except InvalidOperation:
        rate = Decimal(0)
    if len(code) != 3 or not code.isalpha() or not rate.is_finite() or rate <= 0:
        raise WrongUse(_("--rate is a currency and its value such as USD=0.92, not “%(given)s”.") % {"given": text})
    return code.upper(), rate
