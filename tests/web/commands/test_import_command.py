"""`treue import`: a file from the command line into the database, in this process."""

import json
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
from django.db import connection

from treue.core.commerce.models import Order, Product
from treue.core.customers.models import Customer
from treue.core.jobs.models import Job
from treue.core.jobs.work import Progress
from treue.core.shop.models import AcquisitionCost, Shop
from treue.core.staff.models import AuditEntry
from treue.listen.imports import importing, uploads
from treue.listen.imports.models import Import, SetAside
from treue.web.commands import working

DONE, FAILED, USED_WRONGLY, STOPPED = 0, 1, 2, 130


def test_orders_come_in_and_rows_set_aside_are_told_with_advice(treue_import, orders_file):
    run = treue_import("orders", orders_file)
    assert run.code == DONE
    assert "1 order was added. 1 row was set aside." in run.out
    assert "No customer" in run.out
    assert list(Order.objects.values_list("number", "customer__number")) == [("A1", "7")]
    task = Import.objects.get()
    assert (task.state, task.file_name) == (Import.State.DONE, "bestellungen.csv")
    assert AuditEntry.objects.filter(action="import.started", subject=f"import {task.pk}").exists()


def test_it_makes_the_shop_where_there_is_none(treue_import, orders_file):
    treue_import("orders", orders_file)
    assert Shop.objects.count() == 1
    assert Order.objects.get().shop == Shop.objects.get()


def test_in_german(treue_import, orders_file):
    run = treue_import("orders", orders_file, "--language", "de")
    assert run.code == DONE
    assert "1 Zeile wurde zurückgestellt." in run.out


def test_a_second_time_nothing_changes(treue_import, orders_file):
    treue_import("orders", orders_file)
    run = treue_import("orders", orders_file)
    assert "1 order was known already and stayed as it was." in run.out
    assert Order.objects.count() == 1


def test_a_dry_run_says_what_would_happen_and_leaves_nothing(treue_import, orders_file):
    run = treue_import("orders", orders_file, "--dry-run", "--errors", "rows.csv")
    assert run.code == DONE
    assert "1 order would be new." in run.out
    assert not Order.objects.exists()
    assert not Customer.objects.exists()
    assert not Import.objects.exists()
    assert not SetAside.objects.exists()
    assert not list(uploads.folder().iterdir())
    assert len(Path("rows.csv").read_text("utf-8-sig").splitlines()) == 2


def test_a_dry_run_after_the_import_says_that_all_is_known(treue_import, orders_file):
    treue_import("orders", orders_file)
    assert "1 order is known already and would stay as it is." in treue_import("orders", orders_file, "--dry-run").out


def test_json_is_all_there_is_on_standard_output(treue_import, orders_file):
    summary = json.loads(treue_import("orders", orders_file, "--json").out)
    assert summary["orders"] == {"new": 1, "changed": 0, "same": 0}
    assert (summary["rows_read"], summary["rows_used"], summary["set_aside"]) == (2, 1, {"no_customer": 1})


def test_every_row_set_aside_is_written_with_line_and_reason(treue_import, tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("order,customer,time,amount\nA1,1,2026-01-01,5\nA2,1,=cmd|' /C calc'!A0,5\nA3,,2026-01-01,5\n")
    treue_import("orders", path, "--errors", tmp_path / "rows.csv")
    lines = (tmp_path / "rows.csv").read_text("utf-8-sig").splitlines()
    assert [line.split(",")[:2] for line in lines] == [
        ["Line", "Reason"],
        ["3", "Unreadable time"],
        ["4", "No customer"],
    ]
    assert "'=cmd" in lines[1]


def test_columns_can_be_named(treue_import, tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("a,b,c,d\nA1,1,2026-01-01,5\n")
    named = ("--order", "a", "--customer", "b", "--time", "c", "--column", "amount=d")
    assert treue_import("orders", path, *named).code == DONE
    assert list(Order.objects.values_list("number", "amount")) == [("A1", 5)]


def test_customers_products_and_costs_come_in_too(treue_import, tmp_path):
    files = {
        "customers": "number,name\n7,Anna\n",
        "products": "code,category\nTEE,Tee\n",
        "costs": "channel,month,amount\nShop,2026-01,100\n",
    }
    for what, content in files.items():
        (tmp_path / f"{what}.csv").write_text(content)
        assert treue_import(what, f"{what}.csv").code == DONE
    assert Customer.objects.get().name == "Anna"
    assert Product.objects.get().category == "Tee"
    assert AcquisitionCost.objects.get().amount == 100


def test_a_running_worker_does_the_work(treue_import, orders_file, monkeypatch):
    settings = connection.settings_dict
    url = f"postgresql://{settings['USER']}@/{settings['NAME']}?host={settings['HOST']}"
    worker = subprocess.Popen(
        [sys.executable, "-m", "treue.web.commands", "worker"], env=os.environ | {"DATABASE_URL": url}
    )
    try:
        limit = time.monotonic() + 60
        while not working.someone_works():
            assert time.monotonic() < limit
            time.sleep(0.05)

        def never() -> None:
            raise AssertionError("there is a worker already")

        monkeypatch.setattr(working, "work_off", never)
        assert treue_import("orders", orders_file).code == DONE
        assert Order.objects.count() == 1
    finally:
        worker.terminate()
        worker.wait()


def test_figures_that_could_not_be_computed_are_told_though_the_orders_are_in(treue_import, orders_file, installation):
    treue_import("orders", orders_file, "--dry-run")
    lake = installation / "lake" / f"shop-{Shop.objects.get().pk}"
    lake.write_text("where a folder should be")
    run = treue_import("orders", orders_file)
    assert run.code == FAILED
    assert "1 order was added." in run.out
    assert run.sentence.startswith("The file is in, but the figures were not computed anew. Something unexpected")
    assert "Traceback" not in run.err
    assert Order.objects.count() == 1
    lake.unlink()
    assert treue_import("orders", orders_file).code == DONE


@pytest.mark.parametrize("in_an_answer", [False, True])
def test_ctrl_c_cancels_and_takes_back_what_was_written(treue_import, orders_file, monkeypatch, in_an_answer):
    interrupted = iter([True])

    def show(*_arguments: object) -> None:
        if next(interrupted, False):
            if in_an_answer:
                connection.connection.close()
            raise KeyboardInterrupt

    monkeypatch.setattr(working, "_show", show)
    monkeypatch.setattr(importing, "_bring_in", until_cancelled)
    assert treue_import("orders", orders_file).code == STOPPED
    assert Job.objects.get(kind="imports.run").state == Job.State.CANCELLED
    assert not Order.objects.exists()


def until_cancelled(task: Import, progress: Progress) -> None:
    while True:
        progress.step("reading")


def workbook(path: Path, *rows: list[object]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("name", ["orders.xls", "orders.dat", "orders.csv"])
def test_a_workbook_comes_in_whatever_its_name_ends_in(treue_import, tmp_path, name):
    rows = (["order", "customer", "time", "amount"], ["A1", "7", "2026-03-01", 5])
    assert treue_import("orders", workbook(tmp_path / "x.xlsx", *rows).rename(tmp_path / name)).code == DONE
    assert Order.objects.count() == 1


def bad_zip(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    return path


BAD_FILES = {
    "nothing there": (lambda path: path, "There is no file"),
    "a folder": (lambda path: (path.mkdir(), path)[1], "is not a file that can be read"),
    "empty": (lambda path: (path.write_bytes(b""), path)[1], "is empty"),
    "only a header": (lambda path: (path.write_text("order,customer,time,amount\n"), path)[1], "no rows below"),
    "a picture": (lambda path: (path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100)), path)[1], "no table"),
    "a zip": (bad_zip, "no table"),
    "header twice": (
        lambda path: (path.write_text("order,customer,time,amount,amount\n1,2,2026-01-01,4,5\n"), path)[1],
        "Several columns are named",
    ),
    "no header": (lambda path: (path.write_text("1,2,2026-01-01,4\n2,2,2026-01-01,4\n"), path)[1], "first row"),
    "no time": (lambda path: (path.write_text("order,customer,amount\n1,2,4\n"), path)[1], "No column was found"),
    "torn workbook": (
        lambda path: (path.write_bytes(workbook(path, ["order"], [1]).read_bytes()[:-200]), path)[1],
        "orders.csv",
    ),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_what_cannot_be_read_is_one_sentence_and_leaves_nothing(treue_import, tmp_path, case):
    make, words = BAD_FILES[case]
    run = treue_import("orders", make(tmp_path / "orders.csv"))
    assert run.code == FAILED
    assert words in run.sentence
    assert "Traceback" not in run.err
    assert run.out == ""
    assert not Import.objects.exists()
    assert not Job.objects.exists()
    assert not list(uploads.folder().iterdir())


def test_a_year_9999_and_a_nul_byte_are_rows_set_aside(treue_import, tmp_path):
    path = tmp_path / "orders.csv"
    path.write_bytes(b"order,customer,time,amount\nA1,1,9999-12-31,5\nA2,1,2026-01-01,5\nA3,\0,2026-01-01,5\n")
    summary = json.loads(treue_import("orders", path, "--json").out)
    assert summary["set_aside"] == {"unreadable_row": 1, "implausible_time": 1}
    assert summary["orders"]["new"] == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--customer", "Nobody"], "no column “Nobody”"),
        (["--column", "colour=x"], "no field “colour”"),
        (["--column", "time="], "No column was found for “Time of the order”"),
    ],
)
def test_a_column_that_is_not_there_is_named_with_those_that_are(treue_import, orders_file, arguments, words):
    run = treue_import("orders", orders_file, *arguments)
    assert run.code == FAILED
    assert words in run.sentence
    assert not Import.objects.exists()


def test_a_wrong_option_is_wrong_use(treue_import, orders_file):
    assert treue_import("orders", orders_file, "--column", "customer").code == USED_WRONGLY
    assert treue_import("gold", orders_file).code == USED_WRONGLY


def test_without_room_for_it_the_disk_is_named(treue_import, orders_file, monkeypatch):
    monkeypatch.setattr(uploads.shutil, "disk_usage", lambda _path: type("Usage", (), {"free": 1000}))
    run = treue_import("orders", orders_file)
    assert run.code == FAILED
    assert "The disk has" in run.sentence
    assert not list(uploads.folder().iterdir())
