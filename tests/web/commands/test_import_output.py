"""Where an import's result goes: what becomes of the import where the rows set aside cannot be written down."""

import errno
import os

import pytest

from treue.core.commerce.models import Order
from treue.core.jobs.models import Job
from treue.listen.imports import probing, uploads
from treue.listen.imports.models import Import
from treue.understand.metrics.tasks import REFRESH
from treue.web.commands import output

DONE, FAILED, USED_WRONGLY = 0, 1, 2


@pytest.mark.parametrize("dry_run", [[], ["--dry-run"]])
@pytest.mark.parametrize(
    ("place", "reason"), [("nowhere/rows.csv", "No such file or directory"), (".", "Is a directory")]
)
def test_a_place_that_takes_no_file_is_said_before_anything_is_imported(
    treue_import, orders_file, place, reason, dry_run
):
    run = treue_import("orders", orders_file, "--errors", place, *dry_run)
    assert run.code == FAILED
    assert run.sentence == f"The rows set aside cannot be written to {place}: {reason}."
    assert run.out == ""
    assert not Import.objects.exists()
    assert not Job.objects.exists()
    assert not list(uploads.folder().iterdir())


@pytest.fixture
def full_disk(monkeypatch):
    """Full from the moment that the rows set aside are written."""

    def fill(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(output, "write", fill)


@pytest.mark.usefixtures("full_disk")
def test_a_disk_that_fills_later_costs_neither_the_result_nor_the_figures(treue_import, orders_file):
    run = treue_import("orders", orders_file, "--errors", "rows.csv")
    assert run.code == FAILED
    assert run.sentence == "The rows set aside cannot be written to rows.csv: No space left on device."
    assert "1 order was added." in run.out
    assert Order.objects.count() == 1
    assert Job.objects.get(kind=REFRESH).state == Job.State.DONE


@pytest.mark.usefixtures("full_disk")
def test_a_dry_run_leaves_nothing_though_its_rows_could_not_be_written(treue_import, orders_file):
    run = treue_import("orders", orders_file, "--errors", "rows.csv", "--dry-run")
    assert run.code == FAILED
    assert "1 order would be new." in run.out
    assert not Import.objects.exists()
    assert not list(uploads.folder().iterdir())


def test_a_dry_run_that_fails_leaves_nothing(treue_import, orders_file, monkeypatch):
    def fail(*_arguments: object, **_options: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(probing.importing, "opened", fail)
    run = treue_import("orders", orders_file, "--dry-run")
    assert run.code == FAILED
    assert not Import.objects.exists()
    assert not list(uploads.folder().iterdir())


def test_a_failed_import_leaves_the_rows_of_the_last_one(treue_import, orders_file, tmp_path):
    rows = tmp_path / "rows.csv"
    rows.write_text("the last ones")
    assert treue_import("orders", tmp_path / "nothing.csv", "--errors", rows).code == FAILED
    assert rows.read_text() == "the last ones"
    assert sorted(os.listdir(tmp_path)) == ["bestellungen.csv", "home", "rows.csv"]


@pytest.mark.parametrize("how", ["by its name", "by a link", "by another name"])
def test_the_file_that_is_read_is_not_written_over(treue_import, orders_file, tmp_path, how):
    other, content = tmp_path / "other.csv", orders_file.read_bytes()
    if how == "by a link":
        other.symlink_to(orders_file)
    elif how == "by another name":
        other.hardlink_to(orders_file)
    rows = orders_file if how == "by its name" else other
    run = treue_import("orders", orders_file, "--errors", rows)
    assert run.code == USED_WRONGLY
    assert run.sentence == f"--errors {rows} is the file that is read, and would be lost. Give another name."
    assert orders_file.read_bytes() == content
    assert not Order.objects.exists()


def test_a_disk_that_is_full_before_the_file_is_kept_is_said(treue_import, orders_file, monkeypatch):
    def fill(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(uploads, "keep", fill)
    run = treue_import("orders", orders_file)
    assert run.code == FAILED
    assert run.sentence == "The disk is full. What had been written was taken back; make room and try again."
