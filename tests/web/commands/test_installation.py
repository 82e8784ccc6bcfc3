"""The whole program as a person starts it: a process of its own, a folder of its own, a real server."""

import os
import re
import signal
import socket
import subprocess
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from installations import PATIENCE_SECONDS, Installation, gone


@pytest.fixture(scope="module")
def folders() -> Iterator[Path]:
    """Not pytest's own folder, which every pytest that starts closes to the user PostgreSQL runs as."""
    with tempfile.TemporaryDirectory(prefix="treue-test-") as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def with_demo(folders: Path) -> Installation:
    installation = Installation(folders / "demo")
    done = installation.run("demo", "--customers", "400")
    assert done.returncode == 0, done.stderr
    return installation


@pytest.fixture
def port() -> int:
    return free_port()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def running(with_demo: Installation, port: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = with_demo.up(port)
    with process.stdout:
        yield process, sign_in_link(process)
        if process.poll() is None:
            process.kill()
            process.wait()
            assert gone(with_demo)


def sign_in_link(process: subprocess.Popen[str]) -> str:
    for line in process.stdout:
        if link := re.search(r"http://\S+/welcome/\S+", line):
            return link[0]
    pytest.fail("no link to sign in was printed")


def get(url: str) -> int:
    return int(urllib.request.urlopen(url, timeout=PATIENCE_SECONDS).status)


@pytest.mark.usefixtures("running")
def test_links_in_mails_lead_to_the_port_that_was_chosen(with_demo: Installation, port: int):
    for name in (b"\0web\0", b"\0worker\0"):
        (process,) = [path for path in map(proc, with_demo.processes()) if name in (path / "cmdline").read_bytes()]
        assert f"TREUE_URL=http://127.0.0.1:{port}\0".encode() in (process / "environ").read_bytes()


def proc(pid: int) -> Path:
    return Path("/proc") / str(pid)


def test_up_prints_a_link_that_opens_and_ctrl_c_ends_everything(with_demo, running):
    process, link = running
    assert get(link) == 200
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=PATIENCE_SECONDS) == 0
    assert gone(with_demo)


def webs_of(installation: Installation) -> list[int]:
    return [pid for pid in installation.processes() if b"\0web\0" in (proc(pid) / "cmdline").read_bytes()]


def listening(port: int) -> int:
    lines = Path("/proc/net/tcp").read_text().splitlines()
    return sum(f":{port:04X} 00000000:0000 0A" in line for line in lines)


def test_web_processes_share_a_port_that_nobody_else_can_have_and_end_together(with_demo, port):
    with with_demo.start("up", "--port", str(port), "--web", "2") as process:
        link = sign_in_link(process)
        until = time.monotonic() + PATIENCE_SECONDS
        while listening(port) < 2 and time.monotonic() < until:
            time.sleep(0.1)
        first, _second = webs_of(with_demo)
        origin = link.partition("/welcome/")[0]
        assert {get(f"{origin}/health") for _ in range(20)} == {200}
        refused = with_demo.run("web", "--port", str(port))
        assert (refused.returncode, f"Port {port}" in refused.stderr) == (1, True)
        os.kill(first, signal.SIGKILL)
        assert process.wait(timeout=PATIENCE_SECONDS) == 1
    assert gone(with_demo)


WORDS = """
from treue.core.commerce.models import Order, Product
from treue.core.shop.models import AcquisitionCost, Shop
from treue.understand.metrics.models import Note
print(Shop.objects.get())
fields = ((Order, "channel__name"), (Product, "category"), (AcquisitionCost, "channel"), (Note, "text"))
for model, field in fields:
    print(*sorted(set(model.objects.values_list(field, flat=True))), sep=", ")
"""
GERMAN = [
    "Teehaus Vergissmeinnicht (Demo)",
    "App, Filiale, Marktplatz, Onlineshop",
    "Geschenke, Grüntee, Kaffee, Kakao & Süßes, Kannen & Tassen, Kräuter & Früchte, Küche, Schwarztee",
    "App, Filiale, Marktplatz, Onlineshop",
    "App gestartet, Preiserhöhung bei Kaffee, TV-Spot, Willkommensaktion beginnt",
]
ENGLISH = [
    "Forget-me-not Tea House (demo)",
    "App, Marketplace, Online shop, Store",
    "Black tea, Cocoa & sweets, Coffee, Gifts, Green tea, Herbs & fruits, Kitchen, Pots & cups",
    "App, Marketplace, Online shop, Store",
    "App launched, Price rise for coffee, TV spot, Welcome campaign begins",
]


def test_the_demo_shop_speaks_the_systems_language_alone(with_demo):
    assert with_demo.run("manage", "shell", "-v0", "-c", WORDS).stdout.splitlines() == GERMAN


def test_the_demo_shop_speaks_the_language_asked_for(folders):
    installation = Installation(folders / "english")
    made = installation.run("demo", "--customers", "100", "--language", "en")
    assert made.returncode == 0
    assert "treue_wk_" not in made.stdout + made.stderr  # nobody needs the keys of its sources
    assert installation.run("manage", "shell", "-v0", "-c", WORDS).stdout.splitlines() == ENGLISH


def test_a_language_that_treue_does_not_speak_is_refused_at_once(folders):
    installation = Installation(folders / "french")
    refused = installation.run("demo", "--language", "fr")
    assert refused.returncode == 2
    assert refused.stderr == "✕ Treue spricht Deutsch (de) und Englisch (en), nicht „fr“.\n"
    assert not installation.folder.exists()


def test_a_killed_up_takes_its_web_worker_and_database_with_it(with_demo, running):
    process, link = running
    assert get(link) == 200
    process.kill()
    process.wait()
    assert gone(with_demo)


@pytest.mark.long
def test_a_web_process_whose_database_was_killed_lives_but_is_not_ready(with_demo, port):
    with with_demo.start("web", "--port", str(port)) as process:
        address = f"http://127.0.0.1:{port}"
        wait_for(lambda: answer(f"{address}/ready") == (200, "ready\n"))
        server = (with_demo.folder / "postgres" / "postmaster.pid").read_text().splitlines()[0]
        os.kill(int(server), signal.SIGKILL)
        wait_for(lambda: answer(f"{address}/ready") == (503, "The database does not answer.\n"))
        assert answer(f"{address}/health") == (200, "alive\n")
        assert "treue_database_up 0.0" in answer(f"{address}/metrics")[1]
        process.terminate()
        assert process.wait(timeout=PATIENCE_SECONDS) == 0
    assert gone(with_demo)
    assert with_demo.run("manage", "check").returncode == 0  # and the next one finds the database whole


def answer(address: str) -> tuple[int, str] | None:
    try:
        with urllib.request.urlopen(address, timeout=10) as found:
            return found.status, found.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()
    except OSError:
        return None  # it does not listen yet


def wait_for(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.2)


def test_a_terminal_that_is_closed_ends_everything(with_demo, running):
    process, link = running
    assert get(link) == 200
    process.send_signal(signal.SIGHUP)
    assert process.wait(timeout=PATIENCE_SECONDS) == 0
    assert gone(with_demo)


def test_a_database_of_another_major_version_is_said_with_the_way_out(folders):
    installation = Installation(folders / "older")
    (installation.folder / "postgres").mkdir(parents=True)
    (installation.folder / "postgres" / "PG_VERSION").write_text("17\n")
    refused = installation.run("up", "--port", str(free_port()))
    assert refused.returncode == 1
    said = " ".join(refused.stderr.split())
    assert "wurde von PostgreSQL 17 geschrieben, und diese Version von Treue bringt PostgreSQL 18 mit" in said
    assert "treue backup DATEI" in said
    assert [path.name for path in (installation.folder / "postgres").iterdir()] == ["PG_VERSION"]


def test_a_second_up_says_where_the_first_one_runs_and_leaves_its_link_alone(with_demo, running, port):
    _process, link = running
    second = with_demo.run("up", "--port", str(free_port()))
    assert second.returncode == 1
    assert second.stderr == (
        f"✕ Diese Installation läuft schon, unter http://127.0.0.1:{port}. Beenden Sie sie dort, bevor Sie sie erneut "
        "starten; für eine zweite Installation setzen Sie TREUE_HOME auf einen anderen Ordner.\n"
    )
    assert get(link) == 200


def test_after_a_kill_it_can_be_started_again(with_demo, running):
    process, _link = running
    process.kill()
    process.wait()
    with with_demo.up(free_port()) as again:
        assert get(sign_in_link(again)) == 200
        again.send_signal(signal.SIGTERM)
        assert again.wait(timeout=PATIENCE_SECONDS) == 0


def test_a_port_in_use_is_said_in_a_sentence(with_demo, port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        done = with_demo.run("up", "--port", str(port))
    assert done.returncode == 1
    assert f"Port {port} auf 127.0.0.1 ist nicht verwendbar" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_folder_is_closed_to_everybody_else(with_demo):
    own = 0o711 if os.geteuid() == 0 else 0o700
    assert with_demo.folder.stat().st_mode & 0o777 == own
    assert (with_demo.folder / "secret.key").stat().st_mode & 0o777 == 0o600
    for part in ("lake", "uploads", "mail", "backups", "tmp", "postgres"):
        assert (with_demo.folder / part).stat().st_mode & 0o077 == 0


def test_a_backup_brings_the_same_figures_back_elsewhere(with_demo, folders, tmp_path):
    file = tmp_path / "saved.tar"
    assert with_demo.run("backup", str(file)).returncode == 0
    other = Installation(folders / "elsewhere")
    restored = other.run("restore", str(file))
    assert restored.returncode == 0, restored.stderr
    assert figures_of(other) == figures_of(with_demo)


@pytest.mark.parametrize(
    ("place", "reason"),
    [("nowhere/saved.tar", "No such file or directory"), ("", "Is a directory"), ("pipe", "Invalid argument")],
)
def test_a_place_that_takes_no_backup_is_named_and_stays_as_it_was(folders, tmp_path, place, reason):
    os.mkfifo(tmp_path / "pipe")
    refused = Installation(folders / "unsaved").run("backup", str(tmp_path / place))
    assert refused.returncode == 1
    assert refused.stderr == (
        f"✕ Die Sicherung lässt sich nicht nach {tmp_path / place} schreiben: {reason}. "
        "Nennen Sie eine Datei in einem Ordner, der sie aufnehmen kann.\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]
    assert not (folders / "unsaved" / "postgres").exists()


def test_a_backup_that_is_not_there_is_named(folders, tmp_path):
    refused = Installation(folders / "unsaved").run("restore", str(tmp_path / "saved.tar"))
    assert refused.returncode == 1
    said = f"{tmp_path / 'saved.tar'} lässt sich nicht lesen: No such file or directory. Nichts wurde geändert."
    assert refused.stderr == f"✕ {said}\n"


@pytest.mark.long
def test_a_damaged_backup_is_told_and_leaves_everything_as_it_was(with_demo, tmp_path):
    whole, folder, damaged = tmp_path / "saved.tar", tmp_path / "inside", tmp_path / "damaged.tar"
    assert with_demo.run("backup", str(whole)).returncode == 0
    with tarfile.open(whole) as tar:
        tar.extractall(folder)
    dump = folder / "database.dump"
    dump.write_bytes(dump.read_bytes()[:-20_000])
    with tarfile.open(damaged, "w") as tar:
        tar.add(folder, "")
    before = figures_of(with_demo)
    refused = with_demo.run("restore", "--replace", str(damaged))
    assert refused.returncode == 1
    assert "pg_restore" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert figures_of(with_demo) == before


@pytest.mark.long
def test_a_restore_that_the_database_refuses_ends_and_leaves_everything_as_it_was(with_demo, tmp_path):
    def sql(statement: str) -> None:
        program = f"from django.db import connection as c; c.cursor().execute({statement!r})"
        assert with_demo.run("manage", "shell", "-c", program).returncode == 0

    file, before = tmp_path / "saved.tar", figures_of(with_demo)
    sql("create schema in_the_way")
    try:
        assert with_demo.run("backup", str(file)).returncode == 0
        refused = with_demo.run("restore", "--replace", str(file))
    finally:
        sql("drop schema in_the_way")
    assert refused.returncode == 1
    assert "in_the_way" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert figures_of(with_demo) == before


def test_a_restore_refuses_to_replace_data_unasked(with_demo, tmp_path):
    file = tmp_path / "saved.tar"
    assert with_demo.run("backup", str(file)).returncode == 0
    refused = with_demo.run("restore", str(file))
    assert refused.returncode == 1
    assert "--replace" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("content", [b"", b"not a tar", b"\0" * 4096])
def test_a_file_that_is_no_backup_is_said_in_a_sentence(with_demo, tmp_path, content):
    file = tmp_path / "wrong.tar"
    file.write_bytes(content)
    refused = with_demo.run("restore", "--replace", str(file))
    assert refused.returncode == 1
    assert "ist keine Sicherung von Treue" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.long
def test_who_was_erased_since_the_backup_is_erased_again_by_a_restore(with_demo, folders, tmp_path):
    file, other = tmp_path / "saved.tar", Installation(folders / "restored")
    assert with_demo.run("backup", str(file)).returncode == 0
    assert other.run("restore", str(file)).returncode == 0
    receipt = shell(
        other, "c = Customer.objects.first(); print(c.number, erasure.erase(customer=c, by=None).erased_at)"
    )
    number, erased_at = receipt.strip().split(" ", 1)

    restored = other.run("restore", "--replace", str(file))

    assert restored.returncode == 0, restored.stderr
    assert "Erneut gelöscht, wie vor der Wiederherstellung: 1." in restored.stderr
    assert shell(other, f"print(Customer.objects.filter(number={number!r}).count())") == "0\n"
    assert shell(other, "print(Erasure.objects.get().erased_at)") == f"{erased_at}\n"
    nobodys = "Order.objects.exclude(customer__in=Customer.objects.all()).count()"
    queued = "sorted(Job.objects.filter(arguments__has_key='erasure_id').values_list('kind', flat=True))"
    assert shell(other, f"print({nobodys}, {queued})") == "0 ['imports.forget', 'lake.erase']\n"


def shell(installation: Installation, code: str) -> str:
    imports = (
        "from treue.core.customers import erasure; from treue.core.customers.models import Customer, Erasure;"
        "from treue.core.commerce.models import Order; from treue.core.jobs.models import Job;"
    )
    done = installation.run("manage", "shell", "--no-imports", "-c", imports + code)
    assert done.returncode == 0, done.stderr
    return done.stdout


def figures_of(installation: Installation) -> str:
    code = (
        "from treue.understand.metrics.counts import reading; from treue.core.shop.models import Shop;"
        "s = reading.current(Shop.objects.get()); print(reading.totals(s), reading.timeline(s, 'month'))"
    )
    done = installation.run("manage", "shell", "--no-imports", "-c", code)
    assert done.returncode == 0, done.stderr
    return done.stdout
