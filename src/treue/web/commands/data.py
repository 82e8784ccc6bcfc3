"""`treue import …`: bring files in from the command line, as the pages do."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from treue.core import postgres
from treue.web.commands import folder
from treue.web.commands.failing import Failure, WrongUse, say
from treue.web.commands.speaking import spoken

if TYPE_CHECKING:
    from treue.core.jobs.models import Job
    from treue.listen.imports.models import Import

console = Console(stderr=True)
imports = typer.Typer(
    help="Bring orders, customers, products or acquisition costs in from a file.", no_args_is_help=True
)

File = Annotated[Path, typer.Argument(help="CSV, Excel or Parquet.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and do nothing.")]
Errors = Annotated[
    Path | None, typer.Option(metavar="FILE.csv", help="Write every row set aside there, with line and reason.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Write the result as JSON to standard output.")]
Sheet = Annotated[str | None, typer.Option(help="Sheet of an Excel workbook. Default: the first.")]
Language = Annotated[str | None, typer.Option(metavar="de|en", help="Default: the system's.")]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        metavar="FIELD=COLUMN",
        help="Which column a field is read from; FIELD= leaves the field out. Can be given several times.",
    ),
]
Column = Annotated[str | None, typer.Option(metavar="COLUMN", rich_help_panel="Columns, where the guess is wrong")]


@imports.callback()
def about() -> None:
    """Bring orders, customers, products or acquisition costs in from a file.

    The same file can be brought in again: nothing doubles.
    """


@imports.command()
def orders(
    file: File,
    dry_run: DryRun = False,
    errors: Errors = None,
    as_json: AsJson = False,
    sheet: Sheet = None,
    language: Language = None,
    column: Columns = None,
    customer: Column = None,
    email: Column = None,
    order: Column = None,
    time: Column = None,
    amount: Column = None,
    quantity: Column = None,
    price: Column = None,
    product: Column = None,
    category: Column = None,
    channel: Column = None,
    country: Column = None,
) -> None:
    """Orders, order lines and refunds."""
    named = {
        "customer": customer,
        "email": email,
        "order": order,
        "time": time,
        "amount": amount,
        "quantity": quantity,
        "price": price,
        "product": product,
        "category": category,
        "channel": channel,
        "country": country,
    }
    columns = {field: name for field, name in named.items() if name is not None}
    _bring_in("orders", file, dry_run, errors, as_json, sheet, language, columns | _columns(column))


@imports.command()
def customers(
    file: File,
    dry_run: DryRun = False,
    errors: Errors = None,
    as_json: AsJson = False,
    sheet: Sheet = None,
    language: Language = None,
    column: Columns = None,
) -> None:
    """Customers with their names and addresses."""
    _bring_in("customers", file, dry_run, errors, as_json, sheet, language, _columns(column))


@imports.command()
def products(
    file: File,
    dry_run: DryRun = False,
    errors: Errors = None,
    as_json: AsJson = False,
    sheet: Sheet = None,
    language: Language = None,
    column: Columns = None,
) -> None:
    """Products with their categories and costs."""
    _bring_in("products", file, dry_run, errors, as_json, sheet, language, _columns(column))


@imports.command()
def costs(
    file: File,
    dry_run: DryRun = False,
    errors: Errors = None,
    as_json: AsJson = False,
    sheet: Sheet = None,
    language: Language = None,
    column: Columns = None,
) -> None:
    """Acquisition costs by channel and month."""
    _bring_in("costs", file, dry_run, errors, as_json, sheet, language, _columns(column))


def _bring_in(
    what: str,
    file: Path,
    dry_run: bool,
    errors: Path | None,
    as_json: bool,
    sheet: str | None,
    language: str | None,
    columns: dict[str, str | None],
) -> None:
    folder.prepare(language)
    with spoken(language), postgres.running():
        _migrate()
        with _sentences():
            task = _take_in(what, file, sheet, columns)
            job = _queued(task, dry_run=dry_run)
        summary = _done(job)
        if errors is not None:
            _write_errors(task, errors)
        if dry_run:
            _discard(task)
        if as_json:
            json.dump(summary, sys.stdout, ensure_ascii=False, indent=2)
            sys.stdout.write("\n")
        else:
            _print(summary, dry_run=dry_run)
        if not dry_run:
            _see_figures(task)


def _migrate() -> None:
    from django.core.management import call_command

    with console.status("Bringing the database up to date …"):
        call_command("migrate", verbosity=0)


@contextmanager
def _sentences() -> Iterator[None]:
    from treue.core.jobs.errors import JobError
    from treue.listen.imports.errors import ImportProblem
    from treue.listen.imports.sentences import failure

    try:
        yield
    except (ImportProblem, JobError) as error:
        raise Failure(failure(error)) from error


def _take_in(what: str, file: Path, sheet: str | None, columns: dict[str, str | None]) -> "Import":
    from django.utils.translation import gettext as _

    from treue.core.shop.setup import ensure_shop
    from treue.listen.imports import errors, intake

    if not file.exists():
        raise errors.MissingFile(file)
    if not file.is_file():
        raise errors.NotAFile(file)
    shop = ensure_shop()
    if shop.is_demo:
        say(_("This brings the file into the demo shop. It will go when the demo shop is removed."), mark="!")
    try:
        return intake.take_in(
            shop=shop,
            what=what,
            name=file.name,
            blocks=intake.blocks_of(file),
            size=file.stat().st_size,
            sheet=sheet or "",
            columns=columns,
            complete=True,
        )
    except PermissionError as error:
        raise errors.UnreadableFile(file, error.strerror) from error


def _queued(task: "Import", *, dry_run: bool) -> "Job":
    from treue.listen.imports import importing, probing

    start = probing.start if dry_run else importing.start
    return start(task=task, by=None)


def _done(job: "Job") -> dict[str, object]:
    """The job's result, once it is over. Raises Failure where it failed."""
    from treue.core.jobs.models import Job
    from treue.core.jobs.wording import failure_of
    from treue.web.commands.working import see_through

    see_through(job)
    if job.state == Job.State.FAILED:
        raise Failure(failure_of(job))
    if job.state == Job.State.CANCELLED:
        raise KeyboardInterrupt
    return job.result


def _see_figures(task: "Import") -> None:
    """Wait for the figures that the import asked for. Raises Failure where there are none: what came in is in."""
    from django.utils.translation import gettext as _

    from treue.core.jobs.models import Job
    from treue.core.jobs.wording import failure_of
    from treue.understand.metrics.tasks import REFRESH
    from treue.web.commands.working import see_through

    task.refresh_from_db(fields=["batch"])
    job = Job.objects.filter(kind=REFRESH, arguments__batch_id=task.batch_id).latest("pk")
    see_through(job)
    if job.state != Job.State.DONE:
        reason = failure_of(job) or _("It was cancelled.")
        raise Failure(_("The file is in, but the figures were not computed anew. %(reason)s") % {"reason": reason})


def _discard(task: "Import") -> None:
    from treue.listen.imports import uploads

    uploads.discard(task)
    task.delete()


def _write_errors(task: "Import", path: Path) -> None:
    from django.utils.translation import get_language
    from django.utils.translation import gettext as _

    from treue.design import spreadsheet
    from treue.listen.imports import listing

    try:
        with path.open("wb") as file:
            for piece in spreadsheet.pieces(listing.head(), listing.rows(task), language=get_language() or "en"):
                file.write(piece)
    except OSError as error:
        raise Failure(
            _("The rows set aside cannot be written to %(path)s: %(reason)s.")
            % {"path": path, "reason": error.strerror}
        ) from error


def _print(summary: dict[str, object], *, dry_run: bool) -> None:
    from django.utils.translation import gettext as _

    from treue.listen.imports import sentences
    from treue.listen.imports.wording import reason

    console = Console(highlight=False, markup=False, soft_wrap=True)
    console.print(sentences.foreseen(summary) if dry_run else sentences.outcome(summary))
    if summary["set_aside"]:
        table = Table(box=None, padding=(0, 2, 0, 0), title=_("Rows set aside by reason"), title_justify="left")
        for label in (_("Reason"), _("Rows"), _("What helps")):
            table.add_column(label, justify="right" if label == _("Rows") else "left")
        for code, rows in sorted(summary["set_aside"].items(), key=lambda item: -item[1]):
            said = reason(code)
            table.add_row(said.name, sentences.count(rows), said.remedy)
        console.print(table)


def _columns(given: list[str] | None) -> dict[str, str | None]:
    columns: dict[str, str | None] = {}
    for text in given or ():
        field, equals, name = text.partition("=")
        if not equals or not field:
            raise WrongUse(f"--column is a field and its column such as customer=Kd-Nr, not “{text}”.")
        columns[field.strip()] = name.strip() or None
    return columns
