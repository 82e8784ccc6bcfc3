"""What machines ask an installation."""

import time
import urllib.request
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from treue.core.events import reading, registry
from treue.core.events.log import Happening, record
from treue.core.events.models import Event
from treue.core.events.reacting import drain
from treue.core.jobs.models import Job, Mail
from treue.core.shop.models import Shop
from treue.listen.imports.models import Import
from treue.understand.metrics.models import Snapshot

DIRECTLY = {"REMOTE_ADDR": "127.0.0.1"}


@pytest.fixture
def shop(transactional_db: None) -> Iterator[Shop]:
    yield Shop.objects.create(name="Tea House")
    with connection.cursor() as cursor:
        cursor.execute("truncate events_cursor")


@pytest.fixture
def unapplied(transactional_db: None) -> Iterator[None]:
    """One migration less than this version knows."""
    with connection.cursor() as cursor:
        cursor.execute("delete from django_migrations where app = 'metrics' and name = '0002_letters' returning *")
        ((number, app, name, applied),) = cursor.fetchall()
        yield
        cursor.execute("insert into django_migrations values (%s, %s, %s, %s)", [number, app, name, applied])


def read(text: str) -> dict[tuple[str, ...], float]:
    """Every value by its name and labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def metrics(client: Client) -> dict[tuple[str, ...], float]:
    answer = client.get("/metrics", **DIRECTLY)
    assert answer.status_code == 200
    return read(answer.content.decode())


def test_a_living_process_says_so_to_anybody_by_any_name_without_the_database(client: Client) -> None:
    # No fixture asks for the database, so any query would fail.
    client.cookies["sessionid"] = "x"
    answer = client.get("/health", headers={"Host": "10.1.2.3:8000"})
    assert (answer.status_code, answer.content) == (200, b"alive\n")
    assert answer["Cache-Control"] == "no-store"


def test_a_probe_is_only_read(client: Client) -> None:
    assert client.post("/health").status_code == 405


@pytest.mark.usefixtures("transactional_db")
def test_it_is_ready_when_the_database_is(client: Client) -> None:
    answer = client.get("/ready", headers={"Host": "10.1.2.3"})
    assert (answer.status_code, answer.content) == (200, b"ready\n")


@pytest.mark.usefixtures("unapplied")
def test_it_is_not_ready_before_its_migrations_are_applied(client: Client) -> None:
    answer = client.get("/ready")
    assert answer.status_code == 503
    assert answer.content == b"1 changes of the database are still to be made: run treue manage migrate.\n"


def test_it_is_not_ready_without_a_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", "9")
    answer = client.get("/ready")
    assert (answer.status_code, answer.content) == (503, b"The database does not answer.\n")
    assert metrics(client)[("treue_database_up",)] == 0


@pytest.mark.parametrize("header", ["Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"])
def test_figures_are_not_for_whoever_was_passed_on_by_a_proxy(client: Client, header: str) -> None:
    assert client.get("/metrics", headers={header: "127.0.0.1"}, **DIRECTLY).status_code == 403


def test_figures_are_not_for_other_machines(client: Client) -> None:
    assert client.get("/metrics", REMOTE_ADDR="10.1.2.3").status_code == 403


def test_an_installation_that_others_reach_asks_this_machine_for_a_token_too(client: Client, settings: object) -> None:
    settings.PUBLIC_URL = "https://treue.example.org"
    assert client.get("/metrics", **DIRECTLY).status_code == 403


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("said", "status"), [("Bearer blue", 200), ("Bearer blu", 403), ("Basic blue", 403), ("", 403), ("Bearer é", 403)]
)
def test_with_a_token_figures_are_for_whoever_has_it(
    client: Client, monkeypatch: pytest.MonkeyPatch, said: str, status: int
) -> None:
    monkeypatch.setenv("TREUE_METRICS_TOKEN", "blue")
    answer = client.get("/metrics", headers={"Authorization": said}, REMOTE_ADDR="10.1.2.3")
    assert answer.status_code == status


def test_figures_count_what_waits_and_what_failed(client: Client, shop: Shop) -> None:
    Job.objects.create(kind="test.counts")
    Job.objects.create(kind="test.counts", state="failed", finished_at=timezone.now())
    Job.objects.create(kind="test.counts", state="failed", finished_at=timezone.now() - timedelta(days=2))
    Job.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    Mail.objects.create(to="ada@example.org", subject="Hello", text="…", attempts=12)
    found = metrics(client)
    assert found["treue_jobs", "waiting"] == 1
    assert found["treue_jobs", "failed"] == 1
    assert 300 <= found[("treue_jobs_oldest_waiting_seconds",)] < 400
    assert found["treue_mails", "given_up"] == 1
    assert found[("treue_database_up",)] == 1
    assert found[("treue_database_size_bytes",)] > 1_000_000
    assert found[("treue_home_free_bytes",)] > 0
    assert found[("process_resident_memory_bytes",)] > 1_000_000


def test_figures_say_how_long_a_writer_holds_everybody_back(client: Client, shop: Shop) -> None:
    from treue.core import direct

    with psycopg.connect(direct.conninfo()) as other:
        other.execute("update shop_shop set name = 'Coffee House'")
        time.sleep(0.2)
        assert metrics(client)[("treue_database_oldest_transaction_seconds",)] >= 0.2
        other.rollback()


def test_figures_say_how_far_a_reaction_is_behind_and_at_what_it_failed(
    client: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(events: Sequence[Event]) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(registry, "REACTIONS", {})
    registry.reaction("test.fails", starts=registry.BEGINNING)(fail)
    reading.begin()
    assert metrics(client)["treue_reaction_lag_seconds", "test.fails"] == 0
    record(shop, [Happening("m", "Order Completed", 1, "shop", timezone.now())])
    time.sleep(0.1)
    before = metrics(client)
    assert before["treue_reaction_unread_events", "test.fails"] == 1
    assert 0.1 <= before["treue_reaction_lag_seconds", "test.fails"] < 60
    drain()
    after = metrics(client)
    assert after["treue_reaction_unread_events", "test.fails"] == 0
    assert after["treue_reaction_failed_events", "test.fails"] == 1


def test_figures_say_where_a_reaction_is_stuck_since_when_and_why(
    client: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "REACTIONS", {})
    registry.reaction("test.reads", starts=registry.BEGINNING)(lambda events: None)
    reading.begin()
    record(shop, [Happening("m", "Order Completed", 1, "shop", timezone.now())])
    with connection.cursor() as cursor:  # facts that nobody can read
        cursor.execute("update events_event set facts = '{\"n\": 1e5000}'")
    drain()
    assert 0 <= metrics(client)["treue_reaction_stuck_seconds", "ValidationError", "test.reads"] < 60
    with connection.cursor() as cursor:
        cursor.execute("update events_event set facts = '{}'")
    drain()
    assert not [each for each in metrics(client) if each[0] == "treue_reaction_stuck_seconds"]


def test_figures_say_when_files_came_and_when_they_were_counted(client: Client, shop: Shop, installation: Path) -> None:
    ended = timezone.now() - timedelta(hours=1)
    Import.objects.create(shop=shop, what="orders", state="done", file_name="a.csv", finished_at=ended)
    Snapshot.objects.create(shop=shop, as_of=ended.date(), window_days=365, is_current=True, seconds=2.5)
    found = metrics(client)
    assert found["treue_last_import_timestamp_seconds", str(shop.pk)] == pytest.approx(ended.timestamp())
    assert found["treue_figures_duration_seconds", str(shop.pk)] == 2.5
    assert found["treue_figures_timestamp_seconds", str(shop.pk)] > ended.timestamp()


@pytest.mark.usefixtures("shop")
def test_requests_are_counted_by_view_and_never_by_address(client: Client) -> None:
    def counted(status: str) -> float:
        return metrics(client).get(("treue_http_requests_total", "GET", status, "account_login"), 0)

    before = counted("200")
    assert client.get(reverse("account_login") + "?next=/customers/?q=Lovelace").status_code == 200
    client.get("/nowhere/Lovelace")
    client.generic("LOVELACE", reverse("account_login"))
    assert counted("200") == before + 1
    assert metrics(client)["treue_http_requests_total", "GET", "200", "metrics"] > 1
    assert metrics(client)["treue_http_requests_total", "GET", "404", "none"] >= 1
    assert "lovelace" not in client.get("/metrics", **DIRECTLY).content.decode().lower()


@pytest.mark.parametrize(("given", "kept"), [("0123456789abcdef0123456789abcdef", True), ("Ada Lovelace", False)])
def test_an_answer_carries_a_number_and_a_proxys_own_where_it_is_one(client: Client, given: str, kept: bool) -> None:
    answer = client.get("/health", headers={"X-Request-ID": given})
    assert (answer["X-Request-ID"] == given) is kept
    assert len(answer["X-Request-ID"]) == 32


@pytest.mark.django_db(transaction=True)
def test_probes_are_answered_over_http(live_server: object) -> None:
    for path in ("/health", "/ready", "/metrics"):
        with urllib.request.urlopen(live_server.url + path, timeout=10) as answer:
            assert answer.status == 200
