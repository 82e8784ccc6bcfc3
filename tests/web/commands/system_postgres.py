"""The PostgreSQL that the system brings (Debian's package `postgresql`): a server for one test, on loopback."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from treue.core import postgres_server

PASSWORD = "of the tests alone"


def programs() -> Path:
    """The newest one's that the embedded server is not the same as. Their absence fails in CI and skips elsewhere."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    usable = [path.parent for path in found if 15 <= int(path.parts[-3]) <= postgres_server.MAJOR_VERSION]
    if not usable:
        message = "the system has no PostgreSQL: apt-get install postgresql"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return usable[-1]


@contextmanager
def server() -> Iterator[str]:
    """Its address for DATABASE_URL, with a password, an empty database, and what else an address may say."""
    bin_folder, port = programs(), _free_port()
    place = Path(tempfile.mkdtemp(prefix="treue-pg-"))
    data, secret = place / "data", place / "password"
    secret.write_text(PASSWORD)
    _hand_over(place, secret)
    try:
        _run(
            *(bin_folder / "initdb", "-D", data, "-U", "postgres", "--encoding=UTF8", "--locale=C.UTF-8"),
            *("--auth=scram-sha-256", f"--pwfile={secret}", "--no-sync"),
        )
        options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={place} -c fsync=off"
        _run(bin_folder / "pg_ctl", "start", "-w", "-D", data, "-l", place / "log", "-o", options)
        try:
            place_of = f"{PASSWORD.replace(' ', '%20')}@127.0.0.1:{port}"
            # As docs/operations.md says: a role without rights, and a database that belongs to it.
            _psql(f"postgresql://postgres:{place_of}/postgres", f"create role treue login password '{PASSWORD}'")
            _psql(f"postgresql://postgres:{place_of}/postgres", "create database shop owner treue template template0")
            yield f"postgresql://treue:{place_of}/shop?sslmode=prefer&application_name=treue"
        finally:
            _run(bin_folder / "pg_ctl", "stop", "-w", "-D", data, "-m", "immediate")
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _psql(address: str, statement: str) -> None:
    _run(programs() / "psql", "--no-psqlrc", "--quiet", address, "--command", statement)


def _hand_over(*paths: Path) -> None:
    """PostgreSQL refuses to run as root; Debian's package brings a user for it."""
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        for path in paths:
            os.chown(path, owner.pw_uid, owner.pw_gid)


def _run(*command: str | Path) -> None:
    other = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run(
            [str(word) for word in command], stdout=said, stderr=said, cwd="/", check=False, timeout=120, **other
        )
        said.seek(0)
        assert done.returncode == 0, said.read()
