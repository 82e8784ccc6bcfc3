"""The one folder that an installation owns: database, lake, uploads, secret key, outgoing mail."""

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path


def home() -> Path:
    """The installation's folder; it need not exist yet. `TREUE_HOME` moves it."""
    configured = os.environ.get("TREUE_HOME")
    folder = Path(configured) if configured else Path.home() / ".local" / "share" / "treue"
    return folder.expanduser().resolve()


def prepare() -> Path:
    """Make the folder and its parts, closed to everybody else, and the secret key. Safe to repeat."""
    folder = home()
    folder.mkdir(parents=True, exist_ok=True)
    # PostgreSQL refuses to run as root and runs as a user of its own then, who has to pass through.
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    for part in ("lake", "uploads", "mail", "backups", "tmp"):
        (folder / part).mkdir(mode=0o700, exist_ok=True)
    _write_once(folder / "secret.key", secrets.token_urlsafe(64))
    return folder


def secret_key() -> str:
    """The installation's secret; one that lasts only as long as the process where there is none yet.

    `treue report` works without an installation and must not leave one behind.
    """
    path = home() / "secret.key"
    try:
        return path.read_text().strip()
    except (FileNotFoundError, NotADirectoryError):
        return secrets.token_urlsafe(64)


def _write_once(path: Path, text: str) -> None:
    """Make a file that is whole from the moment it is there; of several processes at once the first one wins."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.") as whole:  # made with mode 0600
        whole.write(text)
        whole.flush()
        with suppress(FileExistsError):
            os.link(whole.name, path)
