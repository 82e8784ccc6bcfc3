"""The embedded PostgreSQL: a server from a wheel, in the installation's folder.

It listens on a socket inside that folder and on no network address. Whoever needs it enters `running()`; the
last to leave stops it. Presence is a shared file lock, which the system releases even after `kill -9`. A server
that dies meanwhile is started again by whoever of them sees it first.
"""

import fcntl
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from treue.core import postgres_server
from treue.core.home import home

logger = logging.getLogger(__name__)

FOLDER = "postgres"
LOOK_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0


def data_folder() -> Path:
    return home() / FOLDER


def socket_folder() -> Path:
    return postgres_server.socket_folder(data_folder())


def is_embedded() -> bool:
    return not os.environ.get("DATABASE_URL")


@contextmanager
def running() -> Iterator[None]:
    """The embedded server is up inside this block; nothing happens where DATABASE_URL names another one."""
    if not is_embedded():
        yield
        return
    place = home()
    presence = os.open(place / "postgres.presence", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:  # around the start, too: who is stopped meanwhile must not leave a server behind
            with _one_at_a_time(place):
                fcntl.flock(presence, fcntl.LOCK_SH)
                postgres_server.start(place / FOLDER)
            with _kept_up(place):
                yield
        finally:
            with _one_at_a_time(place):
                if _last_to_leave(presence):
                    postgres_server.stop(place / FOLDER)
    finally:
        os.close(presence)


def _last_to_leave(presence: int) -> bool:
    try:
        fcntl.flock(presence, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _one_at_a_time(place: Path) -> Iterator[None]:
    handle = os.open(place / "postgres.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def _kept_up(place: Path) -> Iterator[None]:
    leaving = threading.Event()
    keeper = threading.Thread(target=_keep_up, args=(place, leaving), name="postgres", daemon=True)
    keeper.start()
    try:
        yield
    finally:
        leaving.set()
        keeper.join()


def _keep_up(place: Path, leaving: threading.Event) -> None:
    """Start the server again whenever it has died; where it cannot start, less and less often."""
    pause = LOOK_SECONDS
    while not leaving.wait(pause):
        try:
            _start_if_dead(place, leaving)
            pause = LOOK_SECONDS
        except Exception as error:  # no room, no descriptors: nobody else would start it later
            logger.error("PostgreSQL has died and does not start (%s); its log says why.", type(error).__name__)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


def _start_if_dead(place: Path, leaving: threading.Event) -> None:
    if postgres_server.accepts(place / FOLDER):
        return
    with _one_at_a_time(place):
        if leaving.is_set() or postgres_server.accepts(place / FOLDER):
            return
        postgres_server.start(place / FOLDER)
    logger.warning("PostgreSQL had died and runs again.")


def connection_settings() -> dict[str, object]:
    """Django's DATABASES entry, for the embedded server or for the one DATABASE_URL names."""
    common = {"ENGINE": "django.db.backends.postgresql", "CONN_HEALTH_CHECKS": True}
    if is_embedded():
        place = {
            "NAME": postgres_server.DATABASE,
            "USER": postgres_server.SUPERUSER,
            "HOST": str(socket_folder()),
            "PORT": "",
        }
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
