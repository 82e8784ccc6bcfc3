"""`treue export`, as a person calls it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from report_runs import Run, run_treue

from treue.core.shop.models import Shop
from treue.core.staff.models import AuditEntry


@pytest.fixture
def shop(transactional_db: None, installation: Path) -> Shop:
    return Shop.objects.create(name="Tea House")


@pytest.fixture
def export(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Callable[..., Run]:
    monkeypatch.setenv("DATABASE_URL", "the test's own")  # nothing is to be started
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: run_treue(monkeypatch, capsys, "export", *arguments, "--language", "en")


def test_the_command_says_where_it_is_and_the_trail_remembers(
    shop: Shop, export: Callable[..., Run], tmp_path: Path
) -> None:
    told = export("--out", "all")
    assert told.code == 0, told.err
    assert told.out.strip().endswith(f"rows are in {tmp_path / 'all'}.")
    entry = AuditEntry.objects.get(action="installation.exported")
    assert entry.facts["rows"] == 1


@pytest.mark.parametrize("there", ["file", "folder"])
def test_what_is_there_is_not_replaced(shop: Shop, export: Callable[..., Run], tmp_path: Path, there: str) -> None:
    place = tmp_path / "all"
    if there == "folder":
        place.mkdir()
    kept = place if there == "file" else place / "mine"
    kept.write_text("mine")
    told = export("--out", str(place))
    assert told.code == 2
    assert "is there already, and an export replaces nothing" in told.sentence
    assert kept.read_text() == "mine"


def test_a_place_that_takes_nothing_is_named(shop: Shop, export: Callable[..., Run], tmp_path: Path) -> None:
    told = export("--out", str(tmp_path / "nowhere" / "all"))
    assert told.code == 1
    assert told.sentence == (
        f"The export cannot be written to {tmp_path / 'nowhere' / 'all'}: No such file or directory."
    )
