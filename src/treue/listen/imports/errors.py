"""What can be wrong with a file as a whole. The faces turn these facts into sentences.

A single bad row is no error: it is set aside under a reason and counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class ImportProblem(Exception):
    """Anything that keeps a file from being imported."""


@dataclass(eq=False)
class MissingFile(ImportProblem):
    path: Path


@dataclass(eq=False)
class NotAFile(ImportProblem):
    """A folder, a device: something that is there and cannot be read from start to end."""

    path: Path


@dataclass(eq=False)
class UnreadableFile(ImportProblem):
    """The file says what it is and then breaks that promise, or may not be read at all."""

    path: Path
    detail: str


@dataclass(eq=False)
class EmptyFile(ImportProblem):
    path: Path


@dataclass(eq=False)
class NoRows(ImportProblem):
    """A header, and nothing below it."""

    path: Path
    columns: Sequence[str]


@dataclass(eq=False)
class WrongType(ImportProblem):
    """The content is of a kind that is not read, whatever the name ends in.

    found: pdf, zip, gzip, xls, ods, html, xml, json, image, binary, workbook (an .xlsx without a sheet).
    """

    path: Path
    found: str


@dataclass(eq=False)
class PasswordProtected(ImportProblem):
    path: Path


@dataclass(eq=False)
class TooLarge(ImportProblem):
    """Unpacked, the file is larger than any honest one. size, limit: bytes."""

    path: Path
    size: int
    limit: int


@dataclass(eq=False)
class TooManyColumns(ImportProblem):
    columns: int
    limit: int


@dataclass(eq=False)
class DuplicateHeader(ImportProblem):
    """positions count from 1."""

    name: str
    positions: Sequence[int]


@dataclass(eq=False)
class NoHeader(ImportProblem):
    """The first row holds values, not names."""

    first_row: Sequence[str]


@dataclass(eq=False)
class UnknownSheet(ImportProblem):
    name: str
    available: Sequence[str]


@dataclass(eq=False)
class MissingColumn(ImportProblem):
    """No column was found for a field that is needed."""

    field: str
    available: Sequence[str]
    what: str = "orders"


@dataclass(eq=False)
class UnreadableColumn(ImportProblem):
    """The column of a field that is needed holds something else. values: a few that cannot be read."""

    field: str
    column: str
    values: Sequence[str]
    what: str = "orders"


@dataclass(eq=False)
class UnknownColumn(ImportProblem):
    """Somebody asked for a column that the file has not got."""

    name: str
    available: Sequence[str]


@dataclass(eq=False)
class UnknownField(ImportProblem):
    name: str
    available: Sequence[str]


@dataclass(eq=False)
class UnknownZone(ImportProblem):
    name: str
