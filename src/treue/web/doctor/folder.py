"""The installation's folder: who can read it, how much room there is, what was left in it, when it was saved."""

import os
import shutil
import stat
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from treue.core import backups, home, postgres
from treue.core.commerce.models import Order
from treue.design.formats import day_long, filesize
from treue.web.doctor.finding import Clock, Finding

PRIVATE = ("lake", "uploads", "mail", "backups", "tmp", "secret.key")
OTHERS = stat.S_IRWXG | stat.S_IRWXO
SHORTEST_KEY = 32
LEAST_FREE_BYTES, LEAST_FREE_SHARE = 2 << 30, 0.03
OLDEST_BACKUP = timedelta(days=7)
OLDEST_LEFTOVER = timedelta(days=1)  # no import takes that long


def modes(_clock: Clock) -> Iterator[Finding]:
    """What nobody else may read."""
    private = [home.home() / name for name in PRIVATE] + ([postgres.data_folder()] if postgres.is_embedded() else [])
    for path in private:
        if not path.exists():
            yield Finding(
                _("%(path)s is missing.") % {"path": path},
                _("Every command makes it anew; what was in it comes back from a backup, by treue restore --replace."),
            )
        elif path.stat().st_mode & OTHERS:
            yield Finding(
                _("Others on this machine can get at %(path)s.") % {"path": path},
                _("Close it: chmod go= %(path)s") % {"path": path},
            )


def owner(_clock: Clock) -> Iterator[Finding]:
    """A command run by somebody else leaves files that the others cannot read."""
    for path in (home.home() / name for name in PRIVATE):
        if path.exists() and path.stat().st_uid != os.geteuid():
            yield Finding(
                _("%(path)s belongs to another user than the one who runs this command.") % {"path": path},
                _("Run Treue's commands as the user that its services run as, or give the folder to that user: chown."),
            )


def key(_clock: Clock) -> Iterator[Finding]:
    path = home.home() / "secret.key"
    if path.exists() and len(path.read_text().strip()) < SHORTEST_KEY:
        yield Finding(
            _("The installation's secret key is empty or too short, so that sign-ins can be forged."),
            _(
                "Bring %(path)s back from a backup. Where there is none, delete it and start Treue again, which makes "
                "a new one; everybody signs in anew then."
            )
            % {"path": path},
        )


def room(_clock: Clock) -> Iterator[Finding]:
    """Each disk once, whatever lies on it."""
    seen = set()
    for path in (home.home(), *(home.home() / name for name in PRIVATE), postgres.data_folder()):
        if not path.exists() or path.stat().st_dev in seen:
            continue
        seen.add(path.stat().st_dev)
        disk = shutil.disk_usage(path)
        if disk.free < max(LEAST_FREE_BYTES, LEAST_FREE_SHARE * disk.total):
            yield Finding(
                _("Only %(free)s of %(total)s are free on the disk of %(path)s.")
                % {"free": _in_bytes(disk.free), "total": _in_bytes(disk.total), "path": path},
                _("Make room there or use a larger disk: without any, imports fail first, then the database stops."),
            )


def leftovers(clock: Clock) -> Iterator[Finding]:
    """What a killed process was working with."""
    earliest = (clock() - OLDEST_LEFTOVER).timestamp()
    places = [*(home.home() / "tmp").iterdir(), *(home.home() / "backups").glob("*.partial")]
    old = [path for path in places if _touched(path) < earliest]
    if old:
        yield Finding(
            _("%(size)s lie in the installation's folder since work was broken off: %(paths)s.")
            % {"size": _in_bytes(sum(map(_size, old))), "paths": ", ".join(str(path) for path in sorted(old)[:3])},
            _("They are of no use any more. Delete them while nothing runs."),
        )


def _files(path: Path) -> Iterator[Path]:
    yield path
    if path.is_dir() and not path.is_symlink():
        yield from path.rglob("*")


def _touched(path: Path) -> float:
    return max((each.lstat().st_mtime for each in _files(path)), default=0)


def _in_bytes(count: int) -> str:
    return filesize(count, get_language())


def _size(path: Path) -> int:
    return sum(each.lstat().st_size for each in _files(path))


def saved(clock: Clock) -> Iterator[Finding]:
    """Whether there is a backup to go back to, once there is something to lose."""
    last = backups.last()
    if last is None:
        if Order.objects.exists():
            yield Finding(
                _("No backup was ever written."),
                _("Write one with treue backup FILE to another disk, and have it written every night."),
            )
        return
    if clock() - last.written_at > OLDEST_BACKUP:
        yield Finding(
            _("The last backup is of %(day)s.") % {"day": day_long(last.written_at.date(), get_language())},
            _("Write one with treue backup FILE, and look why nobody has: it should happen every night."),
        )
