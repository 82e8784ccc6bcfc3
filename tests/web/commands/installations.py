"""The whole program as a person starts it: a process of its own, a folder of its own, a real server."""

import os
import subprocess
import sys
import time
from pathlib import Path

PATIENCE_SECONDS = 480


class Installation:
    """Commands of one installation's folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
            "TREUE_HOME": str(folder),
            "LC_ALL": "de_DE.UTF-8",
            "COLUMNS": "200",
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "treue.web.commands", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    def up(self, port: int) -> subprocess.Popen[str]:
        return self.start("up", "--port", str(port))

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "treue.web.commands", *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def processes(self) -> list[int]:
        """Processes that run for this folder, the database's among them."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                words = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            except OSError:
                continue
            if str(self.folder).encode() in words and int(entry.name) != os.getpid():
                found.append(int(entry.name))
        return found


def gone(installation: Installation) -> bool:
    until = time.monotonic() + PATIENCE_SECONDS
    while installation.processes():
        if time.monotonic() > until:
            return False
        time.sleep(0.2)
    return True
