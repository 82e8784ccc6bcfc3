"""The one folder that an installation owns: database, lake, uploads, secret key, outgoing mail."""

import errno
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

FOLDERS = ("lake", "uploads", "mail", "backups", "tmp")
PARTS = frozenset({*FOLDERS, "postgres", "lost+found"})  # the last is what a new disk begins with


class UnusableHome(Exception):
    """The installation cannot have its folder. reason: what the system says."""

    def __init__(self, folder: Path | str, reason: str) -> None:
        self.folder = folder
        self.reason = reason
        super().__init__(f"{folder}: {reason}")


def home() -> Path:
    """The installation's folder; it need not exist yet. `TREUE_HOME` moves it. Raises UnusableHome."""
    configured = os.environ.get("TREUE_HOME") or "~/.local/share/treue"
    try:
        return Path(configured).expanduser().resolve()
    except RuntimeError as error:  # nobody's home, or links that lead in a circle
        raise UnusableHome(configured, str(error).rstrip(".")) from error


def prepare() -> Path:
    """Make the folder and its parts, closed to everybody else, and the secret key. Safe to repeat.

    Raises UnusableHome.
    """
    folder = home()
    try:
        _make(folder)
    except OSError as error:
        raise UnusableHome(folder, error.strerror or str(error)) from error
    return folder


def _make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if not _is_ours(folder):  # it would be closed to everybody else who has something there
        raise FileExistsError(errno.EEXIST, "it holds other files")
    # PostgreSQL refuses to run as root and runs as a user of its own then, who has to pass through.
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    for part in FOLDERS:
        (folder / part).mkdir(mode=0o700, exist_ok=True)
    _write_once(folder / "secret.key", secrets.token_urlsafe(64))
    (folder / "secret.key").read_text()  # a key that is somebody else's would be replaced in silence below


def _is_ours(folder: Path) -> bool:
    """An installation, or nothing yet but what another process makes of it right now."""
    names = {path.name for path in folder.iterdir() if not path.name.startswith(".secret.key.")}
    return "secret.key" in names or names <= PARTS


def secret_key() -> str:
    """The installation's secret; one that lasts only as long as the process where there is none yet.

    `treue report` works without an installation and must not leave one behind.
    """
    try:
        return (home() / "secret.key").read_text().strip()
    except (OSError, UnusableHome):
        return secrets.token_urlsafe(64)


def _write_once(path: Path, text: str) -> None:
    """Make a file that is whole from the moment it is there; of several processes at once the first one wins."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.") as whole:  # made with mode 0600
        whole.write(text)
        whole.flush()
        with suppress(FileExistsError):
            os.link(whole.name, path)
