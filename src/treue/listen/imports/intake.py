"""Take a file in: keep it, look at how it is written, guess what its columns are. Nothing is imported yet."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from treue.core.shop.models import Shop
from treue.core.staff.models import User
from treue.listen.imports import uploads
from treue.listen.imports.columns import guess
from treue.listen.imports.errors import ImportProblem
from treue.listen.imports.failures import name_file
from treue.listen.imports.models import Import
from treue.listen.imports.reading import Source, open_source

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
            preview=_preview(source, rows) | {"doubts": {doubt.field: doubt.columns for doubt in mapping.doubts}},
            started_by=by,
        )
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, ImportProblem):
            name_file(error, name)
        raise


def blocks_of(path: Path) -> Iterable[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            yield block


def _preview(source: Source, rows: list[dict[str, str | None]]) -> dict[str, object]:
    return {
        "format": source.format,
        "encoding": source.encoding,
        "delimiter": source.delimiter,
        "sheet": source.sheet,
        "sheets": list(source.sheets),
        "columns": list(source.columns),
        "rows": [[_shown(row[column]) for column in source.columns] for row in rows[:ROWS_SHOWN]],
    }


def _shown(cell: str | None) -> str:
    """A cell as the preview keeps it; PostgreSQL's JSON holds no NUL."""
    return (cell or "").replace("\0", "␀")[:LONGEST_CELL]
