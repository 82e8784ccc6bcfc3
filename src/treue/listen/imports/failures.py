"""What can keep an import from being run or undone, beyond what is wrong with the file (`errors`)."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import psycopg
from django.db import Error as DatabaseError

from treue.core.jobs.errors import JobError
from treue.listen.imports.errors import ImportProblem


class FileRefused(JobError):
    """The file cannot be imported. problem: which of `errors`; the other facts are its attributes."""

    def __init__(self, problem: ImportProblem) -> None:
        self.problem = type(problem).__name__
        for name, value in vars(problem).items():
            setattr(self, name, _plain(value))


class NotEnoughSpace(JobError):
    """The disk has less room than the work would need. needed, free: bytes."""

    def __init__(self, *, needed: int, free: int) -> None:
        self.needed = needed
        self.free = free


class UploadTooLarge(JobError):
    """More than may be uploaded through a page. size, limit: bytes."""

    def __init__(self, *, size: int, limit: int) -> None:
        self.size = size
        self.limit = limit


class DiskFull(JobError):
    """The disk filled up in the middle; what had been written was taken back."""


class FileGone(JobError):
    """The uploaded file was deleted, as all are after thirty days, and those that name an erased person at once."""


class NothingUsable(JobError):
    """The dry run found nothing in the file that an import could use."""


class MovedOn(JobError):
    """Somebody, perhaps with a second click, was quicker: the import stands differently than was thought."""


class ReplacedLater(JobError):
    """A later import replaced orders of this one, so it has to be undone first."""

    def __init__(self, *, import_id: int, file_name: str) -> None:
        self.import_id = import_id
        self.file_name = file_name


def _plain(value: object) -> object:
    if isinstance(value, Path):
        return value.name
    return value if isinstance(value, str | int | float) else list(value)


def name_file(problem: ImportProblem, name: str) -> None:
    """Let a problem speak of the file as its owner calls it, and not of where it is kept."""
    if hasattr(problem, "path"):
        problem.path = Path(name)


@contextmanager
def named_failures(file_name: str) -> Iterator[None]:
    """Problems of the file and a full disk come out as failures of the job."""
    try:
        yield
    except ImportProblem as problem:
        name_file(problem, file_name)
        raise FileRefused(problem) from problem
    except (OSError, DatabaseError, duckdb.Error) as error:
        if _is_disk_full(error):
            raise DiskFull from error
        raise


def _is_disk_full(error: BaseException) -> bool:
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    if isinstance(error, duckdb.Error):
        return "No space left" in str(error)
    return isinstance(error.__cause__, psycopg.errors.DiskFull)
