"""How much room an import asks for before it begins."""

from pathlib import Path

import pytest

from treue.listen.imports import uploads
from treue.listen.imports.failures import NotEnoughSpace

MB = 1_000_000


@pytest.fixture
def free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(uploads, "home", lambda: tmp_path)

    def left(size: int) -> None:
        monkeypatch.setattr(uploads.shutil, "disk_usage", lambda _path: type("Usage", (), {"free": size}))

    return left


def needed(size: int, ending: str) -> int:
    with pytest.raises(NotEnoughSpace) as refusal:
        uploads.require_space(size, ending)
    return refusal.value.needed


def test_a_small_file_finds_room_on_a_disk_that_is_nearly_full(free):
    free(159 * MB)
    uploads.require_space(159_000, ".csv")


@pytest.mark.parametrize(("size", "took"), [(137_261, 2 * MB), (1_607_338, 30 * MB), (16_867_188, 270 * MB)])
def test_a_file_is_refused_where_it_took_more_than_is_free_when_it_was_measured(free, size, took):
    free(0)
    assert took < needed(size, ".csv") < took + 100 * MB


def test_the_journal_does_not_grow_with_the_file_for_ever(free):
    free(0)
    assert needed(2_000 * MB, ".csv") - needed(1_000 * MB, ".csv") == 7_000 * MB


def test_the_lake_is_written_beside_the_former_one(free, tmp_path: Path):
    free(0)
    before = needed(MB, ".csv")
    (tmp_path / "lake" / "orders").mkdir(parents=True)
    (tmp_path / "lake" / "orders" / "0.parquet").write_bytes(b"x" * 5_000)
    assert needed(MB, ".csv") - before == 5_000
