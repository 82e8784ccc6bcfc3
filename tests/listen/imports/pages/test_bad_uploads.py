"""What cannot be used is said beside the file, with the right status, and leaves nothing behind."""

import asyncio
import io
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from treue.listen.imports import uploads
from treue.listen.imports.models import Import
from treue.web import receiving

HEADER = "order,customer,time,amount\n"


def torn_workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["order", "customer"])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()[:-300]


def archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("readme.txt", "hello")
    return buffer.getvalue()


OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
NO_TABLE = ("is no table that Treue reads", "ist keine Tabelle, die Treue lesen kann")
BAD = {
    "empty": (b"", "orders.csv is empty.", "orders.csv ist leer."),
    "only a header": (HEADER.encode(), "holds a header and no rows below it", "hat eine Kopfzeile und keine Zeilen"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(200), *NO_TABLE),
    "an archive": (archive(), *NO_TABLE),
    "a workbook of an old Excel": (OLD_OFFICE + bytes(600), "of an old Excel", "aus altem Excel"),
    "a workbook behind a password": (
        OLD_OFFICE + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(200),
        "is protected by a password",
        "ist mit einem Passwort geschützt",
    ),
    "a torn workbook": (torn_workbook(), "is damaged and cannot be read", "ist beschädigt"),
    "binary data": (bytes(range(1, 32)) * 40, *NO_TABLE),
    "a header twice": (
        b"order,time,time\n1,2026-01-01,2\n",
        "Several columns are named “time”",
        "Mehrere Spalten heißen „time“",
    ),
    "no header": (
        b"1,7,2026-01-01,5\n2,8,2026-01-02,5\n",
        "The first row holds values",
        "In der ersten Zeile stehen Werte",
    ),
    "too many columns": (
        b";".join(b"c%d" % number for number in range(3000)) + b"\n" + b";" * 2999 + b"\n",
        "The file has 3,000 columns; at most 2,000 are read.",
        "Die Datei hat 3.000 Spalten; gelesen werden höchstens 2.000.",
    ),
}


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_read_is_said_at_the_field(console, staff, case, language):
    content, *words = BAD[case]
    user = staff("manager")
    user.language = language
    user.save(update_fields=["language"])
    answer = console.post("/imports/new/", {"what": "orders", "file": SimpleUploadedFile("orders.csv", content)})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words[language == "de"] in page
    assert 'id="id_file_error"' in page
    assert "Traceback" not in page
    assert not Import.objects.exists()
    assert not list(uploads.folder().iterdir())


def carried_through(console, task, assign, work_off) -> Import:
    """Every page on the way opens, and the import is done."""
    assert console.get(f"/imports/{task.pk}/columns/").status_code == 200
    assert console.post(f"/imports/{task.pk}/columns/", assign(task)).status_code == 302
    work_off()
    assert console.get(f"/imports/{task.pk}/check/").status_code == 200
    console.post(f"/imports/{task.pk}/start/")
    work_off()
    assert console.get(f"/imports/{task.pk}/").status_code == 200
    assert console.get(f"/imports/{task.pk}/rows/").status_code == 200
    task.refresh_from_db()
    return task


@pytest.mark.parametrize("columns", [300, 1500])
def test_a_file_of_many_columns_goes_its_way(console, upload, assign, work_off, columns):
    more = columns - 4
    head = HEADER.strip() + "".join(f",extra {number}" for number in range(more))
    task = upload(f"{head}\nA1,1,2026-01-01,5{',x' * more}\n")
    assert carried_through(console, task, assign, work_off).summary["orders"]["new"] == 1


def test_a_line_of_five_megabytes_is_one_row(console, upload, assign, work_off):
    task = upload(f"{HEADER.strip()},note\nA1,1,2026-01-01,5,{'x' * (5 << 20)}\nA2,1,2026-01-02,5,short\n")
    assert len(console.get(f"/imports/{task.pk}/columns/").content) < 200_000
    task = carried_through(console, task, assign, work_off)
    assert task.summary["rows_read"] == 2
    assert task.summary["rows_used"] + sum(task.summary["set_aside"].values()) == 2


def test_five_megabytes_without_a_line_are_refused(console):
    file = SimpleUploadedFile("orders.csv", b"x" * (5 << 20))
    answer = console.post("/imports/new/", {"what": "orders", "file": file})
    assert answer.status_code == 422
    assert len(answer.content) < 100_000
    assert not Import.objects.exists()


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "cp1252", "utf-8-sig"])
def test_other_encodings_are_recognised(console, upload, assign, work_off, encoding):
    content = "Bestellnr;Kd-Nr;Datum;Betrag;Bezeichnung\nA1;7;13.03.2026;4,50;Grüner Tee für Zoë\n"
    task = upload(content.encode(encoding))
    assert "Grüner Tee für Zoë" in console.get(f"/imports/{task.pk}/columns/").content.decode()
    assert carried_through(console, task, assign, work_off).summary["orders"]["new"] == 1


def test_text_that_breaks_its_encoding_is_no_reason_to_stop(console, upload, assign, work_off):
    good = b"Bestellnr;Kd-Nr;Datum;Betrag;Bezeichnung\nA1;7;13.03.2026;4,50;Gr\xc3\xbcner Tee\n"
    task = upload(good + b"A2;8;14.03.2026;4,50;Gr\xfcner Tee\n")
    task = carried_through(console, task, assign, work_off)
    assert task.summary["rows_used"] + sum(task.summary["set_aside"].values()) == 2


def test_rows_of_other_lengths_are_set_aside(console, upload, assign, work_off):
    task = upload(HEADER + "A1,1,2026-01-01,5\nA2,1,2026-01-01\nA3,1,2026-01-01,5,6,7\n")
    task = carried_through(console, task, assign, work_off)
    assert task.summary["set_aside"] == {"unreadable_row": 2}
    assert task.summary["orders"]["new"] == 1


def test_a_formula_in_a_cell_is_text_from_the_upload_to_the_download(console, upload, assign, work_off):
    task = upload(HEADER + '"=HYPERLINK(""http://example.org"")",1,2026-01-01,5\nA2,1,=NOW(),5\n')
    task = carried_through(console, task, assign, work_off)
    assert task.summary["set_aside"] == {"unreadable_time": 1}
    saved = b"".join(console.get(f"/imports/{task.pk}/rows.csv").streaming_content).decode("utf-8-sig")
    assert ",'=NOW()," in saved


def test_no_file_at_all_is_said(console):
    answer = console.post("/imports/new/", {"what": "orders"})
    assert answer.status_code == 422
    assert "This field is required." in answer.content.decode()


def test_an_unknown_kind_of_file_is_refused(console):
    answer = console.post("/imports/new/", {"what": "gold", "file": SimpleUploadedFile("a.csv", b"a,b\n1,2\n")})
    assert answer.status_code == 422


def test_a_nul_byte_and_the_year_9999_are_rows_set_aside(console, upload, assign, work_off):
    task = upload(b"order,customer,time,amount\nA1,1,9999-12-31,5\nA2,1,2026-01-01,5\nA3,\0,2026-01-01,5\n")
    assert console.get(f"/imports/{task.pk}/columns/").status_code == 200
    console.post(f"/imports/{task.pk}/columns/", assign(task))
    work_off()
    task.refresh_from_db()
    assert task.probe["set_aside"] == {"unreadable_row": 1, "implausible_time": 1}
    assert console.get(f"/imports/{task.pk}/rows/").status_code == 200


def test_a_name_that_leads_elsewhere_stays_in_the_folder(console, upload):
    task = upload(name="../../../etc/passwd.csv")
    assert task.file_name == "passwd.csv"
    assert [path.name for path in uploads.folder().iterdir()] == [task.stored_as]


def test_markup_in_headings_and_cells_is_only_text(console, upload):
    task = upload("order,customer,time,amount,<script>alert(1)</script>\nA1,1,2026-01-01,5,<img src=x onerror=y>\n")
    page = console.get(f"/imports/{task.pk}/columns/").content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_without_room_on_the_disk_an_upload_is_refused(console, monkeypatch):
    monkeypatch.setattr(uploads.shutil, "disk_usage", lambda _path: type("Usage", (), {"free": 1000}))
    answer = console.post("/imports/new/", {"what": "orders", "file": SimpleUploadedFile("a.csv", b"a,b\n1,2\n")})
    assert answer.status_code == 413
    assert "The disk has" in answer.content.decode()
    assert not list(uploads.folder().iterdir())


# Bodies are measured before Django sees them.


def send(path: str, size: int, *, declared: bool = True, cookies: str = "") -> dict[str, object]:
    """A request to the web process; returns status, text and how much of the body was written to memory or disk."""
    from django.core.asgi import get_asgi_application

    seen = {"taken": 0, "text": b"", "status": 0}
    headers = [(b"host", b"localhost"), (b"content-type", b"text/plain"), (b"cookie", cookies.encode())]
    if declared:
        headers.append((b"content-length", str(size).encode()))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
    }

    async def receive() -> dict[str, object]:
        step = min(1 << 20, size - seen["taken"])
        seen["taken"] += step
        return {"type": "http.request", "body": b"x" * step, "more_body": seen["taken"] < size}

    async def answered(message: dict[str, object]) -> None:
        seen["status"] = message.get("status", seen["status"])
        seen["text"] += message.get("body", b"")

    asyncio.run(receiving.measured(get_asgi_application())(scope, receive, answered))
    return seen


@pytest.fixture
def cookies(console) -> str:
    return "; ".join(f"{name}={morsel.value}" for name, morsel in console.cookies.items())


@override_settings(UPLOAD_LIMIT=2 << 20)
def test_more_than_the_limit_gets_the_upload_page_with_the_reason(console, cookies):
    answer = send("/imports/new/", 8 << 20, cookies=cookies)
    assert answer["status"] == 413
    assert "at most 2.1\u00a0MB can be uploaded" in answer["text"].decode()
    assert not Import.objects.exists()


def test_more_than_the_disk_holds_gets_the_upload_page_with_the_reason(console, cookies, monkeypatch):
    monkeypatch.setattr(uploads.shutil, "disk_usage", lambda _path: type("Usage", (), {"free": 1000}))
    answer = send("/imports/new/", 3 << 20, cookies=cookies)
    assert answer["status"] == 413
    assert "The disk has" in answer["text"].decode()


def test_a_form_is_no_place_for_a_large_body(console, cookies):
    assert send("/settings/", 11 << 20, cookies=cookies)["status"] == 413


@override_settings(UPLOAD_LIMIT=2 << 20)
def test_a_body_without_a_length_is_cut_off_at_the_limit(console, cookies):
    answer = send("/imports/new/", 50 << 20, declared=False, cookies=cookies)
    assert answer["status"] == 413
    assert "at most 2.1\u00a0MB can be uploaded" in answer["text"].decode()
    assert answer["taken"] < 6 << 20
