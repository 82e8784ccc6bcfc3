"""Small files and what becomes of them."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ibis
import pytest
from ibis.backends.duckdb import Backend

from treue.listen.imports.cleaning import clean_lines
from treue.listen.imports.columns import guess
from treue.listen.imports.reading import open_source

NOW = dt.datetime(2026, 11, 22, 11, 0, tzinfo=dt.UTC)


class Outcome:
    """What became of a file: its lines and the rows set aside, as plain tuples in file order."""

    def __init__(self, cleaned: Any) -> None:
        self.cleaned = cleaned

    def lines(self, *columns: str) -> list[tuple[Any, ...]]:
        return _rows(self.cleaned.lines, columns)

    @property
    def set_aside(self) -> list[tuple[Any, ...]]:
        return _rows(self.cleaned.set_aside, ("line_no", "reason", "column", "value"))


def _rows(table: Any, columns: tuple[str, ...]) -> list[tuple[Any, ...]]:
    found = table.order_by("line_no").select(*columns).to_pyarrow().to_pylist()
    return [tuple(row[column] for column in columns) for row in found]


@pytest.fixture
def backend() -> Backend:
    return ibis.duckdb.connect()


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file and return its path."""

    def written(content: str | bytes, name: str = "orders.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return written


@pytest.fixture
def clean_file(backend: Backend) -> Callable[..., Outcome]:
    """Clean an orders file, its columns guessed."""

    def cleaned(path: Path, overrides: dict[str, str | None] | None = None, **rules: Any) -> Outcome:
        source = open_source(path)
        mapping = guess(source.columns, source.sample(), "orders", overrides=overrides)
        chosen = {"zone": "Europe/Berlin", "now": NOW, **rules}
        return Outcome(clean_lines(source, mapping, connection=backend, **chosen))

    return cleaned


@pytest.fixture
def clean(write: Callable[..., Path], clean_file: Callable[..., Outcome]) -> Callable[..., Outcome]:
    """Clean the text of an orders file."""

    def cleaned(content: str | bytes, overrides: dict[str, str | None] | None = None, **rules: Any) -> Outcome:
        return clean_file(write(content), overrides, **rules)

    return cleaned
