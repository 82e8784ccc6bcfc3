"""A file that may not be read is told like any other that cannot be: one sentence, in the person's language."""

import errno
import os
from pathlib import Path

import pytest

FAILED = 1


@pytest.fixture
def forbidden(orders_file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Closed even to root, whom mode 000 does not stop."""
    really_open = Path.open

    def refuse(path: Path, *arguments: object, **options: object) -> object:
        if path == orders_file:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return really_open(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)
    may = os.access
    monkeypatch.setattr(os, "access", lambda path, *rest, **options: path != str(orders_file) and may(path, *rest))
    return orders_file


def test_a_report(report, forbidden):
    run = report(forbidden)
    assert (run.code, run.out, run.sentence) == (FAILED, "", f"{forbidden} may not be read by you.")
    run = report(forbidden, "--json", "--language", "de")
    assert (run.code, run.out, run.sentence) == (FAILED, "", f"{forbidden} dürfen Sie nicht lesen.")


def test_an_import(treue_import, forbidden):
    run = treue_import("orders", forbidden)
    assert (run.code, run.out, run.sentence) == (FAILED, "", f"{forbidden} may not be read by you.")
    run = treue_import("orders", forbidden, "--dry-run", "--language", "de")
    assert (run.code, run.out, run.sentence) == (FAILED, "", f"{forbidden} dürfen Sie nicht lesen.")


def test_a_name_that_no_file_can_have(treue_import, report):
    name = "x" * 300 + ".csv"
    for run in (treue_import("orders", name), report(name)):
        assert (run.code, run.out) == (FAILED, "")
        assert "did not expect" not in run.sentence


def test_an_old_report_that_may_not_be_read_is_replaced(report, orders_file, monkeypatch):
    Path("report.html").write_text("old")
    monkeypatch.setattr(os, "access", lambda path, *_rest, **_options: not str(path).endswith(".html"))
    assert report(orders_file).code == 0
    assert Path("report.html").read_text() != "old"
