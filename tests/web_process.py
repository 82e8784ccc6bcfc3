"""Web processes as `treue web` runs them, on the test's own database."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

PATIENCE_SECONDS = 180


def database_url() -> str:
    """The test's own database, for another process."""
    from django.db import connection

    names = {"dbname": "NAME", "host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    where = connection.settings_dict
    return " ".join(f"{name}='{where[key]}'" for name, key in names.items() if where.get(key))


class Web:
    """A web process as `treue web` runs it."""

    def __init__(self, url: str | None = None) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._home = tempfile.TemporaryDirectory(prefix="treue-web-")
        environment = {"TREUE_HOME": self._home.name, "DATABASE_URL": url or database_url(), "TREUE_URL": self.url}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "treue.web.commands", "web", "--port", str(self.port)],
            env=os.environ | environment,
        )
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            with socket.socket() as door:
                if door.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError("The web process did not start.")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self._home.cleanup()

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=PATIENCE_SECONDS)
        self._home.cleanup()
