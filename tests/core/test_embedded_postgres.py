"""The embedded server: shared by whoever needs it, stopped by the last, found again after a crash."""

import os
import pwd
import secrets
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from treue.core import home, postgres, postgres_server

# A user of the server: it enters, says so, and leaves when its input ends.
PROGRAM = """
    import sys
    from treue.core import home, postgres
    home.prepare()
    with postgres.running():
        print("in", flush=True)
        sys.stdin.read()
    print("out", flush=True)
"""
Enter = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def folder() -> Iterator[Path]:
    """An installation of its own, where its path is short enough for a socket."""
    with tempfile.TemporaryDirectory(prefix="treue-pg-") as place:
        yield Path(place) / "home"


@pytest.fixture
def enter(folder: Path) -> Iterator[Enter]:
    users: list[subprocess.Popen[str]] = []

    def start(place: Path = folder) -> subprocess.Popen[str]:
        environment = os.environ | {"TREUE_HOME": str(place)}
        environment.pop("DATABASE_URL", None)
        user = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(PROGRAM)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        users.append(user)
        assert user.stdout.readline() == "in\n"
        return user

    yield start
    for user in users:
        leave(user)


def leave(user: subprocess.Popen[str]) -> None:
    if user.poll() is None:
        user.communicate(timeout=60)
    user.stdout.close()
    if not user.stdin.closed:
        user.stdin.close()


def server(place: Path) -> int | None:
    """The process of this installation's server, if it runs."""
    try:
        pid = int((place / "postgres" / "postmaster.pid").read_text().split("\n")[0])
        os.kill(pid, 0)
    except (FileNotFoundError, ProcessLookupError):
        return None
    return pid


def ask(place: Path, question: str) -> object:
    with psycopg.connect(host=str(place / "postgres"), user="postgres", dbname="treue", autocommit=True) as connection:
        cursor = connection.execute(question)
        return cursor.fetchone()[0] if cursor.description else None


def test_two_users_share_one_server_and_the_last_stops_it(folder: Path, enter: Enter) -> None:
    first = enter()
    running = server(folder)
    second = enter()
    assert server(folder) == running
    leave(first)
    assert server(folder) == running
    assert ask(folder, "select 1") == 1
    leave(second)
    assert server(folder) is None


def test_a_killed_user_leaves_the_server_to_the_others_and_the_last_still_stops_it(folder: Path, enter: Enter) -> None:
    first, second = enter(), enter()
    first.kill()
    first.wait()
    assert ask(folder, "select 1") == 1
    leave(second)
    assert server(folder) is None


def test_a_server_whose_only_user_was_killed_is_taken_over_and_stopped(folder: Path, enter: Enter) -> None:
    first = enter()
    first.kill()
    first.wait()
    orphan = server(folder)
    assert orphan
    second = enter()
    assert server(folder) == orphan
    leave(second)
    assert server(folder) is None


def asked_until_it_answers(place: Path, question: str) -> object:
    until = time.monotonic() + 60
    while True:
        try:
            return ask(place, question)
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
        time.sleep(0.05)


def test_a_server_that_dies_is_started_again_and_has_what_was_committed(folder: Path, enter: Enter) -> None:
    first, second = enter(), enter()
    ask(folder, "create table kept (n int)")
    ask(folder, "insert into kept select generate_series(1, 1000)")
    for _ in range(3):
        killed = server(folder)
        os.kill(killed, signal.SIGKILL)
        assert asked_until_it_answers(folder, "select count(*) from kept") == 1000
        assert server(folder) != killed
    leave(first)
    assert ask(folder, "select 1") == 1
    leave(second)
    assert server(folder) is None


def test_whoever_cannot_look_after_the_server_for_a_while_goes_on_later(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """Without a free descriptor, say, which is likely just when the database is away."""
    answers = [OSError(24, "Too many open files"), RuntimeError(), False, False]
    started, leaving = threading.Event(), threading.Event()

    def accepts(_folder: Path) -> bool:
        answer = answers.pop(0) if answers else True
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(postgres, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(postgres_server, "accepts", accepts)
    monkeypatch.setattr(postgres_server, "start", lambda _folder: started.set())
    keeper = threading.Thread(target=postgres._keep_up, args=(tmp_path, leaving))
    keeper.start()
    assert started.wait(10)
    leaving.set()
    keeper.join(10)
    assert not keeper.is_alive()


def test_a_server_that_died_with_its_user_is_started_by_the_next(folder: Path, enter: Enter) -> None:
    """At once: the killed one is not buried yet, its number still taken."""
    first = enter()
    killed = server(folder)
    first.kill()
    first.wait()
    os.kill(killed, signal.SIGKILL)
    enter()
    assert ask(folder, "select 1") == 1
    assert server(folder) != killed


@pytest.mark.parametrize("left", ["1", "", "nonsense", "99999999"])
def test_a_number_that_a_stranger_has_now_keeps_no_server_from_starting(folder: Path, enter: Enter, left: str) -> None:
    """As after a container's new beginning, where the same numbers come again."""
    leave(enter())
    for file in ("postmaster.pid", ".s.PGSQL.5432.lock"):
        (folder / "postgres" / file).write_text(f"{left}\n{folder / 'postgres'}\n1234\n5432\n")
    enter()
    assert ask(folder, "select 1") == 1


@pytest.mark.parametrize("words", [["sleep", "60"], ["python", "-c", "input()", "FOLDER"]])
def test_stopping_signals_no_stranger_who_has_the_servers_number_now(
    folder: Path, enter: Enter, words: list[str]
) -> None:
    """As after a kill, when the system gave the number away; also to somebody who only names the folder."""
    leave(enter())
    place = folder / "postgres"
    command = [str(place) if word == "FOLDER" else word for word in words]
    stranger = subprocess.Popen(
        [sys.executable, *command[1:]] if words[0] == "python" else command, stdin=subprocess.PIPE
    )
    try:
        (place / "postmaster.pid").write_text(f"{stranger.pid}\n{place}\n1234\n5432\n")
        postgres_server.stop(place)
        time.sleep(0.5)
        assert stranger.poll() is None
        assert not (place / "postmaster.pid").exists()
    finally:
        stranger.kill()
        stranger.communicate()


def test_what_is_said_of_a_failed_start_is_of_this_start(folder: Path, enter: Enter) -> None:
    """Old words, as of a server that was still there, must neither be told nor have anybody wait."""
    leave(enter())
    place = folder / "postgres"
    with (place / "log").open("a") as log:
        log.write("LOG: pre-existing shared memory block is still in use\n" * 3)
    with (place / "postgresql.conf").open("a") as conf:
        conf.write("shared_buffers = 'nonsense'\n")
    with pytest.raises(postgres_server.ServerDidNotStart) as failure:
        postgres_server.start(place)
    assert "shared_buffers" in failure.value.log
    assert "pre-existing" not in failure.value.log


def test_two_installations_do_not_meet(folder: Path, enter: Enter) -> None:
    other = folder.parent / "other"
    enter()
    enter(other)
    ask(folder, "create table mine (n int)")
    assert server(folder) != server(other)
    assert ask(folder, "select to_regclass('mine')::text") == "mine"
    assert ask(other, "select to_regclass('mine')::text") is None


def test_it_listens_on_no_network_address_and_nobody_else_gets_in(folder: Path, enter: Enter) -> None:
    enter()
    assert ask(folder, "show listen_addresses") == ""
    assert (folder / "postgres").stat().st_mode & 0o077 == 0


def test_a_path_too_long_for_a_socket_works_too(folder: Path, enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = folder / ("x" * 90)
    monkeypatch.setenv("TREUE_HOME", str(deep))
    socket = postgres.socket_folder()
    assert len(str(socket)) <= postgres_server.LONGEST_SOCKET_PATH
    enter(deep)
    with psycopg.connect(host=str(socket), user="postgres", dbname="treue") as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    assert socket.stat().st_mode & 0o077 == 0


def test_a_database_named_from_outside_starts_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TREUE_HOME", str(folder))
    monkeypatch.setenv("DATABASE_URL", "postgresql://clara:p%40ss@db.example.org:5433/shop?sslmode=require")
    home.prepare()
    with postgres.running():
        assert server(folder) is None
    settings = postgres.connection_settings()
    assert (settings["HOST"], settings["PORT"], settings["NAME"]) == ("db.example.org", "5433", "shop")
    assert (settings["USER"], settings["PASSWORD"]) == ("clara", "p@ss")
    assert settings["OPTIONS"] == {"sslmode": "require"}
    assert not (folder / "postgres").exists()


def test_a_server_that_cannot_start_says_why(folder: Path, enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    leave(enter())
    with (folder / "postgres" / "postgresql.conf").open("a") as conf:
        conf.write("shared_buffers = 'nonsense'\n")
    monkeypatch.setenv("TREUE_HOME", str(folder))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with pytest.raises(postgres_server.ServerDidNotStart, match="shared_buffers"), postgres.running():
        pass
    assert server(folder) is None


def test_a_server_whose_making_was_stopped_is_made_anew(
    folder: Path, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = postgres_server._command

    def stopped(name: str, *arguments: str, check: bool = False) -> subprocess.CompletedProcess[str]:
        done = command(name, *arguments, check=check)
        if name == "initdb":
            raise KeyboardInterrupt
        return done

    monkeypatch.setenv("TREUE_HOME", str(folder))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    home.prepare()
    with monkeypatch.context() as once:
        once.setattr(postgres_server, "_command", stopped)
        with pytest.raises(KeyboardInterrupt), postgres.running():
            pass
    enter()
    assert ask(folder, "select 1") == 1
    assert not (folder / "postgres.making").exists()


def test_of_two_who_leave_at_once_one_stops_the_server(monkeypatch: pytest.MonkeyPatch, folder: Path):
    """The moment after the lock is let go is drawn out: whoever still stood in the door then kept the server up."""
    done, together = [], threading.Barrier(2)
    one_at_a_time = postgres._one_at_a_time

    @contextmanager
    def slowly(place: Path) -> Iterator[None]:
        with one_at_a_time(place):
            yield
        time.sleep(0.2)

    def come_and_go() -> None:
        with postgres.running():
            together.wait(60)

    monkeypatch.setenv("TREUE_HOME", str(folder))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(postgres, "_one_at_a_time", slowly)
    monkeypatch.setattr(postgres_server, "start", lambda folder: None)
    monkeypatch.setattr(postgres_server, "stop", lambda folder: done.append("stop"))
    home.prepare()
    users = [threading.Thread(target=come_and_go) for _ in range(2)]
    for user in users:
        user.start()
    for user in users:
        user.join(60)
    assert done == ["stop"]


@pytest.mark.skipif(os.geteuid() != 0, reason="nobody else makes the user")
def test_of_several_first_starts_at_once_one_makes_the_user():
    name = f"treue-{secrets.token_hex(4)}"
    code = f"from treue.core import postgres_server as its; its.SYSTEM_USER_FOR_ROOT = {name!r}; "
    start = [sys.executable, "-c", code + "print(its._system_user().pw_uid)"]
    try:
        starts = [subprocess.Popen(start, stdout=subprocess.PIPE, text=True) for _ in range(6)]
        numbers = [each.communicate(timeout=60)[0].strip() for each in starts]

        assert [each.returncode for each in starts] == [0] * 6
        assert set(numbers) == {str(pwd.getpwnam(name).pw_uid)}
    finally:
        subprocess.run(["userdel", name], check=False)
