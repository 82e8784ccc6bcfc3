"""Delete the uploaded files in which an erased customer stands, whether they were uploaded before the erasure or after.

A file could be rewritten without its rows about one person, but then it would be nobody's any more: neither what was
uploaded nor what its import counted. Whoever runs the shop has the original.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction
from django.db.models import Q

from treue.core.customers.erased import number_hash
from treue.core.customers.models import Erasure
from treue.core.jobs.work import Progress
from treue.listen.imports import uploads
from treue.listen.imports.errors import ImportProblem
from treue.listen.imports.failures import FileGone
from treue.listen.imports.models import Import, SetAside
from treue.listen.imports.reading import Source, open_source
from treue.listen.imports.reasons import UNREADABLE_ROW
from treue.listen.imports.rows import BLANK, LINE_NO, UNREADABLE
from treue.listen.imports.standing import held, standing
from treue.listen.imports.turns import own_turn

WHOLE = re.compile(r"\d+\.0")  # how a spreadsheet ends up writing a whole number
BETWEEN_CELLS = re.compile(r"[,;\t|\"]+")
NAMES_A_CUSTOMER = ("customer", "number", "email")  # fields
CUT_AT = 200  # characters, of what a row set aside quotes
TIME_TO_IMPORT = timedelta(days=1)
COME_TO_NOTHING = (Import.State.MAPPING, Import.State.FAILED, Import.State.CANCELLED)


def run(erasure_id: int, progress: Progress) -> dict[str, object]:
    """Look through the shop's uploads, and note on the receipt how many were deleted. Safe to repeat.

    A file that an import or a dry run is about to read stays until the next look; `left` counts those.
    """
    receipt = Erasure.objects.filter(pk=erasure_id).first()
    if receipt is None:
        return {}  # gone with its shop
    with own_turn(receipt.shop_id, progress):
        kept = Import.objects.filter(shop=receipt.shop_id).exclude(stored_as="").select_related("job")
        found = [task for task in kept if holds(task, {receipt.number_hash})]
        left = [task for task in found if standing(task).moves]
        for task in found:
            if task not in left:
                uploads.discard(task)
        deleted = receipt.deleted.get(Erasure.UPLOADS, 0) + len(found) - len(left)
        if not left:
            Erasure.objects.filter(pk=receipt.pk).update(deleted=receipt.deleted | {Erasure.UPLOADS: deleted})
    return {"deleted": deleted, "left": len(left)}


def let_go(task: Import) -> None:
    """Delete the copy of a file of which rows were refused as an erased person's; its counts and other rows stay.

    A row set aside for another reason keeps its place and loses its quotation where that names an erased customer, or
    was cut and could have named one.
    """
    erased = set(Erasure.objects.filter(shop=task.shop_id).values_list("number_hash", flat=True))
    headings = [heading for field, heading in task.columns.items() if field in NAMES_A_CUSTOMER]
    quoting = SetAside.objects.filter(Q(reason=UNREADABLE_ROW) | Q(column__in=headings), of=task).exclude(value="")
    naming = [
        row.pk
        for row in quoting.iterator()
        if len(row.value) >= CUT_AT or _names(task.shop_id, BETWEEN_CELLS.split(row.value), erased)
    ]
    with transaction.atomic():
        SetAside.objects.filter(pk__in=naming).update(value="")
        uploads.discard_copy(task)


def let_go_of_abandoned(now: datetime) -> int:
    """Delete files that name somebody who had been erased when they came, and of which nothing came; returns how many.

    A dry run and a failed import leave the copy to the import that may follow; a day is time enough for that.
    """
    lately = now - TIME_TO_IMPORT
    kept = Import.objects.filter(state__in=COME_TO_NOTHING, created_at__lt=lately).exclude(stored_as="")
    deleted = 0
    for task in kept.exclude(job__finished_at__gt=lately):
        receipts = Erasure.objects.filter(shop=task.shop_id, erased_at__lt=task.created_at)
        erased = set(receipts.values_list("number_hash", flat=True))
        if erased and holds(task, erased):
            with transaction.atomic():
                if not held(task).moves and task.state in COME_TO_NOTHING:
                    uploads.discard(task)
                    deleted += 1
    return deleted


def holds(task: Import, erased: Collection[str]) -> bool:
    """Whether a cell or heading of an import's file has one of these hashes; also where that cannot be told."""
    try:
        source = open_source(uploads.path_of(task), sheet=task.sheet or None)
        return _names(task.shop_id, _cells(source), erased)
    except (ImportProblem, FileGone):
        return True


def _names(shop_id: int, cells: Iterable[object], erased: Collection[str]) -> bool:
    return any(number_hash(shop_id, number) in erased for cell in cells for number in _numbers(cell))


def _cells(source: Source) -> Iterator[object]:
    """Every text that could be a customer's number, at most once a batch and column."""
    yield from source.columns
    for batch in source.batches():
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            if name == UNREADABLE:
                for text in pc.unique(column.drop_null()).to_pylist():
                    yield from BETWEEN_CELLS.split(text)
            elif name != LINE_NO and not pa.types.is_temporal(column.type):
                yield from pc.unique(column.drop_null()).to_pylist()


def _numbers(cell: object) -> Iterator[str]:
    """What customer's number it could be stored as: 13085.0 is 13085, and an address stands for who has no number."""
    text = str(cell).strip(BLANK)
    yield text[:-2] if WHOLE.fullmatch(text) else text
    if "@" in text:
        yield text.lower()
