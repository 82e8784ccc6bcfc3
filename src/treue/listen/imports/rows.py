"""Rows on their way from a file: Arrow batches that keep each row's line, and the malformed ones among them."""

from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

LINE_NO, UNREADABLE = "line_no", "unreadable"
SHOWN_CHARACTERS = 500
BLANK = " \t\r\n\x0b\x0c\xa0\u202f\ufeff"
# What stands in a cell that holds nothing.
NOTHING = (
    "", "-", "–", "—", "NULL", "null", "Null", "NaN", "nan", "None", "none", "N/A", "n/a", "NA", "#N/A", "#NV", "NaT",
    "0000-00-00", "0000-00-00 00:00:00",
)  # fmt: skip
Cells = Sequence[str | None]


def names(width: int) -> list[str]:
    return [f"c{place}" for place in range(width)]


def batch(line_no: pa.Array, cells: Sequence[pa.Array], *, spoilt: pa.Array | None = None) -> pa.RecordBatch:
    """Every line number with its cells; rows without any content are left out.

    spoilt: the text for which a row is unreadable all the same, NULL for a good one.
    """
    if spoilt is not None and spoilt.null_count < len(spoilt):
        good = pc.is_null(spoilt)
        cells = [pc.if_else(good, column, pa.scalar(None, column.type)) for column in cells]
    unreadable = pa.nulls(len(line_no), pa.string()) if spoilt is None else spoilt
    made = pa.RecordBatch.from_arrays([line_no, unreadable, *cells], [LINE_NO, UNREADABLE, *names(len(cells))])
    blank = _blank([unreadable, *cells])
    return made if blank is None else made.filter(pc.invert(blank))


def _blank(cells: Sequence[pa.Array]) -> pa.Array | None:
    """Which rows are empty from end to end; None as soon as no row can be."""
    blank = None
    for column in cells:
        empty = pc.is_null(column, nan_is_null=True)
        if pa.types.is_string(column.type):
            empty = pc.or_(empty, pc.equal(pc.fill_null(pc.utf8_trim(column, BLANK), ""), ""))
        blank = empty if blank is None else pc.and_(blank, empty)
        if not pc.any(blank).as_py():
            return None
    return blank


def text_batch(lines: Sequence[tuple[int, Cells]], width: int) -> pa.RecordBatch:
    columns = zip(*(cells for _, cells in lines), strict=True) if lines else ((),) * width
    line_no = pa.array([line for line, _ in lines], pa.int64())
    return batch(line_no, [pa.array(column, pa.string()) for column in columns])


def malformed_batch(found: Sequence[tuple[int, str]], width: int) -> pa.RecordBatch:
    """found: line number and raw text of rows that could not be taken apart."""
    lines = pa.array([line for line, _ in found], pa.int64())
    texts = pa.array([text.rstrip("\r\n")[:SHOWN_CHARACTERS] for _, text in found], pa.string())
    nothing = [pa.nulls(len(found), pa.string())] * width
    return pa.RecordBatch.from_arrays([lines, texts, *nothing], [LINE_NO, UNREADABLE, *names(width)])


def as_text(value: object) -> str | None:
    """A typed value as one would write it: 13085.0 is 13085, and no decimal point can be taken for a group's."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float_as_text(value)
    return str(value)


def _float_as_text(value: float) -> str | None:
    if value != value:
        return None
    if value.is_integer():
        return str(int(value))
    text = repr(value)
    looks_grouped = len(text.partition(".")[2]) == 3 and text.isascii() and "e" not in text
    return text + "0" if looks_grouped else text


def first_rows(batches: Iterator[pa.RecordBatch], columns: Sequence[str], rows: int) -> list[dict[str, str | None]]:
    """The first good rows as text, named by the file's columns: for previews and guesses."""
    sample: list[dict[str, str | None]] = []
    for found in batches:
        good = found.filter(pc.is_null(found.column(UNREADABLE))).slice(0, rows - len(sample))
        values = [_as_texts(good.column(name)) for name in names(len(columns))]
        sample.extend(dict(zip(columns, cells, strict=True)) for cells in zip(*values, strict=True))
        if len(sample) >= rows:
            break
    return sample


def _as_texts(column: pa.Array) -> list[str | None]:
    if pa.types.is_temporal(column.type):
        column = pc.replace_substring_regex(column.cast(pa.string()), r"\.0+(Z?)$", r"\1")
    return [as_text(value) for value in column.to_pylist()]
