"""Real PostgreSQL for every test, in a folder of its own; real shops' data where they are."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from treue.core import home, postgres

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright's event loop runs in the test's own thread
REAL_DATA = Path(os.environ.get("TREUE_DATA", Path(__file__).parents[1] / ".." / "shared" / "data")).resolve()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """An installation for this run alone, its server up before Django is asked for a connection."""
    folder = Path(tempfile.mkdtemp(prefix="treue-test-"))
    os.environ["TREUE_HOME"] = str(folder)
    home.prepare()
    server = postgres.running()
    server.__enter__()

    def remove() -> None:
        server.__exit__(None, None, None)
        shutil.rmtree(folder, ignore_errors=True)

    config.add_cleanup(remove)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder with the real shops' files. Their absence fails in CI and skips elsewhere."""
    if not REAL_DATA.is_dir():
        message = f"no real data at {REAL_DATA}; set TREUE_DATA"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return REAL_DATA


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A fresh installation's folder for a test that writes into it (lake, uploads, mail); the database stays."""
    socket = postgres.socket_folder()
    monkeypatch.setenv("TREUE_HOME", str(tmp_path / "home"))
    yield home.prepare()
    assert socket
