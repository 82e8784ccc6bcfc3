"""Run `treue report` as a person does, in this process, and keep what it said."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from treue.web.commands import failing


@dataclass(frozen=True)
class Run:
    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.out)

    @property
    def sentence(self) -> str:
        """What was said on standard error, without its mark."""
        return " ".join(self.err.replace("✕", "").split())


Reporter = Callable[..., Run]


def reporter(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path) -> Reporter:
    """`report(path, "--json")` in an empty folder, in English unless asked otherwise."""
    folder.mkdir()
    monkeypatch.chdir(folder)
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: object) -> Run:
        return run_treue(monkeypatch, capsys, "report", *arguments)

    return run


def run_treue(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: object) -> Run:
    """Any command of `treue`, in this process."""
    monkeypatch.setattr(sys, "argv", ["treue", *map(str, arguments)])
    capsys.readouterr()
    code = _exit_code()
    said = capsys.readouterr()
    return Run(code, said.out, said.err)


def _exit_code() -> int:
    try:
        failing.main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


HEAD = ("Bestellnummer", "Kundennummer", "Datum", "Artikelnummer", "Menge", "Einzelpreis", "Land")
ROWS = (
    ("1001", "K1", "05.01.2026 10:00", "A1", "2", "10,00", "DE"),
    ("1001", "K1", "05.01.2026 10:00", "A2", "1", "5,50", "DE"),
    ("1002", "K2", "20.01.2026 09:30", "A1", "1", "10,00", "AT"),
    ("1003", "", "21.01.2026 12:00", "A1", "3", "10,00", "DE"),
    ("1004", "K1", "10.02.2026 18:00", "A1", "1", "10,00", "DE"),
    ("1005", "K3", "11.02.2026 08:00", "A2", "4", "5,50", "DE"),
    ("C1005", "K3", "12.02.2026 08:00", "A2", "-1", "5,50", "DE"),
    ("C9999", "K2", "13.02.2026 08:00", "B9", "-1", "99,00", "AT"),
    ("1006", "K2", "02.03.2026", "A1", "1", "10,00", "AT"),
    ("1007", "K1", "31.12.9999", "A1", "1", "10,00", "DE"),
    ("1008", "K1", "03.03.2026", "A1", "eins", "10,00", "DE"),
    ("1010", "K3", "14.03.2026", "A1", "1", "0,00", "DE"),
    ("1009", "K2", "15.03.2026", "POST", "1", "4,90", "AT"),
    ("1011", "K3", "20.03.2026", "A2", "1", "5,50", "DE"),
)


def csv_file(
    path: Path,
    rows: Sequence[Sequence[str]] = ROWS,
    head: Sequence[str] = HEAD,
    *,
    encoding: str = "utf-8-sig",
    delimiter: str = ";",
) -> Path:
    path.write_text("\n".join(delimiter.join(row) for row in [head, *rows]) + "\n", encoding=encoding)
    return path
