"""A file's way through the pages: upload, columns, dry run, import, rows set aside, undo."""

import io
import re

import pytest
from django.test import Client

from treue.core.commerce.models import Order
from treue.core.customers.models import Customer
from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.core.shop.models import NonProduct
from treue.core.staff.models import AuditEntry, User
from treue.listen.imports import uploads
from treue.listen.imports.models import Import, SetAside

LANGUAGES = {
    "en": ("Import a file", "Assign columns", "Dry run", "1 order would be new", "Undo the import"),
    "de": ("Datei importieren", "Spalten zuordnen", "Probelauf", "käme neu dazu", "Import rückgängig machen"),
}


ROWS = "".join(f"B{number},1,2026-01-{number:02},5\n" for number in range(1, 29))


def text(answer) -> str:
    return answer.content.decode()


@pytest.fixture(params=["en", "de"])
def words(request, console, staff):
    user = staff("manager")
    user.language = request.param
    user.save(update_fields=["language"])
    return LANGUAGES[request.param]


def test_every_page_speaks_the_persons_language(words, console, upload, assign, work_off):
    file, columns, dry_run, would, undo = words
    assert file in text(console.get("/imports/"))
    assert file in text(console.get("/imports/new/"))
    task = upload()
    assert columns in text(console.get(f"/imports/{task.pk}/columns/"))
    console.post(f"/imports/{task.pk}/columns/", assign(task))
    assert dry_run in text(console.get(f"/imports/{task.pk}/check/"))
    work_off()
    assert would in text(console.get(f"/imports/{task.pk}/check/"))
    console.post(f"/imports/{task.pk}/start/")
    work_off()
    assert undo in text(console.get(f"/imports/{task.pk}/"))
    assert undo in text(console.get(f"/imports/{task.pk}/undo/"))
    assert "31.02.2026" in text(console.get(f"/imports/{task.pk}/rows/"))


def test_without_imports_the_page_says_what_to_do(console):
    page = text(console.get("/imports/"))
    assert "Nothing imported yet." in page
    assert "/imports/new/" in page


def test_the_list_has_the_latest_printed_moment_on_top_on_every_page(console, shop):
    for name, came, ended in [
        ("waited.csv", "04:00", "04:02"),
        ("quick.csv", "04:01", "04:01"),
        ("early.csv", "03:00", "03:30"),
        ("new.csv", "04:03", None),
    ]:
        task = Import.objects.create(shop=shop, what="orders", file_name=name, state="done" if ended else "mapping")
        moments = {"created_at": f"2026-11-22T{came}Z", "finished_at": ended and f"2026-11-22T{ended}Z"}
        Import.objects.filter(pk=task.pk).update(**moments)
    first = text(console.get("/imports/"))
    assert re.findall(r">(\w+\.csv)<", first) == ["new.csv", "waited.csv", "quick.csv", "early.csv"]
    quick = Import.objects.get(file_name="quick.csv").pk
    assert re.findall(r">(\w+\.csv)<", text(console.get(f"/imports/?before={quick}"))) == ["early.csv"]
    assert re.findall(r">(\w+\.csv)<", text(console.get(f"/imports/?after={quick}"))) == ["new.csv", "waited.csv"]


def test_columns_are_guessed_with_examples_and_a_preview(console, upload):
    task = upload()
    page = text(console.get(f"/imports/{task.pk}/columns/"))
    assert '<option value="customer" selected>Customer number</option>' in page
    assert "13.03.2026 10:00" in page
    assert "7 columns assigned, 1 left out" in page
    assert "semicolon, UTF-8" in page
    assert page.count("Grüner Tee") >= 2


def test_two_columns_for_one_field_are_said_at_both_and_nothing_is_kept(console, upload, assign):
    task = upload()
    answer = console.post(f"/imports/{task.pk}/columns/", assign(task) | {"c7": "customer"})
    assert answer.status_code == 422
    page = text(answer)
    assert "“Customer number” is already mapped to “Anrede”. Choose one of them." in page
    assert "“Customer number” is already mapped to “Kd-Nr”. Choose one of them." in page
    assert 'aria-invalid="true"' in page
    assert not Job.objects.exists()
    task.refresh_from_db()
    assert task.columns["customer"] == "Kd-Nr"


def test_a_field_that_is_needed_and_left_out_is_named(console, upload, assign):
    task = upload()
    answer = console.post(f"/imports/{task.pk}/columns/", assign(task) | {"c2": ""})
    assert answer.status_code == 422
    assert "No column is “Time of the order” yet." in text(answer)


def test_a_column_of_the_right_name_that_holds_something_else_is_told_from_one_that_is_missing(console, upload):
    task = upload("Bestellnr;Kd-Nr;Datum;Betrag\nA1;7;neulich;5\nA2;8;gestern;5\n")
    said = text(console.get(f"/imports/{task.pk}/columns/"))
    assert "What stands in the column “Datum” cannot be read as “Time of the order”: “neulich”, “gestern”." in said


def test_an_import_whose_times_are_all_something_else_fails_with_a_sentence(console, upload, assign, work_off):
    task = upload("Bestellnr;Kd-Nr;Datum;Wetter;Betrag\nA1;7;1.3.2026;Regen;5\nA2;8;2.3.2026;Schnee;5\n")
    console.post(f"/imports/{task.pk}/columns/", assign(task) | {"c2": "", "c3": "time"})
    work_off()
    task.refresh_from_db()
    assert (task.probe, task.job.error_facts["values"]) == (None, ["Regen", "Schnee"])
    said = text(console.get(f"/imports/{task.pk}/check/"))
    assert "What stands in the column “Wetter” cannot be read as “Time of the order”: “Regen”, “Schnee”." in said


def test_columns_that_fit_equally_well_are_to_be_checked(console, upload):
    task = upload(
        "order,customer,date,amount,total amount,email,e-mail\nA1,1,2026-01-01,5,5,a@example.org,a@example.org\n"
    )
    assert task.preview["doubts"]
    assert "please check" in text(console.get(f"/imports/{task.pk}/columns/"))


def test_the_dry_run_writes_nothing_and_says_what_would_happen(console, upload, assign, work_off):
    task = upload()
    console.post(f"/imports/{task.pk}/columns/", assign(task))
    work_off()
    page = text(console.get(f"/imports/{task.pk}/check/"))
    assert "1 order would be new." in page
    assert "Nothing has been imported yet." in page
    assert "No customer" in page
    assert "Unreadable time" in page
    assert "VERSAND" in page
    assert "It has 1 line. Computed from this file alone: Without it revenue would be €9.00 instead of €13.90." in page
    assert not Order.objects.exists()
    assert not Customer.objects.exists()


def test_changing_the_columns_forgets_the_dry_run(console, upload, assign, work_off):
    task = upload()
    console.post(f"/imports/{task.pk}/columns/", assign(task))
    work_off()
    console.post(f"/imports/{task.pk}/columns/", assign(task) | {"c4": ""})
    task.refresh_from_db()
    assert task.probe is None
    assert not SetAside.objects.exists()
    work_off()
    task.refresh_from_db()
    assert task.probe["orders"]["new"] == 1


def test_a_candidate_is_left_out_by_a_button_and_the_dry_run_goes_again(console, upload, assign, work_off):
    task = upload()
    console.post(f"/imports/{task.pk}/columns/", assign(task))
    work_off()
    console.post(f"/imports/{task.pk}/non-product/", {"code": "VERSAND"})
    work_off()
    assert list(NonProduct.objects.values_list("code", flat=True)) == ["VERSAND"]
    assert AuditEntry.objects.filter(action="shop.non_products_changed").count() == 1
    task.refresh_from_db()
    assert task.probe["set_aside"]["non_product"] == 1
    assert task.probe["candidates"] == []


def test_an_import_is_done_and_shown_with_its_rows(console, imported):
    assert imported.state == Import.State.DONE
    assert list(Order.objects.values_list("number", flat=True)) == ["A1"]
    page = text(console.get(f"/imports/{imported.pk}/"))
    assert "1 order was added. 2 rows were set aside." in page
    assert "Kim Manager" in page
    assert AuditEntry.objects.filter(action="import.started", who__email="manager@example.org").exists()
    assert "bestellungen.csv" in text(console.get("/imports/"))


def test_rows_set_aside_can_be_looked_through_by_reason(console, imported):
    page = text(console.get(f"/imports/{imported.pk}/rows/"))
    assert "31.02.2026" in page
    assert "No customer" in page
    page = text(console.get(f"/imports/{imported.pk}/rows/?reason=unreadable_time"))
    assert "31.02.2026" in page
    assert "Write days as 2026-11-22 or 22.11.2026." in page
    assert console.get(f"/imports/{imported.pk}/rows/?reason=nonsense&page=xyz").status_code == 200


def test_many_rows_set_aside_are_paged(console, imported):
    SetAside.objects.bulk_create(SetAside(of=imported, line_no=number, reason="no_time") for number in range(100, 220))
    seen = []
    url = f"/imports/{imported.pk}/rows/"
    while url:
        page = text(console.get(url))
        seen.append(page.count("No time</th>"))
        following = (
            page.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0] if 'rel="next"' in page else ""
        )
        url = f"/imports/{imported.pk}/rows/{following}" if following else ""
    assert seen == [48, 50, 22]


def test_rows_set_aside_are_saved_as_csv_that_no_spreadsheet_executes(console, upload, assign, work_off):
    task = upload("order,customer,time,amount\nA1,1,=1+1,5\nA2,1,@SUM(A1),5\n" + ROWS)
    console.post(f"/imports/{task.pk}/columns/", assign(task))
    work_off()
    answer = console.get(f"/imports/{task.pk}/rows.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Line,Reason,Column,Value")
    assert "'=1+1" in lines[1]
    assert "'@SUM(A1)" in lines[2]


def test_undo_asks_with_numbers_and_takes_everything_back(console, imported, work_off):
    page = text(console.get(f"/imports/{imported.pk}/undo/"))
    assert "1 order will be removed." in page
    assert not AuditEntry.objects.filter(action="import.undone").exists()
    console.post(f"/imports/{imported.pk}/undo/")
    work_off()
    imported.refresh_from_db()
    assert imported.state == Import.State.UNDONE
    assert not Order.objects.exists()
    assert "The import was undone." in text(console.get(f"/imports/{imported.pk}/"))
    assert AuditEntry.objects.filter(action="import.undone").count() == 1


def test_an_undone_import_can_be_done_again(console, imported, work_off):
    console.post(f"/imports/{imported.pk}/undo/")
    work_off()
    console.post(f"/imports/{imported.pk}/start/")
    work_off()
    assert Order.objects.count() == 1


def test_undo_is_refused_while_a_later_import_stands_on_it(console, imported, upload, assign, work_off):
    later = upload("Bestellnr;Kd-Nr;Datum;Artikel;Menge;Preis\nA1;7;13.03.2026 10:00;TEE-1;1;4,50\n", name="später.csv")
    console.post(f"/imports/{later.pk}/columns/", assign(later))
    work_off()
    console.post(f"/imports/{later.pk}/start/")
    work_off()
    answer = console.post(f"/imports/{imported.pk}/undo/", follow=True)
    assert f"number {later.pk}, “später.csv”" in text(answer)
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("language", "lean", "gone"),
    [("en", "found 1 order known already", "was undone since"), ("de", "1 Bestellung schon bekannt", "seitdem")],
)
def test_whoever_undoes_it_is_told_of_a_later_import_of_the_same(
    language, lean, gone, console, imported, upload, assign, work_off
):
    User.objects.update(language=language)
    again = upload(name="nochmal.csv")
    console.post(f"/imports/{again.pk}/columns/", assign(again))
    work_off()
    console.post(f"/imports/{again.pk}/start/")
    work_off()
    assert f"/imports/{again.pk}/undo/" not in text(console.get(f"/imports/{again.pk}/"))
    assert gone not in text(console.get(f"/imports/{again.pk}/"))
    for page in (f"/imports/{imported.pk}/", f"/imports/{imported.pk}/undo/"):
        shown = text(console.get(page))
        assert lean in shown
        assert f"{again.pk}, „nochmal.csv“" in shown or f"{again.pk}, “nochmal.csv”" in shown
    console.post(f"/imports/{imported.pk}/undo/")
    work_off()
    assert gone in text(console.get(f"/imports/{again.pk}/"))


def test_the_card_moves_and_the_page_turns_when_it_is_over(console, upload, assign, work_off):
    task = upload()
    console.post(f"/imports/{task.pk}/columns/", assign(task))
    fragment = console.get(f"/imports/{task.pk}/card/", HTTP_HX_REQUEST="true")
    assert "<html" not in text(fragment)
    assert 'hx-trigger="every 2s"' in text(fragment)
    assert f"/imports/{task.pk}/cancel/" in text(fragment)
    work_off()
    over = console.get(f"/imports/{task.pk}/card/", HTTP_HX_REQUEST="true")
    assert over["HX-Refresh"] == "true"


def test_an_import_that_waits_can_be_cancelled_and_started_again(console, upload, assign, work_off):
    task = upload()
    console.post(f"/imports/{task.pk}/columns/", assign(task))
    work_off()
    console.post(f"/imports/{task.pk}/start/")
    console.post(f"/imports/{task.pk}/cancel/")
    page = text(console.get(f"/imports/{task.pk}/"))
    assert "The import was cancelled." in page
    assert "Import it again" in page
    console.post(f"/imports/{task.pk}/start/")
    work_off()
    assert Order.objects.count() == 1


def test_a_started_import_does_not_start_twice(console, upload, assign, work_off):
    task = upload()
    console.post(f"/imports/{task.pk}/columns/", assign(task))
    work_off()
    console.post(f"/imports/{task.pk}/start/")
    console.post(f"/imports/{task.pk}/start/")
    assert Job.objects.filter(kind="imports.run").count() == 1


def test_a_dead_workers_import_says_so_and_can_be_undone(console, imported):
    Job.objects.filter(pk=imported.job_id).update(state=Job.State.FAILED, error="WorkerDied", error_facts={"starts": 5})
    Import.objects.filter(pk=imported.pk).update(state=Import.State.RUNNING)
    page = text(console.get(f"/imports/{imported.pk}/"))
    assert "The worker died 5 times" in page
    assert f"/imports/{imported.pk}/undo/" in page


def test_customers_products_and_costs_go_the_same_way(console, upload, assign, work_off):
    files = {
        "customers": ("number,name\n7,Anna\n", "1 customer would be new."),
        "products": ("code,category\nTEE,Tee\n", "1 product would be new."),
        "costs": ("channel,month,amount\nShop,2026-01,100\n", "would be new."),
    }
    for what, (content, said) in files.items():
        task = upload(content, what=what, name=f"{what}.csv")
        console.post(f"/imports/{task.pk}/columns/", assign(task))
        work_off()
        assert said in text(console.get(f"/imports/{task.pk}/check/"))
        console.post(f"/imports/{task.pk}/start/")
        work_off()
        task.refresh_from_db()
        assert task.state == Import.State.DONE


def test_another_sheet_of_a_workbook_can_be_read(console, upload):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["note"])
    book.active.append(["see next sheet"])
    sheet = book.create_sheet("Orders 2026")
    sheet.append(["order", "customer", "date", "amount"])
    sheet.append(["A1", "1", "2026-01-01", 5])
    buffer = io.BytesIO()
    book.save(buffer)
    task = upload(buffer.getvalue(), name="orders.xlsx")
    console.post(f"/imports/{task.pk}/sheet/", {"sheet": "Orders 2026"})
    task.refresh_from_db()
    assert task.columns == {"customer": "customer", "order": "order", "time": "date", "amount": "amount"}
    answer = console.post(f"/imports/{task.pk}/sheet/", {"sheet": "Nowhere"}, follow=True)
    assert "has no sheet “Nowhere”" in text(answer)


def test_a_file_that_is_not_kept_any_more_can_only_be_looked_at(console, imported):
    uploads.discard(imported)
    page = text(console.get(f"/imports/{imported.pk}/"))
    assert "1 order was added." in page
    assert console.get(f"/imports/{imported.pk}/columns/").status_code == 302
    console.post(f"/imports/{imported.pk}/start/")
    assert Job.objects.filter(kind="imports.run").count() == 1


def test_imports_of_another_shop_are_not_found(console, imported, shop):
    shop.pk = None
    shop.name = "Second"
    shop.save()
    Import.objects.filter(pk=imported.pk).update(shop=shop)
    for page in ("", "columns/", "check/", "rows/", "rows.csv", "undo/", "card/"):
        assert console.get(f"/imports/{imported.pk}/{page}").status_code == 404


@pytest.mark.parametrize("role", ["analyst", "service"])
def test_who_may_not_import_may_not_look_either(shop, imported, staff, role):
    client = Client()
    client.force_login(staff(role), backend="allauth.account.auth_backends.AuthenticationBackend")
    for page in ("", "new/", f"{imported.pk}/", f"{imported.pk}/rows.csv", f"{imported.pk}/card/"):
        assert client.get(f"/imports/{page}").status_code == 403
    assert client.post(f"/imports/{imported.pk}/undo/").status_code == 403
    assert Order.objects.count() == 1


def test_a_failure_of_the_work_is_a_sentence_on_the_page(console, upload, assign, monkeypatch):
    task = upload()
    console.post(f"/imports/{task.pk}/columns/", assign(task))
    (uploads.folder() / task.stored_as).write_bytes(b"")
    work.run(task.__class__.objects.get(pk=task.pk).job_id)
    page = text(console.get(f"/imports/{task.pk}/check/"))
    assert "bestellungen.csv is empty." in page
    assert "Try the dry run again" in page
