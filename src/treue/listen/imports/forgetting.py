"""Delete the uploaded files in which an erased customer stands.

A file could be rewritten without its rows about one person, but then it would be nobody's any more: neither what was
uploaded nor what its import counted. Whoever runs the shop has the original.
"""

import re
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from treue.core.customers.erasure import number_hash
from treue.core.customers.models import Erasure
from treue.core.jobs.work import Progress
from treue.listen.imports import uploads
from treue.listen.imports.errors import ImportProblem
from treue.listen.imports.failures import FileGone
from treue.listen.imports.models import Import
from treue.listen.imports.reading import Source, open_source
from treue.listen.imports.rows import BLANK, LINE_NO, UNREADABLE
from treue.listen.imports.standing import standing
from treue.listen.imports.turns import own_turn

WHOLE = re.compile(r"\d+\.0")  # how a spreadsheet ends up writing a whole number
BETWEEN_CELLS = re.compile(r"[,;\t|\"]+")


def run(erasure_id: int, progress: Progress) -> dict[str, object]:
    """Look through the shop's uploads, and note on the receipt how many were deleted. Safe to repeat.

    A file that an import or a dry run is about to read stays until the next look; `left` counts those.
    """
    receipt = Erasure.objects.filter(pk=erasure_id).first()
    if receipt is None:
        return {}  # gone with its shop
    with own_turn(receipt.shop_id, progress):
        kept = Import.objects.filter(shop=receipt.shop_id).exclude(stored_as="").select_related("job")
        found = [task for task in kept if holds(task, receipt)]
        left = [task for task in found if standing(task).moves]
        for task in found:
            if task not in left:
                uploads.discard(task)
        deleted = receipt.deleted.get(Erasure.UPLOADS, 0) + len(found) - len(left)
        if not left:
            Erasure.objects.filter(pk=receipt.pk).update(deleted=receipt.deleted | {Erasure.UPLOADS: deleted})
    return {"deleted": deleted, "left": len(left)}


def holds(task: Import, receipt: Erasure) -> bool:
    """Whether a cell or heading of an import's file is the erased number; also where that cannot be told."""
    try:
        source = open_source(uploads.path_of(task), sheet=task.sheet or None)
        return any(number_hash(receipt.shop_id, cell) == receipt.number_hash for cell in _cells(source))
    except (ImportProblem, FileGone):
        return True


def _cells(source: Source) -> Iterator[str]:
    """Every text that could be a customer's number, at most once a batch and column."""
    yield from source.columns
    for batch in source.batches():
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            if name == UNREADABLE:
                for text in pc.unique(column.drop_null()).to_pylist():
                    yield from BETWEEN_CELLS.split(text)
            elif name != LINE_NO and not pa.types.is_temporal(column.type):
                yield from map(_plain, pc.unique(column.drop_null()).to_pylist())


def _plain(cell: object) -> str:
    """As it would be stored: 13085.0 is the same customer as 13085."""
    text = str(cell).strip(BLANK)
    return text[:-2] if WHOLE.fullmatch(text) else text
