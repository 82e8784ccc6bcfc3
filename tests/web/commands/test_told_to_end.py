"""SIGTERM, as `timeout`, systemd and a shutdown send it, ends a command as Ctrl-C does: nothing is left half done."""

import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from installations import PATIENCE_SECONDS, Installation, gone
from report_runs import csv_file

DONE, TOLD = 0, 143


@pytest.fixture
def installation() -> Iterator[Installation]:
    with tempfile.TemporaryDirectory(prefix="treue-test-") as folder:
        yield Installation(Path(folder) / "home")


@pytest.fixture
def many(tmp_path: Path) -> Path:
    rows = [(str(n), f"K{n % 9_999}", "05.01.2026 10:00", "A1", "1", "10,00", "DE") for n in range(60_000)]
    return csv_file(tmp_path / "many.csv", rows)


def tell(process: subprocess.Popen[str], when: Callable[[], bool]) -> str:
    """Tell it to end once it is so far; twice, as `timeout` does. Returns what it said."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not when():
        assert time.monotonic() < until
        assert process.poll() is None, process.stdout.read()
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.1)
    process.send_signal(signal.SIGTERM)
    return process.communicate(timeout=PATIENCE_SECONDS)[0]


def has_opened(process: subprocess.Popen[str], path: Path) -> bool:
    found = set()
    for link in Path(f"/proc/{process.pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed since
            found.add(link.readlink())
    return path in found


def holds(installation: Installation, pattern: str) -> Callable[[], bool]:
    return lambda: any(installation.folder.glob(pattern))


@pytest.mark.parametrize(
    ("command", "so_far"),
    [
        (["backup"], "postgres/postmaster.pid"),
        pytest.param(["backup"], "tmp/*/database.dump", marks=pytest.mark.long),
        pytest.param(["demo", "--customers", "4000"], "tmp/*/demo-orders.csv", marks=pytest.mark.long),
        pytest.param(["demo", "--customers", "4000"], "tmp/import-*", marks=pytest.mark.long),
    ],
)
def test_the_server_and_what_lay_in_tmp_are_gone(installation, command, so_far):
    with installation.start(*command) as process:
        said = tell(process, holds(installation, so_far))
    assert process.returncode == TOLD, said
    assert "Traceback" not in said, said
    assert gone(installation)
    assert [path for part in ("tmp", "backups") for path in (installation.folder / part).iterdir()] == []


@pytest.mark.parametrize("so_far", ["tmp/import-*", pytest.param("tmp/lake.*", marks=pytest.mark.long)])
def test_an_import_is_taken_back_or_its_figures_wait_and_it_can_be_done_again(installation, many, so_far):
    with installation.start("import", "orders", str(many)) as process:
        said = tell(process, holds(installation, so_far))
    assert process.returncode == TOLD, said
    assert "Traceback" not in said, said
    assert gone(installation)
    assert [path.name for path in (installation.folder / "tmp").iterdir()] == []
    again = installation.run("import", "orders", str(many), "--json")
    assert again.returncode == DONE, again.stderr
    assert '"rows_used": 60000' in again.stdout


def test_a_report_is_not_written(tmp_path, installation, many):
    with installation.start("report", str(many), "--out", str(tmp_path / "report.html")) as process:
        said = tell(process, lambda: has_opened(process, many))
    assert process.returncode == TOLD, said
    assert "Traceback" not in said, said
    assert "did not expect" not in said
    assert [path.name for path in tmp_path.iterdir()] == ["many.csv"]
