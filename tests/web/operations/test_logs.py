"""What the processes write: what an operator needs, and nothing about anybody."""

import json
import logging
import logging.config
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from treue.core import home
from treue.core.customers.models import Customer
from treue.core.events import reading, registry
from treue.core.events.log import Happening, record
from treue.core.events.models import Event
from treue.core.events.reacting import drain
from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.core.shop.models import Shop
from treue.core.staff import sign_in_links
from treue.core.staff.models import User
from treue.listen.imports import importing
from treue.listen.imports.models import Import
from treue.web.operations import logs

PERSONAL = ("Lovelace", "ada@", "Ockham", "0421", "K-4711", "blue flower", "staff-member@", "127.0.0.1")
log = logging.getLogger("treue.test")


class Told:
    """What is written from now on, as a process writes it that was started so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._monkeypatch = monkeypatch
        self.begin("json,INFO")

    def begin(self, form: str) -> None:
        self._monkeypatch.setenv("TREUE_LOG", form)
        logging.config.dictConfig(logs.configuration())
        (handler,) = logging.getLogger().handlers
        self._written = StringIO()
        handler.setStream(self._written)

    def text(self) -> str:
        return self._written.getvalue()

    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.text().splitlines()]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    yield Told(monkeypatch)
    logging.config.dictConfig(django_settings.LOGGING)


def test_a_line_says_when_how_grave_who_and_what(told: Told) -> None:
    log.warning("Job %s failed", 7)
    (line,) = told.lines()
    assert datetime.fromisoformat(line.pop("time")).tzinfo is not None
    assert line == {"level": "WARNING", "logger": "treue.test", "message": "Job 7 failed"}


def test_an_error_is_told_by_kind_and_place_and_not_in_its_words(told: Told) -> None:
    try:
        try:
            raise ValueError("Ada Lovelace")
        except ValueError as error:
            raise KeyError("ada@example.org") from error
    except KeyError:
        log.exception("A job failed")
    (line,) = told.lines()
    assert line["error"] == ["KeyError", "ValueError"]
    assert "test_an_error_is_told_by_kind_and_place" in line["trace"][-1]
    assert "Lovelace" not in str(line)
    assert "ada@" not in str(line)


@pytest.mark.django_db(transaction=True)
def test_an_error_of_the_database_names_its_rule(told: Told) -> None:
    shop = Shop.objects.create(name="Tea House")
    try:
        with connection.cursor() as cursor:
            for _ in range(2):
                cursor.execute(
                    "insert into shop_exchangerate (shop_id, currency, rate) values (%s, 'ADA', 1)", [shop.pk]
                )
    except Exception:
        log.exception("A rate could not be kept")
    assert told.lines()[0]["error"] == ["IntegrityError", "UniqueViolation 23505 shop_rate_once"]


def test_other_packages_are_told_by_their_patterns(told: Told) -> None:
    logging.getLogger("axes").warning("New login failure by %s", "ada@example.org")
    logging.getLogger("asyncio").error("Task failed\nfuture: ValueError('Lovelace')")
    assert [line["message"] for line in told.lines()] == ["New login failure by %s", "Task failed"]


def test_people_read_the_same_plainly(told: Told) -> None:
    told.begin("")
    log.info("Not told")
    try:
        raise ValueError("Ada Lovelace")
    except ValueError:
        log.exception("A job failed")
    text = told.text()
    assert " ERROR treue.test: A job failed\n" in text
    assert text.endswith("\n  ValueError\n")
    assert "Lovelace" not in text
    assert "Not told" not in text


def test_who_looks_for_a_fault_gets_everything(told: Told) -> None:
    told.begin("DEBUG")
    try:
        raise ValueError("Ada Lovelace")
    except ValueError:
        log.exception("A job failed")
    assert "ValueError: Ada Lovelace" in told.text()


@pytest.fixture
def shop(transactional_db: None, installation: Path) -> Iterator[Shop]:
    yield Shop.objects.create(name="Tea House")
    with connection.cursor() as cursor:
        cursor.execute("truncate events_cursor, procrastinate_jobs cascade")


def test_a_request_is_told_by_its_view_with_a_number_that_goes_through_everything(told: Told, shop: Shop) -> None:
    Client().get(reverse("account_login"), {"next": "/customers/?q=Lovelace"}, headers={"X-Request-ID": "a" * 32})
    Client().get("/health")  # comes every few seconds
    (line,) = told.lines()
    assert line["message"] == "request"
    assert (line["view"], line["method"], line["status"]) == ("account_login", "GET", 200)
    assert line["request_id"] == "a" * 32
    assert line["duration_ms"] > 0


def test_a_page_that_fails_is_told_without_its_address(told: Told, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise ValueError("Lovelace")

    monkeypatch.setattr(sign_in_links, "is_open", fail)
    client = Client(raise_request_exception=False)
    assert client.get(reverse("welcome", args=["once-only"])).status_code == 500
    lines = told.lines()
    assert [line["message"] for line in lines] == ["Internal Server Error", "request"]
    assert lines[0]["view"] == "welcome"
    assert lines[0]["request_id"] == lines[1]["request_id"]
    assert "once-only" not in str(lines)


def test_a_whole_story_names_nobody(told: Told, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sign-ins, a search, an import with rows it cannot use, one that fails, a reaction that fails, a broken job."""
    told.begin("json,INFO")
    User.objects.create_user("staff-member@example.org", "blue flower by the brook", role="admin")
    client = Client(REMOTE_ADDR="127.0.0.1")
    for password in ("Lovelace", "blue flower by the brook"):
        client.post(reverse("account_login"), {"login": "staff-member@example.org", "password": password})
    client.get(reverse("customers"), {"q": "Ada Lovelace"})
    client.get("/customers/Lovelace/")
    _import(shop, "Kd-Nr;Name;E-Mail\nK-4711;Ada Lovelace;ada@example.org\n;Ockham;0421/12345\n", "customers")
    _import(shop, "Bestellnr;Kd-Nr;Datum;Menge;Preis\nA1;K-4711;Lovelace;zwei;Ockham\n", "orders")
    _react_badly(shop, monkeypatch)
    _break_a_job(monkeypatch)
    text = told.text()
    assert Customer.objects.filter(name="Ada Lovelace").exists()
    assert Job.objects.filter(state="failed").exists()
    assert {"treue.core.events.calling", "treue.core.jobs.work"} <= {
        json.loads(line)["logger"] for line in text.splitlines()
    }
    assert [word for word in PERSONAL if word.lower() in text.lower()] == []


def _import(shop: Shop, content: str, what: str) -> None:
    task = Import.objects.create(shop=shop, what=what, file_name="Ada Lovelace.csv", stored_as=f"{what}.csv")
    (home.home() / "uploads" / task.stored_as).write_text(content)
    names = {
        "customers": {"number": "Kd-Nr", "name": "Name", "email": "E-Mail"},
        "orders": {"order": "Bestellnr", "customer": "Kd-Nr", "time": "Datum", "quantity": "Menge", "price": "Preis"},
    }
    Import.objects.filter(pk=task.pk).update(columns=names[what], size=len(content))
    task.refresh_from_db()
    work.run(importing.start(task=task, by=None).pk)


def _react_badly(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "REACTIONS", {})

    @registry.reaction("test.fails", starts=registry.BEGINNING)
    def react(events: Sequence[Event]) -> None:
        raise ValueError(f"Ada Lovelace, {events[0].facts}")

    reading.begin()
    record(shop, [Happening("m", "Order Completed", 1, "shop", datetime.now(UTC), {"email": "ada@example.org"})])
    drain()


def _break_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_progress: work.Progress) -> dict[str, object]:
        with psycopg.connect("dbname=Lovelace host=127.0.0.1 port=9 connect_timeout=2"):
            return {}

    monkeypatch.setitem(work.KINDS, "test.fails", fail)
    work.run(work.start("test.fails").pk)
