"""`treue import …`: bring files in from the command line, as the pages do."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from treue.core import postgres
from treue.web.commands import folder, output, usable
from treue.web.commands.failing import FULL, Failure, WrongUse, say
from treue.web.commands.speaking import said, spoken

if TYPE_CHECKING:
    from treue.core.jobs.models import Job
    from treue.listen.imports.models import Import

console = Console(stderr=True)
imports = typer.Typer(
    help="Bring orders, customers, products or acquisition costs in from a file.", no_args_is_help=True
)

File = Annotated[Path, typer.Argument(help="CSV, Excel or Parquet.", readable=False)]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and do nothing.")]
Errors = Annotated[
    Path | None,
    typer.Option(metavar="FILE.csv", help="Write every row set aside there, with line and reason.", readable=False),
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
        if errors is not None:
            output.require_another(errors, file, "--errors")
            with _rows_at(errors):
                output.require_place(errors)
        _migrate()
        with _sentences():
            task = _take_in(what, file, sheet, columns)
            job = _queued(task, dry_run=dry_run)
        with _left_behind(task, job, dry_run=dry_run):
            summary = _done(job)
            steps = [lambda: _tell(task, summary, as_json=as_json, dry_run=dry_run)]
            if errors is not None:
                steps.append(lambda: _write_errors(task, errors))
            if not dry_run:
                steps.append(lambda: _see_figures(task))
            steps.append(lambda: _require_used(file, summary))
            _take_each(steps)


def _take_each(steps: Sequence[Callable[[], None]]) -> None:
    """Take every step, whatever becomes of those before it. Raises the last failure; the others are said."""
    failures: list[Failure | OSError] = []
    for step in steps:
        try:
            step()
        except (Failure, OSError) as failure:
            failures.append(failure)
    for failure in failures[:-1]:
        say(str(failure))
    if failures:
        raise failures[-1]


def _migrate() -> None:
    from django.core.management import call_command

    with console.status(said("Bringing the database up to date …")):
        call_command("migrate", verbosity=0)


@contextmanager
def _sentences() -> Iterator[None]:
    from treue.core.jobs.errors import JobError
    from treue.listen.imports.errors import ImportProblem
    from treue.listen.imports.failures import DiskFull
    from treue.listen.imports.sentences import failure

    try:
        yield
    except (ImportProblem, JobError) as error:
        raise Failure(failure(error)) from error
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise Failure(failure(DiskFull())) from error


def _take_in(what: str, file: Path, sheet: str | None, columns: dict[str, str | None]) -> "Import":
    from django.utils.translation import gettext as _

    from treue.core.shop.setup import ensure_shop
    from treue.listen.imports import intake

    size = _size(file)
    shop = ensure_shop()
    if shop.is_demo:
        say(_("This brings the file into the demo shop. It will go when the demo shop is removed."), mark="!")
    return intake.take_in(
        shop=shop,
        what=what,
        name=file.name,
        blocks=intake.blocks_of(file),
        size=size,
        sheet=sheet or "",
        columns=columns,
        complete=True,
    )


def _size(file: Path) -> int:
    """The size of a file that can be read, bytes. Raises ImportProblem."""
    from treue.listen.imports import errors

    try:
        if not file.exists():
            raise errors.MissingFile(file)
        if not file.is_file():
            raise errors.NotAFile(file)
        with file.open("rb"):
            return file.stat().st_size
    except OSError as error:
        raise errors.UnreadableFile(file, error.strerror or str(error)) from error


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


@contextmanager
def _left_behind(task: "Import", job: "Job", *, dry_run: bool) -> Iterator[None]:
    """An import stays with its file, to be looked at and undone; of a dry run nothing stays, however it ends."""
    from treue.listen.imports import uploads
    from treue.web.commands.working import OVER

    try:
        yield
    finally:
        if dry_run:
            job.refresh_from_db()
            if job.state in OVER:  # else somebody is still reading the file
                uploads.discard(task)
                task.delete()


def _rows_at(path: Path) -> AbstractContextManager[None]:
    from django.utils.translation import gettext as _

    return output.named(path, _("The rows set aside cannot be written to %(path)s: %(reason)s."))


def _write_errors(task: "Import", path: Path) -> None:
    from django.utils.translation import get_language

    from treue.design import spreadsheet
    from treue.listen.imports import listing

    with _rows_at(path):
        output.write(path, spreadsheet.pieces(listing.head(), listing.rows(task), language=get_language() or "en"))


def _tell(task: "Import", summary: dict[str, object], *, as_json: bool, dry_run: bool) -> None:
    from treue.web.commands.telling import print_result

    with output.printed():
        if as_json:
            json.dump(summary, sys.stdout, ensure_ascii=False, indent=2)
            sys.stdout.write("\n")
        else:
            print_result(task, summary, dry_run=dry_run)


def _require_used(file: Path, summary: dict[str, object]) -> None:
    counts = {"read": summary["rows_read"], "used": summary["rows_used"], "set_aside": summary["set_aside"]}
    usable.require_used(file.name, **counts)


def _columns(given: list[str] | None) -> dict[str, str | None]:
    columns: dict[str, str | None] = {}
    for text in given or ():
        field, equals, name = text.partition("=")
        if not equals or not field:
            sentence = said("--column is a field and its column such as customer=Kd-Nr, not “%(text)s”.")
            raise WrongUse(sentence % {"text": text})
        columns[field.strip()] = name.strip() or None
    return columns
