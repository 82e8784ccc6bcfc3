"""What an earlier release wrote shows the same figures in this one, and goes on from there."""

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from filling import REACT, RELEASES, do, facts, shell
from installations import Installation

pytestmark = pytest.mark.long
EARLIER = sorted(path.name.removesuffix(".tar.xz") for path in RELEASES.glob("*.tar.xz"))


def test_there_is_an_earlier_release() -> None:
    assert EARLIER


@pytest.fixture(scope="module", params=EARLIER)
def release(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def upgraded(release: str) -> Iterator[Installation]:
    """Tables as that release made and filled them, brought up to date by this one."""
    with tempfile.TemporaryDirectory(prefix="treue-test-") as folder:
        installation = Installation(Path(folder) / "home")
        do(installation, "restore", str(RELEASES / f"{release}.tar.xz"))
        yield installation


def then(release: str) -> dict[str, object]:
    return json.loads((RELEASES / f"{release}.json").read_text())


def test_everything_is_as_it_was(upgraded: Installation, release: str) -> None:
    assert facts(upgraded) == then(release)


def test_the_figures_computed_anew_are_the_same(upgraded: Installation, release: str) -> None:
    do(upgraded, "refresh")
    assert facts(upgraded) == then(release)


def test_nothing_is_to_be_mended(upgraded: Installation) -> None:
    """But that a backup should be written, and that a worker should run."""
    do(upgraded, "refresh")
    do(upgraded, "doctor", "--without", "backup", "--without", "work.worker")


def test_no_reaction_sees_an_event_a_second_time(upgraded: Installation, release: str) -> None:
    shell(upgraded, REACT)
    assert facts(upgraded)["saw"] == then(release)["saw"]


def test_who_was_erased_stays_erased(upgraded: Installation, release: str, tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("Kundennummer;Name\nK7;Kunde Nummer 7\n")
    refused = upgraded.run("import", "customers", str(tmp_path / "old.csv"), "--language", "en")
    assert "K7" not in dict(facts(upgraded)["customers"]), refused.stdout
