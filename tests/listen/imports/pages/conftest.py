"""Somebody who may import, files to upload, and a worker that works off what was queued."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from django.test import Client

    from treue.core.shop.models import Shop
    from treue.listen.imports.models import Import

ORDERS = """Bestellnr;Kd-Nr;Datum;Artikel;Bezeichnung;Menge;Preis;Anrede
A1;7;13.03.2026 10:00;TEE-1;Grüner Tee;2;4,50;Frau
A1;7;13.03.2026 10:00;VERSAND;Versand;1;4,90;Frau
A2;;14.03.2026 11:00;TEE-1;Grüner Tee;1;4,50;Herr
A3;8;31.02.2026 11:00;TEE-1;Grüner Tee;1;4,50;Herr
"""


@pytest.fixture
def shop(transactional_db: None, installation: Path) -> "Shop":
    from treue.core.shop.models import Shop

    return Shop.objects.create(name="Tea House")


@pytest.fixture
def console(shop: "Shop", staff: Callable[..., object]) -> "Client":
    """A manager's browser."""
    from django.test import Client

    client = Client()
    client.force_login(staff("manager"), backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def work_off() -> Callable[[], None]:
    """Do what is queued, as a worker does."""
    from treue.core.jobs import work
    from treue.core.jobs.models import Job

    def done() -> None:
        while job := Job.objects.filter(state=Job.State.WAITING, kind__startswith="imports.").order_by("pk").first():
            work.run(job.pk)

    return done


@pytest.fixture
def upload(console: "Client") -> Callable[..., "Import"]:
    """Upload a file through the page; returns its import."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    from treue.listen.imports.models import Import

    def uploaded(content: str | bytes = ORDERS, what: str = "orders", name: str = "bestellungen.csv") -> "Import":
        data = content if isinstance(content, bytes) else content.encode()
        answer = console.post("/imports/new/", {"what": what, "file": SimpleUploadedFile(name, data)})
        assert answer.status_code == 302, answer.content.decode()
        return Import.objects.latest("pk")

    return uploaded


@pytest.fixture
def assign() -> Callable[["Import"], dict[str, str]]:
    """What the page of columns would send if nothing was changed on it."""

    def guessed(task: "Import") -> dict[str, str]:
        fields = {column: field for field, column in task.columns.items()}
        return {f"c{place}": fields.get(column, "") for place, column in enumerate(task.preview["columns"])}

    return guessed


@pytest.fixture
def imported(console: "Client", upload: Callable, assign: Callable, work_off: Callable) -> "Import":
    """A file led through all pages."""
    task = upload()
    console.post(f"/imports/{task.pk}/columns/", assign(task))
    work_off()
    console.post(f"/imports/{task.pk}/start/")
    work_off()
    task.refresh_from_db()
    return task
