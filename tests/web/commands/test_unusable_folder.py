"""An installation's folder that cannot be used is named, with what would help, whatever the command."""

import os
from pathlib import Path

import pytest
from report_runs import Run, csv_file, run_treue

FAILED = 1
COMMANDS = (["up"], ["web"], ["worker"], ["demo"], ["backup"], ["restore", "x.tar"], ["manage", "check"])
CASES = {
    "a file": (lambda place: place.write_text("here") and place, "File exists"),
    "under a file": (lambda place: (place.write_text("here"), place / "home")[1], "Not a directory"),
    "where nobody may write": (lambda place: Path("/proc/treue"), "No such file or directory"),
    "in a circle": (lambda place: (place.symlink_to(place), place)[1], "Symlink loop from"),
}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)

    def type_it(*arguments: object) -> Run:
        return run_treue(monkeypatch, capsys, *arguments)

    return type_it


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize("case", CASES)
def test_every_command_names_it(run, tmp_path, monkeypatch, command, case):
    make, reason = CASES[case]
    folder = make(tmp_path / "home")
    monkeypatch.setenv("TREUE_HOME", str(folder))
    said = run(*command)
    assert said.code == FAILED
    assert said.sentence.startswith(f"The installation's folder {folder} cannot be used: {reason}")
    assert said.sentence.endswith("Set TREUE_HOME to a folder in which you may write.")


def test_an_import_says_so_in_german(run, tmp_path, monkeypatch):
    (tmp_path / "home").write_text("a file")
    monkeypatch.setenv("TREUE_HOME", str(tmp_path / "home"))
    said = run("import", "orders", csv_file(tmp_path / "orders.csv"), "--language", "de")
    assert said.code == FAILED
    assert said.sentence == (
        f"Der Ordner der Installation {tmp_path / 'home'} lässt sich nicht benutzen: File exists. "
        "Setzen Sie TREUE_HOME auf einen Ordner, in den Sie schreiben dürfen."
    )


def test_a_report_needs_no_folder(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TREUE_HOME", os.devnull)
    assert run("report", csv_file(tmp_path / "orders.csv")).code == 0
