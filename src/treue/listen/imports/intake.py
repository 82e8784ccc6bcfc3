"""Take a file in: keep it, look at how it is written, guess what its columns are. Nothing is imported yet."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from django.db import transaction

from treue.core.privacy import quoted
from treue.core.shop.models import Shop
from treue.core.staff.models import User
from treue.listen.imports import uploads
from treue.listen.imports.columns import Mapping as Columns
from treue.listen.imports.columns import guess
from treue.listen.imports.errors import ImportProblem
from treue.listen.imports.failures import MovedOn, name_file
from treue.listen.imports.models import Import
from treue.listen.imports.reading import Source, open_source
from treue.listen.imports.standing import held

BLOCK_BYTES = 1 << 20
ROWS_SHOWN = 10
LONGEST_CELL = 80


def take_in(
    *,
    shop: Shop,
    what: str,
    name: str,
    blocks: Iterable[bytes],
    size: int,
    sheet: str = "",
    columns: Mapping[str, str | None] | None = None,
    complete: bool = False,
    by: User | None = None,
) -> Import:
    """Keep a file's content and make an import of it that waits for its columns to be confirmed.

    columns: a column for a field, or None to leave the field out; the rest is guessed. complete: a field that is
    needed and not found is a problem. Raises ImportProblem and NotEnoughSpace; then nothing is kept.
    """
    uploads.require_space(size, Path(name).suffix)
    stored_as = uploads.keep(blocks, name)
    path = uploads.folder() / stored_as
    try:
        source = open_source(path, sheet=sheet or None)
        rows = source.sample()
        mapping = guess(source.columns, rows, what, overrides=columns)
        if complete:
            mapping.require()
        return Import.objects.create(
            shop=shop,
            what=what,
            file_name=name[-200:],
            stored_as=stored_as,
            size=path.stat().st_size,
            sheet=sheet,
            columns=dict(mapping.columns),
            preview=_preview(source, rows, mapping),
            started_by=by,
        )
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, ImportProblem):
            name_file(error, name)
        raise


def read_sheet(*, task: Import, sheet: str) -> None:
    """Look at another sheet of a workbook, and guess its columns. Raises ImportProblem, FileGone, MovedOn."""
    try:
        source = open_source(uploads.path_of(task), sheet=sheet or None)
    except ImportProblem as problem:
        name_file(problem, task.file_name)
        raise
    rows = source.sample()
    mapping = guess(source.columns, rows, task.what)
    with transaction.atomic():
        if not held(task).may_assign:
            raise MovedOn
        task.sheet, task.columns, task.probe = sheet, dict(mapping.columns), None
        task.preview = _preview(source, rows, mapping)
        task.save(update_fields=["sheet", "columns", "probe", "preview"])


def blocks_of(path: Path) -> Iterable[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block


def _preview(source: Source, rows: list[dict[str, str | None]], mapping: Columns) -> dict[str, object]:
    return {
        "format": source.format,
        "encoding": source.encoding,
        "delimiter": source.delimiter,
        "sheet": source.sheet,
        "sheets": list(source.sheets),
        "columns": list(source.columns),
        "unread": {one.field: [one.column, [_shown(text) for text in one.values]] for one in mapping.unread},
        "doubts": {doubt.field: list(doubt.columns) for doubt in mapping.doubts},
        "rows": [[_shown(row[column]) for column in source.columns] for row in rows[:ROWS_SHOWN]],
    }


def _shown(cell: str | None) -> str:
    """A cell as the preview keeps it; PostgreSQL's JSON holds no NUL."""
    return quoted((cell or "").replace("\0", "␀"), LONGEST_CELL)
