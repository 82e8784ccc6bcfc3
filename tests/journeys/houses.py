"""The whole program, as somebody would start it."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.web.commands.installations import Installation, gone

House = tuple[Installation, str, str]


@contextmanager
def opened(folder: Path) -> Iterator[House]:
    """An installation that runs; its address and the link that signs in. Nothing of it is left afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    installation = Installation(folder / "home")
    with installation.up(port) as process:
        link = next(found[0] for line in process.stdout or () if (found := re.search(r"http://\S+/welcome/\S+", line)))
        yield installation, f"http://127.0.0.1:{port}", link
        process.terminate()
    assert gone(installation)


def key_of(installation: Installation, *arguments: str) -> str:
    """What a command prints alone, such as a key that it made."""
    made = installation.run(*arguments)
    assert made.returncode == 0, made.stdout + made.stderr
    return made.stdout.strip()
