"""Real PostgreSQL, real browser, real shops' data for every test that asks for them."""

import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from treue.core import home, postgres

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

    from treue.core.staff.models import User

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # playwright's event loop runs in the test's own thread
REAL_DATA = Path(os.environ.get("TREUE_DATA", Path(__file__).parents[2] / "shared" / "data")).resolve()
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET_CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """An installation for this run alone, its server up before Django reads where it is.

    Django is set up here and not by pytest-django's own setting, which would read ours before this function runs.
    """
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        return  # this process hands out tests to others, who would inherit its settings
    # A shell starts what runs in the background deaf to Ctrl-C; the commands that we start here must hear it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    _own_installation(config)
    os.environ["DJANGO_SETTINGS_MODULE"] = "treue.web.settings"
    _mend_imports()
    import django

    django.setup()
    _empty_what_is_filled()
    _guess_quickly()
    _look_for_files_once()
    _wait_for_connections()


def _empty_what_is_filled() -> None:
    """After a test that commits."""
    from django.test import TransactionTestCase

    from tests.emptying import empty

    TransactionTestCase._fixture_teardown = lambda _case: empty()


def _wait_for_connections() -> None:
    """As long as a machine takes that runs many tests at once; a visitor of a shop's pages is told sooner."""
    from django.conf import settings

    settings.DATABASES["default"]["OPTIONS"]["pool"]["timeout"] = 60


def _guess_quickly() -> None:
    """Passwords are hashed as ever, but guessing those of a test may be cheap."""
    from django.contrib.auth.hashers import Argon2PasswordHasher

    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 8, 1


def _look_for_files_once() -> None:
    """Each client of a test has the middleware anew, and the files of ours are the same."""
    from whitenoise.middleware import WhiteNoiseMiddleware

    look, files = WhiteNoiseMiddleware.add_files_from_finders, {}

    def know(middleware: WhiteNoiseMiddleware) -> None:
        if not files:
            look(middleware)
            files.update(middleware.files)
        middleware.files.update(files)

    WhiteNoiseMiddleware.add_files_from_finders = know


def _mend_imports() -> None:
    """pytest-randomly tries model_bakery, whose import runs in a circle as long as nothing of Django is loaded.

    What remains are modules that their packages do not know, and migrations that name them by their path fail.
    """
    for name, module in list(sys.modules.items()):
        package, _dot, own = name.rpartition(".")
        if name.startswith("django.") and package in sys.modules and not hasattr(sys.modules[package], own):
            setattr(sys.modules[package], own, module)


def _own_installation(config: pytest.Config) -> None:
    folder = Path(tempfile.mkdtemp(prefix="treue-test-"))
    os.environ["TREUE_HOME"] = str(folder)
    home.prepare()
    server = postgres.running()
    server.__enter__()
    if postgres.is_embedded():
        _do_not_wait_for_the_disk()

    def remove() -> None:
        server.__exit__(None, None, None)
        shutil.rmtree(folder, ignore_errors=True)

    config.add_cleanup(remove)


def _do_not_wait_for_the_disk() -> None:
    """What a run writes need not outlive the machine: a server that is killed loses nothing by this."""
    where = postgres.connection_settings()
    names = {"dbname": "NAME", "host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    with psycopg.connect(**{name: where[key] for name, key in names.items() if where.get(key)}, autocommit=True) as to:
        to.execute("alter system set fsync = off")
        to.execute("select pg_reload_conf()")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if CHROMIUM or os.environ.get("TREUE_BROWSER") == "required":
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="Chromium is not installed"))


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
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh installation's folder for lake, uploads and mail; the run's database goes on serving."""
    monkeypatch.setenv("TREUE_HOME", str(tmp_path / "home"))
    return home.prepare()


@pytest.fixture(scope="session")
def base_url() -> None:
    """None: pages are asked for at the live server. In place of pytest-playwright's, which pytest 9 warns about."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, object]) -> dict[str, object]:
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": QUIET_CHROMIUM}


@pytest.fixture
def staff(transactional_db: None) -> Callable[..., "User"]:
    """Make a colleague: `staff("manager", language="de")`."""
    from treue.core.staff.models import User

    def make(role: str = "admin", **fields: object) -> "User":
        values = {"email": f"{role}@example.org", "name": f"Kim {role.capitalize()}", "role": role, **fields}
        return User.objects.filter(email=values["email"]).first() or User.objects.create_user(**values)

    return make


@pytest.fixture
def visit(
    live_server: object, context: "BrowserContext", staff: Callable[..., "User"]
) -> Iterator[Callable[..., "Page"]]:
    """Open a page of the console in Chromium, signed in; fails the test on any script or CSP error.

    `visit("/customers/", role="manager", language="de", theme="dark", width=360)`
    """
    from django.conf import settings
    from django.test import Client

    complaints: list[str] = []

    def open_page(
        path: str, *, role: str = "admin", language: str = "en", theme: str = "light", width: int = 1440
    ) -> "Page":
        user = staff(role)
        user.language = language
        user.save(update_fields=["language"])
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        name = settings.SESSION_COOKIE_NAME
        context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        page = context.new_page()
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": 900})
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.goto(live_server.url + path)
        return page

    yield open_page
    assert complaints == []


@pytest.fixture
def axe() -> Callable[["Page"], None]:
    """Fail with what axe finds on the page."""
    from axe_playwright_python.sync_playwright import Axe

    def check(page: "Page") -> None:
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()

    return check
