"""`report(path, …)`: the command in an empty folder. `treue_import("orders", path, …)`: into the test's database."""

from pathlib import Path

import pytest
from report_runs import Reporter, Run, reporter, run_treue

ORDERS = "Bestellnr;Kd-Nr;Datum;Artikel;Menge;Preis\nA1;7;01.03.2026 10:00;TEE;2;4,50\nA2;;02.03.2026;TEE;1;4,50\n"


@pytest.fixture
def report(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Reporter:
    return reporter(monkeypatch, capsys, tmp_path / "here")


@pytest.fixture
def treue_import(
    transactional_db: None,
    installation: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> Reporter:
    """`treue import …` as a person types it, in English unless asked otherwise."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "the test's own")  # nothing is to be started
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.setenv("COLUMNS", "200")
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: object) -> Run:
        return run_treue(monkeypatch, capsys, "import", *arguments)

    return run


@pytest.fixture
def orders_file(tmp_path: Path) -> Path:
    path = tmp_path / "bestellungen.csv"
    path.write_text(ORDERS)
    return path
