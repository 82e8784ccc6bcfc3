"""A PostgreSQL that is not ours, by DATABASE_URL; and from its major version to another one."""

import tempfile
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.error import URLError

import pytest
from filling import REACT, do, facts, fill, shell
from installations import Installation
from system_postgres import PASSWORD, server
from test_installation import free_port


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not pytest's own, which every pytest that starts closes to the user PostgreSQL runs as."""
    with tempfile.TemporaryDirectory(prefix="treue-test-") as place:
        yield Path(place)


@pytest.fixture(scope="module")
def external() -> Iterator[Installation]:
    """Migrated and filled on the system's server."""
    with tempfile.TemporaryDirectory(prefix="treue-test-") as place, server() as address:
        folder = Path(place)
        installation = Installation(folder / "home")
        installation.environment["DATABASE_URL"] = address
        do(installation, "manage", "migrate", "-v0")
        fill(installation, folder, today=datetime.now(UTC).date())
        yield installation


def test_files_figures_and_reactions_work_on_it(external: Installation) -> None:
    found = facts(external)
    assert found["orders"][0] > 1000
    assert len(found["months"]) == 42
    assert len(found["saw"]) == len(found["events"]) > 0
    assert not (external.folder / "postgres").exists()


@pytest.mark.long
def test_the_doctor_looks_at_it(external: Installation) -> None:
    told = external.run("doctor", "--language", "en", "--without", "backup", "--without", "work.worker")
    (fault,) = [line for line in told.stdout.splitlines() if line.startswith("✕")]
    assert fault.startswith("✕ database.settings: The database runs with fsync = off")


@pytest.mark.long
def test_it_is_given_out_as_it_is(external: Installation, tmp_path: Path) -> None:
    do(external, "export", "--out", str(tmp_path / "all"))
    lines = (tmp_path / "all" / "commerce_order.csv").read_text().splitlines()
    assert len(lines) == facts(external)["orders"][0] + 1


@pytest.mark.long
def test_two_web_processes_and_a_worker_share_it(external: Installation) -> None:
    ports = free_port(), free_port()
    web = [external.start("web", "--port", str(port)) for port in ports]
    work = [external.start("worker") for _ in range(2)]
    try:
        for port in ports:
            assert _answer(f"http://127.0.0.1:{port}/ready") == "ready\n"
        assert "treue_database_up 1.0" in _answer(f"http://127.0.0.1:{ports[0]}/metrics")
    finally:
        for process in (*web, *work):
            process.terminate()
        said = [process.communicate(timeout=60)[0] for process in (*web, *work)]
    assert said == [""] * 4


def _answer(address: str) -> str:
    until = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(address, timeout=5) as answer:
                return answer.read().decode()
        except URLError:
            assert time.monotonic() < until
            time.sleep(0.2)


@pytest.mark.long
def test_its_password_is_on_no_command_line_and_in_no_backup(external: Installation, tmp_path: Path) -> None:
    do(external, "backup", str(tmp_path / "saved.tar"))
    assert PASSWORD.encode() not in (tmp_path / "saved.tar").read_bytes()


@pytest.mark.long
def test_a_backup_of_it_gives_the_same_in_the_embedded_server(external: Installation, folder: Path) -> None:
    """Of another major version, in another cluster, whose transactions have other numbers."""
    do(external, "backup", str(folder / "saved.tar"))
    moved = Installation(folder / "home")
    do(moved, "restore", str(folder / "saved.tar"))
    before = facts(external)
    assert _version(moved) != _version(external)
    assert facts(moved) == before
    shell(moved, REACT)
    assert facts(moved)["saw"] == before["saw"]  # what was dealt with is not dealt with again
    _happen_again(moved)
    shell(moved, REACT)
    assert len(facts(moved)["saw"]) == len(before["saw"]) + 1  # and what comes is
    do(moved, "refresh")
    assert facts(moved)["months"] == before["months"]
    do(moved, "doctor", "--without", "backup", "--without", "work.worker")


@pytest.mark.long
def test_a_backup_of_the_embedded_server_gives_the_same_in_it(external: Installation, folder: Path) -> None:
    ours = Installation(folder / "home")
    fill(ours, folder, today=datetime.now(UTC).date())
    do(ours, "backup", str(folder / "saved.tar"))
    with server() as address:
        theirs = Installation(folder / "theirs")
        theirs.environment["DATABASE_URL"] = address
        do(theirs, "restore", str(folder / "saved.tar"))
        assert facts(theirs) == facts(ours)
        do(theirs, "doctor", *(f"--without={name}" for name in ("backup", "work.worker", "database.settings")))


def _version(installation: Installation) -> str:
    return shell(installation, "from django.db import connection as c; c.ensure_connection(); print(c.pg_version)")


def _happen_again(installation: Installation) -> None:
    code = (
        "from datetime import UTC, datetime; from treue.core.events.log import Happening, record;"
        "from treue.core.shop.models import Shop;"
        "record(Shop.objects.get(), [Happening('later', 'Order Completed', 1, 'shop', datetime.now(UTC))])"
    )
    shell(installation, code)
