"""Rows of a CSV text taken apart one by one: slow, and never lost about which line a row began on."""

import csv
from collections.abc import Iterator, Sequence
from typing import NamedTuple

LONGEST_ROW = 1 << 20  # characters; a quote that stays open longer was never meant to open


class Record(NamedTuple):
    line: int  # index of its first line
    lines: int  # how many it spans
    cells: list[str] | None  # None: malformed


class _Lines:
    """Lines for csv.reader, which asks for more than one only while a quote is open."""

    def __init__(self, lines: Sequence[str], at: int) -> None:
        self.lines, self.at, self.ran_dry = lines, at, False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self.at == len(self.lines):
            self.ran_dry = True
            raise StopIteration
        self.at += 1
        return self.lines[self.at - 1]


def take_apart(lines: Sequence[str], delimiter: str, *, at_end: bool) -> tuple[list[Record], int]:
    """Records of the lines, and how many lines they used: an open row at the end waits for more, unless
    this is the end. A malformed record is its first line; reading goes on at the next.
    """
    records: list[Record] = []
    feed = _Lines(lines, 0)
    reader = csv.reader(feed, delimiter=delimiter, strict=True)
    while feed.at < len(lines):
        start = feed.at
        try:
            cells: list[str] | None = next(reader)
        except csv.Error:
            cells = None
        if cells is None and feed.ran_dry and not at_end and _length(lines, start) < LONGEST_ROW:
            return records, start
        if cells is None:
            cells = _alone(lines[start], delimiter)
            feed = _Lines(lines, start + 1)
            reader = csv.reader(feed, delimiter=delimiter, strict=True)
        records.append(Record(start, feed.at - start, None if _spoilt(lines[start : feed.at]) else cells))
    return records, len(lines)


def _length(lines: Sequence[str], start: int) -> int:
    return sum(map(len, lines[start:]))


def _spoilt(lines: Sequence[str]) -> bool:
    return any("\0" in line for line in lines)


def _alone(line: str, delimiter: str) -> list[str] | None:
    """A line with letters behind a closing quote, read as spreadsheets do; None if it is no row by itself."""
    feed = _Lines([line], 0)
    try:
        cells = next(csv.reader(feed, delimiter=delimiter, strict=False))
    except (csv.Error, StopIteration):
        return None
    return None if feed.ran_dry else cells
