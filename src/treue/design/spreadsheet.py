"""CSV files that a spreadsheet opens as a table and never executes.

A cell's text can come from anybody: a customer who signs up as `=HYPERLINK(…)` must not reach the machine of whoever
opens the export. Text that a spreadsheet would take for a formula is led by an apostrophe; numbers are written as
numbers. The file is UTF-8 with a byte-order mark; German files have semicolons and decimal commas, as a German Excel
expects them, others commas and points.
"""

import csv
import io
import math
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import translation

Value = str | int | float | Decimal | date | datetime | None

# What makes a cell a formula, in the wide forms of East Asian keyboards too, and the white space that hides it.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
ROWS_PER_PIECE = 500
END = object()


def neutral(text: str) -> str:
    """The text as a cell that is never executed."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def pieces(head: Sequence[str], rows: Iterable[Sequence[Value]], *, language: str) -> Iterator[bytes]:
    """The file in pieces of some hundred rows, to be streamed; `b"".join(pieces(…))` is the whole.

    Text is neutralised, None is an empty cell, days and moments are written as 2026-11-22 and 2026-11-22 06:00:00
    (a moment in the zone it carries), which every spreadsheet reads.
    """
    separator = ";" if language == "de" else ","
    lines = chain([head], rows)
    mark = b"\xef\xbb\xbf"
    while some := _taken(lines, language):
        buffer = io.StringIO(newline="")
        csv.writer(buffer, delimiter=separator).writerows([_cell(value, language) for value in row] for row in some)
        yield mark + buffer.getvalue().encode()
        mark = b""


def _taken(lines: Iterator[Sequence[Value]], language: str) -> list[Sequence[Value]]:
    """The next rows, worded in the file's language: when a file is streamed, the page's language is over."""
    with translation.override(language):
        return list(islice(lines, ROWS_PER_PIECE))


def download(
    request: HttpRequest, filename: str, content: Iterable[bytes], *, content_type: str = "text/csv; charset=utf-8"
) -> StreamingHttpResponse:
    """The answer that streams such a file to be saved, under both kinds of server."""
    streamed = _step_by_step(content) if isinstance(request, ASGIRequest) else content
    response = StreamingHttpResponse(streamed, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


async def _step_by_step(content: Iterable[bytes]) -> AsyncIterator[bytes]:
    """Django would read a plain iterator to its end before an asynchronous server sends the first byte."""
    iterator = iter(content)
    step = sync_to_async(next)
    while (piece := await step(iterator, END)) is not END:
        yield piece


def _cell(value: Value, language: str) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, str):
        return neutral(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    number = format(value, "f") if isinstance(value, Decimal) else str(value)
    return number.replace(".", ",") if language == "de" else number
