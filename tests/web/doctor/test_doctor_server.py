"""What the doctor finds at the database's server and in its tables."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.db import connection, connections

from treue.core import direct
from treue.core.events import partitions
from treue.core.shop.models import Shop
from treue.web.doctor import server
from treue.web.doctor.examining import CHECKS, examine

Found = Callable[..., list[str]]


@contextmanager
def changed(setting: str, value: str) -> Iterator[None]:
    """A setting of the test's own database, for those who connect from now on."""
    name = connection.settings_dict["NAME"]
    with psycopg.connect(direct.conninfo(), autocommit=True) as link:
        link.execute(f'alter database "{name}" set {setting} = {value}')
        connections.close_all()
        try:
            yield
        finally:
            link.execute(f'alter database "{name}" reset {setting}')
            connections.close_all()
            connection.close_pool()


@contextmanager
def sql(do: str, undo: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(do)
        try:
            yield
        finally:
            cursor.execute(undo)


@pytest.mark.usefixtures("shop")
def test_a_server_that_is_well_is_found_well(found: Found) -> None:
    for name in ("answers", "version", "clock", "connections", "migrations", "months", "triggers"):
        assert found(f"database.{name}") == []
    assert found("shop.zones") == []


@pytest.mark.usefixtures("shop")
def test_without_a_server_nothing_else_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
    monkeypatch.setitem(connection.settings_dict, "PORT", "9")
    examined = {each.check: each.findings for each in examine(lambda: datetime.now(UTC))}
    assert list(examined) == list(CHECKS)
    assert "refused" in examined["database.answers"][0].fault
    assert examined["lake"] is None
    assert examined["folder.key"] == []


@pytest.mark.usefixtures("shop")
def test_a_server_that_is_too_old_is_found(found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "LEAST_VERSION", 99)
    (sentence,) = found("database.version")
    assert sentence.endswith("Treue needs 99 or newer.")


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("ahead", [5, -5])
def test_clocks_that_disagree_are_found(found: Found, ahead: int) -> None:
    (sentence,) = found("database.clock", clock=lambda: datetime.now(UTC) + timedelta(seconds=ahead))
    assert sentence == "The clocks of the database and of this machine are 5 seconds apart."


@pytest.mark.usefixtures("shop")
def test_a_server_that_may_lose_what_it_confirmed_is_found(found: Found) -> None:
    """The tests' own does not wait for the disk."""
    assert any("fsync = off" in sentence for sentence in found("database.settings"))


@pytest.mark.usefixtures("shop")
def test_a_database_that_confirms_too_early_is_found(found: Found) -> None:
    with changed("synchronous_commit", "off"):
        connection.close_pool()
        assert any("synchronous_commit = off" in sentence for sentence in found("database.settings"))


@pytest.mark.usefixtures("shop")
def test_a_server_with_too_few_connections_is_found(found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "LEAST_CONNECTIONS", 10_000)
    assert len(found("database.connections")) == 1


@pytest.mark.usefixtures("shop")
def test_connections_that_run_out_are_found(found: Found) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select current_setting('max_connections')::int, count(*) from pg_stat_activity")
        most, used = cursor.fetchone()
    open_ones = [psycopg.connect(direct.conninfo()) for _ in range(int(most * 0.85) - used + 5)]
    try:
        (sentence,) = found("database.connections")
        assert sentence.endswith(" connections are in use.")
    finally:
        for each in open_ones:
            each.close()


def test_a_zone_that_the_database_does_not_know_is_found(shop: Shop, found: Found) -> None:
    Shop.objects.update(zone="Mars/Olympus")
    assert len(found("shop.zones")) == 1


@pytest.mark.usefixtures("shop")
def test_a_migration_that_is_missing_is_found(found: Found) -> None:
    where = "where app = 'metrics' and name = '0002_letters'"
    with sql(
        f"create temp table kept as select * from django_migrations {where}; delete from django_migrations {where}",
        "insert into django_migrations overriding system value select * from kept; drop table kept",
    ):
        assert found("database.migrations") == ["1 change of the database's tables is not made yet."]


@pytest.mark.usefixtures("shop")
def test_a_newer_versions_database_is_found(found: Found) -> None:
    with sql(
        "insert into django_migrations (app, name, applied) values ('metrics', '9999_later', now())",
        "delete from django_migrations where name = '9999_later'",
    ):
        (sentence,) = found("database.migrations")
        assert "(metrics.9999_later)" in sentence


@pytest.mark.usefixtures("shop")
def test_a_month_without_a_place_in_the_log_is_found(found: Found) -> None:
    today = datetime.now(UTC)
    table = partitions.name_of(today.date())
    with sql(f"drop table {table}", "select 1"):
        assert found("database.months") == [f"The log has no partition for {today:%Y-%m}."]
    partitions.ensure(today.date())
    assert found("database.months") == []


@pytest.mark.usefixtures("shop")
def test_events_of_a_month_that_nobody_made_are_found(found: Found) -> None:
    stray = """insert into events_event (shop_id, message_id, name, shard, source, occurred_at, recorded_at)
        values (1, 'm', 'a', 0, 'shop', now(), '2099-01-01')"""
    with sql(stray, "delete from events_event where recorded_at = '2099-01-01'"):
        (sentence,) = found("database.months")
        assert sentence.startswith("1 event lies in no month's partition")


@pytest.mark.usefixtures("shop")
def test_triggers_that_are_switched_off_are_found(found: Found) -> None:
    with sql(
        "alter table commerce_orderline disable trigger user", "alter table commerce_orderline enable trigger user"
    ):
        assert found("database.triggers") == [
            "Triggers are switched off that keep the tables right: commerce_orderline."
        ]
