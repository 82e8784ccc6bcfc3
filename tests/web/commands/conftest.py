"""`report(path, …)`: the command in an empty folder."""

from pathlib import Path

import pytest
from report_runs import Reporter, reporter


@pytest.fixture
def report(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Reporter:
    return reporter(monkeypatch, capsys, tmp_path / "here")
