"""Uploaded files: kept in the installation for thirty days, so that an import can be tried again."""

import os
import secrets
import shutil
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from treue.core.home import home
from treue.listen.imports.failures import FileGone, NotEnoughSpace, UploadTooLarge
from treue.listen.imports.models import Import, SetAside

DAYS_KEPT = 30
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".parquet")
# What a file grows to in PostgreSQL's tables and indexes, and in scratch. As measured in an empty shop, a CSV of 137 kB
# needed 2 MB in all, one of 1.6 MB 30 MB, and one of 16.9 MB 270 MB: 100 MB in tables, 150 MB in the journal.
GROWTH = {".parquet": 40, ".xlsx": 25}
USUAL_GROWTH = 6
JOURNAL_FOR_ROWS = 1.5
LARGEST_JOURNAL = 2 << 30  # PostgreSQL reuses what is older (max_wal_size in core.postgres)
ROOM_TO_BREATHE = 64 << 20  # two more files of the journal, 16 MB each, and as much for figures and profiles


def folder() -> Path:
    return home() / "uploads"


def path_of(task: Import) -> Path:
    """Where the import's file lies. Raises FileGone."""
    path = folder() / task.stored_as
    if not task.stored_as or not path.is_file():
        raise FileGone
    return path


def require_space(size: int, ending: str = "") -> None:
    """Raises NotEnoughSpace where a file of this size could not be imported. Unknown endings count as CSV."""
    rows = size * GROWTH.get(ending.lower(), USUAL_GROWTH)
    journal = min(int(rows * JOURNAL_FOR_ROWS), LARGEST_JOURNAL)
    needed = size + rows + journal + _size_of_lake() + ROOM_TO_BREATHE
    free = shutil.disk_usage(home()).free
    if needed > free:
        raise NotEnoughSpace(needed=needed, free=free)


def _size_of_lake() -> int:
    """Files of the lake are written beside the former ones, at worst all of them; one may go while we look."""
    size = 0
    for place, _folders, files in os.walk(home() / "lake"):
        for name in files:
            with suppress(FileNotFoundError):
                size += Path(place, name).stat().st_size
    return size


def require_acceptable(size: int) -> None:
    """Raises UploadTooLarge or NotEnoughSpace for what may not be uploaded through a page."""
    if size > settings.UPLOAD_LIMIT:
        raise UploadTooLarge(size=size, limit=settings.UPLOAD_LIMIT)
    require_space(size)


def keep(blocks: Iterable[bytes], name: str) -> str:
    """Store a file's content under a name that nobody can guess; returns it. Nothing is left where that fails.

    The ending is kept (reading looks at the content, but a person in the folder looks at the name).
    """
    ending = Path(name).suffix.lower()
    stored_as = secrets.token_urlsafe(24) + (ending if ending in ENDINGS else "")
    path = folder() / stored_as
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for block in blocks:
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return stored_as


def discard(task: Import) -> None:
    """Delete an import's file and everything that shows its rows; the counts stay."""
    if task.stored_as:
        (folder() / task.stored_as).unlink(missing_ok=True)
    SetAside.objects.filter(of=task)._raw_delete(SetAside.objects.db)
    Import.objects.filter(pk=task.pk).update(stored_as="", preview={})


def discard_copy(task: Import) -> None:
    """Delete an import's file and its first rows with the surrounding transaction; the rows set aside stay."""
    path = folder() / task.stored_as
    if task.stored_as:
        transaction.on_commit(lambda: path.unlink(missing_ok=True))  # one left by a crash is an orphan, see below
    task.stored_as, task.preview = "", {}
    task.save(update_fields=["stored_as", "preview"])


def discard_old() -> int:
    """Discard what was uploaded more than thirty days ago, and what killed processes left; returns how many."""
    oldest = timezone.now() - timedelta(days=DAYS_KEPT)
    old = Import.objects.filter(~Q(stored_as=""), created_at__lt=oldest).exclude(state=Import.State.RUNNING)
    for task in old:
        discard(task)
    return len(old) + _discard_orphans()


def _discard_orphans() -> int:
    """Files that belong to no import, and scratch of a day ago."""
    known = set(Import.objects.exclude(stored_as="").values_list("stored_as", flat=True))
    yesterday = (timezone.now() - timedelta(days=1)).timestamp()
    places = [path for path in folder().iterdir() if path.name not in known]
    places += (home() / "tmp").iterdir()
    orphans = [path for path in places if path.stat().st_mtime < yesterday]
    for path in orphans:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(orphans)
