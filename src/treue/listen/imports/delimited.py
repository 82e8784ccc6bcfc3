"""CSV in its dialects, row by row with physical line numbers, however dirty.

Two readers share the work. Arrow's parser reads some millions of rows a second but says nothing of line
numbers; its result is taken only where every line of a block is one whole row. Any other block (line breaks
inside quotes, too many cells, stray bytes) goes to Python's csv module, which is told where each row began.
Both give the same rows; a property test holds them to it.
"""

import codecs
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, takewhile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv

from . import heading, rows
from .careful import Record, take_apart
from .encodings import BLOCK_BYTES, encoding_of, utf8_blocks
from .errors import EmptyFile
from .source import Progress, Source

DELIMITERS = (";", ",", "\t", "|")
HEAD_BYTES = 256 << 10
LOOK_AT_LINES = 100
LONGEST_LINE = 1 << 20
BYTES_OF_A_CHARACTER = 4  # at most, in UTF-8
SEPARATOR_HINT = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # the first line of files made for Excel


class Delimited(Source):
    """A CSV file, opened: encoding and dialect are known, the heading is read."""

    format = "csv"
    encoding: str
    delimiter: str

    def __init__(self, path: Path, *, column_limit: int) -> None:
        super().__init__(path)
        self.encoding = encoding_of(path)
        head = next(self._blocks(), b"")[:HEAD_BYTES].decode("utf-8", "ignore")
        hint = SEPARATOR_HINT.match(head)
        everything = split_lines(head)
        blank = takewhile(lambda line: not line.strip(rows.BLANK), everything[1:] if hint else everything)
        skipped = bool(hint) + sum(1 for _ in blank)
        lines = everything[skipped : skipped + LOOK_AT_LINES]
        self.delimiter = hint[1] if hint else delimiter_of(lines)
        records, _ = take_apart(lines, self.delimiter, at_end=True)
        at = heading.find_heading([record.cells or [] for record in records])
        if at is None:
            raise EmptyFile(path)
        self._heading_lines = skipped + records[at].line + records[at].lines
        self.columns = heading.column_names(records[at].cells or [], limit=column_limit)

    def batches(self, progress: Progress | None = None) -> Iterator[pa.RecordBatch]:
        line, rest = self._heading_lines + 1, b""
        for place, block in enumerate(chain(self._body(), [None]), start=1):
            text, rest = whole_lines(rest + (block or b""), at_end=block is None)
            found = self._arrow_rows(text, line)
            if found is not None:
                yield found
                line += _count(text, b"\n")
            else:
                records, unused = self._careful_rows(text, line, at_end=block is None)
                yield from records
                line += _count(text, b"\n") - _count(unused, b"\n")
                rest = unused + rest
            if progress:
                progress(min(1.0, place * BLOCK_BYTES / self.size))

    def _blocks(self) -> Iterator[bytes]:
        for place, block in enumerate(utf8_blocks(self.path, self.encoding)):
            if place == 0:
                ends_with_returns = b"\n" not in block  # as old Macs did
            yield block.replace(b"\r", b"\n") if ends_with_returns else block

    def _body(self) -> Iterator[bytes]:
        """The text below the heading, which lies within the first block."""
        for place, block in enumerate(self._blocks()):
            yield block if place else b"\n".join(block.split(b"\n")[self._heading_lines :])

    def _arrow_rows(self, text: bytes, first_line: int) -> pa.RecordBatch | None:
        """The rows of a block in which each line is one row, else None.

        Arrow forgives a quote that is still open at the end of the block, so the last line is tried by itself.
        """
        lines = _count(text, b"\n") + (not text.endswith(b"\n"))
        last = text[text.rfind(b"\n", 0, -1) + 1 :].decode("utf-8", "replace")
        if b"\0" in text or (b"\r" in text and _lone_returns(text)) or not _whole(last, self.delimiter):
            return None
        if text.startswith(codecs.BOM_UTF8):  # Arrow would take it for the file's own, and it is a cell's
            return None
        wrong: list[int] = []
        try:
            table = arrow_csv.read_csv(pa.BufferReader(text), *self._arrow_options(len(text), on_wrong=wrong.append))
        except pa.ArrowInvalid:
            return None
        if wrong or table.num_rows != lines:
            return None
        cells = [column.combine_chunks() for column in table.columns]
        return rows.batch(pa.array(np.arange(first_line, first_line + lines)), cells)

    def _arrow_options(self, size: int, *, on_wrong: Callable[[int], None]) -> tuple[Any, Any, Any]:
        names = rows.names(len(self.columns))

        def skip(row: arrow_csv.InvalidRow) -> str:
            on_wrong(row.actual_columns)
            return "skip"

        return (
            arrow_csv.ReadOptions(use_threads=False, block_size=size + 1, column_names=names),
            arrow_csv.ParseOptions(
                delimiter=self.delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=skip,
            ),
            arrow_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
        )

    def _careful_rows(self, text: bytes, first_line: int, *, at_end: bool) -> tuple[list[pa.RecordBatch], bytes]:
        """The rows of any block, and the text of a row that goes on in the next one."""
        lines = split_lines(text.decode("utf-8", "replace"))
        records, used = take_apart(lines, self.delimiter, at_end=at_end)
        width = len(self.columns)
        good: list[tuple[int, rows.Cells]] = []
        malformed: list[tuple[int, str]] = []
        for record in records:
            if fitting := _fit(record, width):
                good.append((first_line + record.line, fitting))
            elif record.cells is None or any(cell.strip(rows.BLANK) for cell in record.cells):
                raw = "".join(lines[record.line : record.line + record.lines])
                malformed.append((first_line + record.line, raw))
        batches = [
            rows.text_batch(good, width),
            rows.malformed_batch(malformed, width),
        ]
        return [batch for batch in batches if batch.num_rows], "".join(lines[used:]).encode()


def _count(text: bytes, byte: bytes) -> int:
    """As bytes.count, which is ten times as slow where the byte is frequent."""
    return int(np.count_nonzero(np.frombuffer(text, np.uint8) == ord(byte)))


def _whole(line: str, delimiter: str) -> bool:
    records, _ = take_apart([line], delimiter, at_end=True)
    return records[0].cells is not None


def _lone_returns(text: bytes) -> bool:
    return _count(text, b"\r") != text.count(b"\r\n")


def split_lines(text: str) -> list[str]:
    """Lines with their ends. str.splitlines would also split at form feeds and at Unicode's own ends."""
    lines = [line + "\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def whole_lines(text: bytes, *, at_end: bool) -> tuple[bytes, bytes]:
    """Cut behind the last line that is complete. A line longer than any row is cut short and spoilt by a NUL
    byte, so that it is set aside as unreadable and never held in memory whole.
    """
    if at_end:
        return text, b""
    cut = text.rfind(b"\n") + 1
    rest = text[cut:]
    if len(rest) > LONGEST_LINE:
        rest = rest[: rows.SHOWN_CHARACTERS * BYTES_OF_A_CHARACTER] + b"\0"
    return text[:cut], rest


def delimiter_of(lines: Sequence[str]) -> str:
    """The delimiter that cuts most rows into the same number of cells, and into the most cells."""

    def evenness(delimiter: str) -> tuple[float, int]:
        records, _ = take_apart(lines, delimiter, at_end=True)
        widths = Counter(len(record.cells) for record in records if record.cells and len(record.cells) > 1)
        (width, count), *_ = widths.most_common(1) or [(0, 0)]
        return count / max(1, len(records)), width

    return max(DELIMITERS, key=evenness)


def _fit(record: Record, width: int) -> list[str] | None:
    """The cells as wide as the heading: delimiters at a line's end that delimit nothing may stay away."""
    cells = record.cells
    if cells is None or len(cells) < width or any(cell.strip(rows.BLANK) for cell in cells[width:]):
        return None
    return cells[:width]
