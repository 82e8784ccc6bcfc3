"""`treue doctor`, as a person or a script calls it."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection
from installations import PATIENCE_SECONDS, Installation
from report_runs import Run, run_treue

from treue.core.shop.models import Shop
from treue.web.doctor.examining import CHECKS

TESTS_OWN = ("--without", "database.settings")  # the tests' server does not wait for the disk


@pytest.fixture
def doctor(
    transactional_db: None,
    installation: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., Run]:
    monkeypatch.setenv("DATABASE_URL", "the test's own")  # nothing is to be started
    monkeypatch.setenv("COLUMNS", "200")
    with connection.cursor() as cursor:
        cursor.execute("truncate events_cursor, procrastinate_jobs, procrastinate_workers cascade")
    return lambda *arguments: run_treue(monkeypatch, capsys, "doctor", *TESTS_OWN, *arguments)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not pytest's own, which every pytest that starts closes to the user PostgreSQL runs as."""
    with tempfile.TemporaryDirectory(prefix="treue-test-") as place:
        yield Path(place)


def test_an_installation_that_is_well_ends_with_0(doctor: Callable[..., Run]) -> None:
    told = doctor("--language", "en")
    assert told.code == 0
    assert told.out.splitlines()[-1] == "All is well."
    assert told.out.count("✓") == len(CHECKS) - 1


def test_what_is_to_be_mended_is_said_with_its_remedy_and_ends_with_1(
    doctor: Callable[..., Run], installation: Path
) -> None:
    (installation / "uploads").chmod(0o755)
    told = doctor("--language", "en")
    assert told.code == 1
    assert f"✕ folder.modes: Others on this machine can get at {installation / 'uploads'}.\n" in told.out
    assert f"  → Close it: chmod go= {installation / 'uploads'}\n" in told.out
    assert told.out.splitlines()[-1] == "1 thing is to be mended."


def test_it_speaks_german(doctor: Callable[..., Run]) -> None:
    Shop.objects.create(name="Teehaus", zone="Mars/Olympus")
    told = doctor("--language", "de")
    assert "Die Zeitzone Mars/Olympus des Shops Teehaus" in told.out
    assert told.out.splitlines()[-1] == "Es ist 1 Sache in Ordnung zu bringen."


def test_a_script_reads_what_was_found(doctor: Callable[..., Run], installation: Path) -> None:
    (installation / "uploads").chmod(0o755)
    told = doctor("--language", "en", "--json").json
    assert told["well"] is False
    assert told["not_checked"] == []
    assert [each["check"] for each in told["findings"]] == ["folder.modes"]
    assert set(told["findings"][0]) == {"check", "fault", "remedy"}


def test_a_check_can_be_left_out_by_its_name_alone(doctor: Callable[..., Run], installation: Path) -> None:
    (installation / "uploads").chmod(0o755)
    assert doctor("--without", "folder.modes").code == 0
    refused = doctor("--without", "modes")
    assert refused.code == 2
    assert "There is no check “modes”." in refused.err


@pytest.mark.long
def test_a_whole_installation_is_well_once_it_has_a_worker_and_a_backup(folder: Path) -> None:
    installation = Installation(folder / "home")
    assert installation.run("demo", "--customers", "100").returncode == 0
    assert installation.run("refresh").returncode == 0
    before = installation.run("doctor")
    assert (before.returncode, wrong_in(before.stdout)) == (1, ["work.worker", "backup"]), before.stdout
    worker = installation.start("worker")
    try:
        assert installation.run("backup", str(folder / "saved.tar")).returncode == 0
        after = installation.run("doctor")
        assert after.returncode == 0, after.stdout
    finally:
        worker.terminate()
        worker.communicate(timeout=PATIENCE_SECONDS)


def wrong_in(told: str) -> list[str]:
    return [line.removeprefix("✕ ").partition(":")[0] for line in told.splitlines() if line.startswith("✕ ")]
