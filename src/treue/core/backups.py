"""Save an installation into one file and bring it back.

A backup is a tar with a manifest, PostgreSQL's own dump, the lake, the uploads and the secret key. The lake could be
computed anew; it is kept so that a restored installation shows the same figures at once.
"""

import errno
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import psycopg

import treue
from treue.core import direct, home, postgres_server

FORMAT = 1
SECONDS_TO_LEAVE = 2.0
FULL = (errno.ENOSPC, errno.EDQUOT)
# What servers before PostgreSQL 17 do not know, and what Debian's 15.20 notes of each column for itself alone.
OTHERS_REFUSE = re.compile(rb"SET transaction_timeout|ALTER TABLE .* SET \(pg_attver=\d+\);$")
FOLDERS = ("lake", "uploads")
LAST = "backup.json"
MANIFEST, DUMP, KEY = "manifest.json", "database.dump", "secret.key"


class BackupError(Exception):
    """Base of what can go wrong here."""


class NotABackup(BackupError):
    """The file is no backup of Treue, or of a newer version than this one reads."""


class InstallationNotEmpty(BackupError):
    """There is data already; restoring would replace it."""


class InstallationInUse(BackupError):
    """Somebody else is connected to the database: web, worker or a command."""


class ProgramFailed(BackupError):
    """One of PostgreSQL's programs failed. `words` is what it said."""

    def __init__(self, words: str) -> None:
        self.words = words
        super().__init__(words)


@dataclass(frozen=True)
class Written:
    """The last backup of this installation: when it was begun, and where it was put."""

    written_at: datetime
    place: str


def last() -> Written | None:
    """None where no backup was ever written."""
    try:
        values = json.loads((home.home() / LAST).read_text())
    except FileNotFoundError:
        return None
    return Written(datetime.fromisoformat(values["written_at"]), values["place"])


def write(target: Path | None = None) -> Path:
    """Write a backup and return where it lies; a file that is not whole never has the final name, nor stays.

    When and where is noted in the installation's folder, so that somebody notices when no more are written.
    """
    moment = datetime.now(UTC)
    target = target or home.home() / "backups" / f"treue-{moment:%Y%m%d-%H%M%S}.tar"
    partial = target.with_name(target.name + ".partial")
    with tempfile.TemporaryDirectory(dir=home.home() / "tmp") as folder:
        dump = Path(folder) / DUMP
        _run("pg_dump", "--format=custom", "--no-owner", f"--file={dump}", f"--dbname={direct.address()}")
        manifest = Path(folder) / MANIFEST
        manifest.write_text(
            json.dumps({"format": FORMAT, "treue": treue.__version__, "written_at": moment.isoformat()})
        )
        try:
            _pack(partial, manifest, dump)
            partial.rename(target)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
    _note(Written(moment, str(target)))
    return target


def _note(written: Written) -> None:
    fresh = home.home() / f"{LAST}.new"
    fresh.write_text(json.dumps({"written_at": written.written_at.isoformat(), "place": written.place}))
    fresh.replace(home.home() / LAST)


def _pack(place: Path, manifest: Path, dump: Path) -> None:
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            tar.add(manifest, MANIFEST)
            tar.add(dump, DUMP)
            tar.add(home.home() / KEY, KEY)
            for name in FOLDERS:
                tar.add(home.home() / name, name)
        os.fsync(file.fileno())


def restore(source: Path, *, replace: bool = False) -> None:
    """Bring a backup back into this installation's folder and database.

    Raises NotABackup, InstallationInUse, InstallationNotEmpty (unless `replace`), ProgramFailed.
    """
    with tempfile.TemporaryDirectory(dir=home.home() / "tmp") as name:
        folder = Path(name)
        _unpack(source, folder)
        _require_alone()
        if not replace and _has_data():
            raise InstallationNotEmpty
        _replace_database(folder / DUMP)
        for part in FOLDERS:
            _put_in_place(folder / part, home.home() / part)
        shutil.copyfile(folder / KEY, home.home() / KEY)


def _unpack(source: Path, folder: Path) -> None:
    try:
        with tarfile.open(source) as tar:
            for member in tar:
                _require_harmless(member, folder)
                tar.extract(member, folder, set_attrs=False)
        manifest = json.loads((folder / MANIFEST).read_text())
    except (tarfile.TarError, OSError, ValueError) as error:
        if isinstance(error, OSError) and error.errno in FULL:
            raise
        raise NotABackup(str(source)) from error
    if manifest.get("format") != FORMAT:
        raise NotABackup(str(source))


def _require_harmless(member: tarfile.TarInfo, folder: Path) -> None:
    """Only files and folders, only inside `folder`; Debian 12's Python has no extraction filter yet."""
    inside = (folder / member.name).resolve().is_relative_to(folder.resolve())
    if not inside or not (member.isfile() or member.isdir()):
        raise NotABackup(member.name)


def _put_in_place(new: Path, place: Path) -> None:
    old = place.with_name(place.name + ".old")
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    shutil.copytree(new, place)
    place.chmod(0o700)
    shutil.rmtree(old, ignore_errors=True)


def _has_data() -> bool:
    with psycopg.connect(direct.conninfo()) as connection:
        known = connection.execute("select to_regclass('shop_shop')").fetchone()
        if known is None or known[0] is None:
            return False
        row = connection.execute("select exists(select from shop_shop)").fetchone()
        return bool(row and row[0])


def _require_alone() -> None:
    """Who has just hung up is given the moment that the server needs to notice."""
    until = time.monotonic() + SECONDS_TO_LEAVE
    while _others_connected():
        if time.monotonic() > until:
            raise InstallationInUse
        time.sleep(0.1)


def _others_connected() -> bool:
    query = (
        "select exists(select from pg_stat_activity where datname = current_database()"
        " and pid <> pg_backend_pid() and backend_type = 'client backend')"
    )
    with psycopg.connect(direct.conninfo()) as connection:
        row = connection.execute(query).fetchone()
        return bool(row and row[0])


def _replace_database(dump: Path) -> None:
    """Put the dump in the place of all there is, in one transaction: if anything fails, nothing has happened."""
    reading = _command("pg_restore", "--no-owner", "--file=-", dump)
    writing = _command(
        "psql",
        *("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", f"--dbname={direct.address()}"),
        *("--command=drop schema public cascade", "--command=create schema public", "--file=-"),
    )
    environment = _environment()
    with tempfile.TemporaryFile() as said:
        read = subprocess.Popen(reading, stdout=subprocess.PIPE, stderr=said, env=environment)
        write = subprocess.Popen(
            writing, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said, env=environment
        )
        with suppress(BrokenPipeError), read, write:  # psql that gives up stops listening; the other then ends, too
            _pass_on(read.stdout, write.stdin)
            if read.wait() != 0:
                write.kill()  # before its input ends, or it would keep the half that it got
                write.wait()
        if read.returncode != 0 or write.returncode != 0:
            said.seek(0)
            raise ProgramFailed(said.read().decode(errors="replace").strip())


def _pass_on(script: IO[bytes], target: IO[bytes]) -> None:
    """All but what another server would refuse; it stands above the first row."""
    for line in script:
        if not OTHERS_REFUSE.match(line):
            target.write(line)
        if line.startswith(b"COPY "):
            break
    shutil.copyfileobj(script, target, 1 << 20)


def _command(program: str, *arguments: str | Path) -> list[str]:
    return [str(postgres_server.programs() / program), *map(str, arguments)]


def _environment() -> dict[str, str]:
    return os.environ | {
        "PGPASSWORD": direct.place().get("password", ""),
        "PGOPTIONS": "-c client_min_messages=warning",
    }


def _run(program: str, *arguments: str | Path) -> None:
    command = _command(program, *arguments)
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=_environment())
    if done.returncode != 0:
        raise ProgramFailed(done.stderr.strip())
