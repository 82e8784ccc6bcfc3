"""`treue report` as a process of its own: what it touches, and how it ends when somebody stops it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from report_runs import csv_file

PROGRAM = (sys.executable, "-m", "treue.web.commands", "report")
PATIENCE_SECONDS = 60


@pytest.fixture
def environment(tmp_path):
    kept = {name: value for name, value in os.environ.items() if name not in ("TREUE_HOME", "DATABASE_URL")}
    return kept | {"HOME": str(tmp_path / "me"), "LANG": "C.UTF-8", "TREUE_HOME": str(tmp_path / "home")}


def test_it_needs_no_installation_and_leaves_none(tmp_path, environment):
    (tmp_path / "here").mkdir()
    ran = subprocess.run(
        [*PROGRAM, str(csv_file(tmp_path / "orders.csv"))],
        cwd=tmp_path / "here",
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["here", "orders.csv"]
    assert [path.name for path in (tmp_path / "here").iterdir()] == ["report.html"]


def test_a_reader_that_goes_away_is_no_disaster(tmp_path, environment):
    command = [*PROGRAM, str(csv_file(tmp_path / "orders.csv")), "--json"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True) as process:
        process.stdout.close()
        said = process.stderr.read()
        assert process.wait(timeout=PATIENCE_SECONDS) == 1
    assert "Traceback" not in said
    assert "BrokenPipe" not in said


@pytest.mark.parametrize(("asked", "language"), [(["--json"], "en"), ([], "en"), (["--json"], "de")])
def test_standard_output_on_a_full_disk_is_said(tmp_path, environment, asked, language):
    out = ["--out", str(tmp_path / "report.html"), "--language", language]
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [*PROGRAM, str(csv_file(tmp_path / "orders.csv")), *asked, *out],
            env=environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    said = {
        "en": "The result cannot be written to standard output: No space left on device.",
        "de": "Das Ergebnis lässt sich nicht auf die Standardausgabe schreiben: No space left on device.",
    }
    assert (ran.returncode, ran.stderr.splitlines()[-1]) == (1, f"✕ {said[language]}")
    assert "Exception" not in ran.stderr


def test_help_on_a_full_disk_is_said(environment):
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [*PROGRAM, "--help"],
            env=environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    assert (ran.returncode, ran.stderr) == (1, "✕ The disk is full. Make room and try again.\n")


def test_ctrl_c_ends_it_without_a_trace(tmp_path, environment):
    rows = [(str(n), f"K{n % 999}", "05.01.2026 10:00", "A1", "1", "10,00", "DE") for n in range(600_000)]
    command = [*PROGRAM, str(csv_file(tmp_path / "many.csv", rows)), "--out", str(tmp_path / "report.html")]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True) as process:
        wait_until_it_reads(process, tmp_path / "many.csv")
        process.send_signal(signal.SIGINT)
        out, said = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 130
    assert "Traceback" not in out + said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["many.csv"]


def wait_until_it_reads(process: subprocess.Popen[str], path: Path) -> None:
    """Until the process holds the file open, as its open files say."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        try:
            if any(link.resolve() == path for link in Path(f"/proc/{process.pid}/fd").iterdir()):
                return
        except OSError:
            pass
        time.sleep(0.01)
    pytest.fail("it never read the file")
