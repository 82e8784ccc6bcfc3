"""Excel workbooks: cells become text, dates in ISO form, a formula the value it had when it was saved."""

import struct
import warnings
import weakref
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from xml.etree.ElementTree import ParseError

import pyarrow as pa
from openpyxl import load_workbook
from openpyxl.utils.exceptions import CellCoordinatesException, InvalidFileException

from . import heading, rows
from .errors import EmptyFile, UnknownSheet, UnreadableFile, WrongType
from .source import Progress, Source

ROWS_AT_ONCE = 10_000
ROWS_OF_A_SHEET = 1 << 20  # as many as Excel itself can hold
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    struct.error,
    CellCoordinatesException,
    InvalidFileException,
    OSError,
    EOFError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)  # openpyxl meets a damaged part of a workbook with whatever exception lies nearest
Line = tuple[int, rows.Cells]


class Excel(Source):
    """One sheet of a workbook, opened, its heading read."""

    format = "excel"
    sheet: str

    def __init__(self, path: Path, *, sheet: str | None, column_limit: int) -> None:
        super().__init__(path)
        with self._naming_damage():
            # Given a path, openpyxl looks at its ending and refuses workbooks that are called otherwise.
            file = path.open("rb")
            weakref.finalize(self, file.close)
            self._workbook = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        self.sheets = tuple(found.title for found in self._workbook.worksheets)
        if not self.sheets:
            raise WrongType(path, "workbook")
        if sheet is not None and sheet not in self.sheets:
            raise UnknownSheet(sheet, self.sheets)
        self.sheet, head = self._head_of(sheet, column_limit + 1)
        at = heading.find_heading([cells for _, cells in head])
        if at is None:
            raise EmptyFile(path)
        self._heading_line, cells = head[at]
        self.columns = heading.column_names(_without_empty_end(cells), limit=column_limit)

    def batches(self, progress: Progress | None = None) -> Iterator[pa.RecordBatch]:
        expected = self._workbook[self.sheet].max_row or ROWS_OF_A_SHEET
        for found in self._lines(self.sheet, len(self.columns)):
            below = [(line, cells) for line, cells in found if line > self._heading_line]
            if below:
                yield rows.text_batch(below, len(self.columns))
            if progress:
                progress(min(1.0, found[-1][0] / expected))

    def _head_of(self, sheet: str | None, width: int) -> tuple[str, list[Line]]:
        """The first rows of the sheet asked for, else of the first one that is not empty."""
        for title in [sheet] if sheet else self.sheets:
            head = next(self._lines(title, width, at_once=heading.LOOK_AT_ROWS), [])
            if any(cell for _, cells in head for cell in cells):
                return title, head
        return sheet or self.sheets[0], []

    def _lines(self, sheet: str, width: int, *, at_once: int = ROWS_AT_ONCE) -> Iterator[list[Line]]:
        """Rows with their numbers, some at once. The size a sheet claims to have is often wrong."""
        cells = self._workbook[sheet].iter_rows(1, ROWS_OF_A_SHEET, 1, width, values_only=True)
        numbered = enumerate(cells, start=1)
        while found := self._next_lines(numbered, at_once):
            yield found

    def _next_lines(self, numbered: Iterator[tuple[int, Sequence[object]]], at_once: int) -> list[Line]:
        with self._naming_damage():
            return [(line, [rows.as_text(cell) for cell in cells]) for line, cells in islice(numbered, at_once)]

    @contextmanager
    def _naming_damage(self) -> Iterator[None]:
        """openpyxl also warns of parts that it leaves out (validation, styles); none of them is data."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                yield
            except DAMAGE as problem:
                raise UnreadableFile(self.path, str(problem)) from problem


def _without_empty_end(cells: Sequence[str | None]) -> list[str]:
    filled = [place for place, cell in enumerate(cells, start=1) if cell and cell.strip()]
    return [cell or "" for cell in cells[: max(filled, default=0)]]
