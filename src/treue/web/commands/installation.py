"""Start, stop, save and restore an installation."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from treue.core import home, postgres
from treue.web.commands import django_setup, folder, output, presence
from treue.web.commands.failing import Failure
from treue.web.commands.speaking import said as _

console = Console(stderr=True)

Port = Annotated[int, typer.Option(help="Port of the web server.", min=1, max=65535)]
Host = Annotated[str, typer.Option(help="Address the web server listens on.")]
WebProcesses = Annotated[
    int,
    typer.Option(
        "--web",
        help="Web processes that share the port; a busy shop takes one for each processor.",
        envvar="TREUE_WEB_PROCESSES",
        min=1,
        max=32,
    ),
]


def up(
    port: Port = 8000,
    host: Host = "127.0.0.1",
    web_processes: WebProcesses = 1,
    demo: Annotated[bool, typer.Option("--demo", help="Make a demo shop if there is no shop yet.")] = False,
) -> None:
    """Start database, web and worker together, and print a link to sign in."""
    folder.prepare()
    with presence.alone(_be_found_at(host, port)):
        _listener(host, port).close()
        signal.signal(signal.SIGTERM, _interrupt)
        with postgres.running():
            _bring_up_to_date(demo=demo)
            _supervise(host, port, web_processes)
    console.print(_("Stopped."))


def web(
    port: Port = 8000,
    host: Host = "127.0.0.1",
    shared: Annotated[bool, typer.Option("--shared", hidden=True)] = False,
) -> None:
    """Run a web process alone."""
    import uvicorn

    folder.prepare()
    with _listener(host, port, shared=shared) as listener:
        _be_found_at(host, port)
        signal.signal(signal.SIGTERM, _leave)
        with postgres.running():
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])  # see __main__: everything is loaded
            config = uvicorn.Config(
                "treue.web.asgi:application",
                log_level="warning",
                access_log=False,
                log_config=None,  # its words go where ours go
                lifespan="off",
                timeout_graceful_shutdown=5,
            )
            uvicorn.Server(config).run(sockets=[listener])


def worker() -> None:
    """Run a worker process alone: imports, figures, mail, reactions."""
    folder.prepare()
    signal.signal(signal.SIGTERM, _leave)
    with postgres.running():
        django_setup.set_up()
        from treue.web.commands import worker_process

        worker_process.work()


def manage(context: typer.Context) -> None:
    """Django's own commands: migrate, shell, createsuperuser and the rest."""
    from django.core.management import execute_from_command_line

    folder.prepare()
    with postgres.running():
        django_setup.set_up()
        execute_from_command_line(["treue manage", *context.args])


def backup(
    file: Annotated[
        Path | None, typer.Argument(help="Where to write it; default: the installation's backups.", readable=False)
    ] = None,
) -> None:
    """Save everything the installation owns into one file."""
    from treue.core import backups

    folder.prepare()
    sentence = _(
        "The backup cannot be written to %(path)s: %(reason)s. Give the name of a file in a folder that can take it."
    )
    with output.named(file or home.home() / "backups", sentence):
        if file is not None:
            output.require_file(file)
        with postgres.running(), _backup_problems():
            django_setup.set_up()
            written = backups.write(file)
    typer.echo(str(written))


def restore(
    file: Annotated[Path, typer.Argument(help="A file made by `treue backup`.", readable=False)],
    replace: Annotated[bool, typer.Option("--replace", help="Replace what the installation holds now.")] = False,
) -> None:
    """Bring an installation back from a backup. Nothing else may be running.

    Whoever was erased here since the backup was written is erased again.
    """
    from treue.core import backups

    folder.prepare()
    with output.named(file, _("%(path)s cannot be read: %(reason)s. Nothing was changed.")):
        file.open("rb").close()
    with postgres.running(), _backup_problems():
        django_setup.set_up()
        from django.db import connection

        from treue.core.customers import receipts
        from treue.core.events import restoring

        key, known = home.secret_key(), receipts.known()
        connection.close()
        connection.close_pool()  # a restore must be alone with the database
        backups.restore(file, replace=replace)
        _migrate()
        restoring.renumber()
        again = receipts.apply_again(known) if home.secret_key() == key else 0
    console.print(_("Restored from %(file)s.") % {"file": file})
    if again:
        console.print(_("Erased again, as before the restore: %(count)s.") % {"count": again})


@contextmanager
def _backup_problems() -> Iterator[None]:
    from treue.core import backups

    try:
        yield
    except backups.BackupError as error:
        raise Failure(_backup_sentence(error)) from error


def _backup_sentence(error: Exception) -> str:
    from treue.core import backups

    match error:
        case backups.NotABackup():
            sentence = _("%(file)s is no backup of Treue that this version can read. Nothing was changed.")
            return sentence % {"file": error}
        case backups.InstallationInUse():
            return _("Something is connected to the database. Stop Treue first. Nothing was changed.")
        case backups.InstallationNotEmpty():
            return _("This installation has data already. Add --replace to put the backup in their place.")
        case backups.ProgramFailed(words=words):
            return _("PostgreSQL refused: %(words)s") % {"words": words}
    raise error


def _listener(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """Bound to the address, not listening yet. shared: with other processes, to which the system deals the callers."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        sentence = _("Port %(port)s on %(host)s cannot be used: %(reason)s. Choose another one with --port.")
        raise Failure(sentence % {"port": port, "host": host, "reason": error.strerror}) from error
    return listener


def _be_found_at(host: str, port: int) -> str:
    """Where links in mails lead, unless the installation says otherwise; a server that listens everywhere is here."""
    here = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return os.environ.setdefault("TREUE_URL", f"http://{here}:{port}")


def _bring_up_to_date(*, demo: bool) -> None:
    _migrate()
    from treue.core.shop.models import Shop
    from treue.core.shop.setup import ensure_shop
    from treue.web.commands.demo import load

    if demo and not Shop.objects.exists():
        load()
    ensure_shop()


def _migrate() -> None:
    django_setup.set_up()
    from django.core.management import call_command

    with console.status(_("Bringing the database up to date …")):
        call_command("migrate", verbosity=0)


def _sign_in_path() -> str:
    from django.urls import reverse

    from treue.core.staff import sign_in_links

    return reverse("welcome", args=[sign_in_links.for_first_admin()])


def _supervise(host: str, port: int, web_processes: int) -> None:
    """Keep web and worker running until one is told to stop or a web process ends."""
    start_web = ["web", "--host", host, "--port", str(port), "--shared"]
    webs = [_start(*start_web) for _number in range(web_processes)]
    worker = _start("worker")
    try:
        if _answers(webs, host, port):
            _announce()
        while _all_run(webs):
            try:
                worker.wait(timeout=0.5)
            except subprocess.TimeoutExpired:
                continue
            console.print(_("The worker ended and is started again."))
            worker = _start("worker")
    except KeyboardInterrupt:
        console.print("\n" + _("Stopping …"))
    finally:
        _end([*webs, worker])
    if any(web.returncode not in (0, -signal.SIGTERM) for web in webs):
        raise Failure(_("The web server ended by itself. Its last lines above say why."))


def _answers(webs: Sequence[subprocess.Popen[bytes]], host: str, port: int) -> bool:
    """Wait for the web server, so that a link that is printed also opens; False if it ended before."""
    with console.status(_("Starting …")):
        while _all_run(webs):
            with suppress(OSError), socket.create_connection((host, port), timeout=1):
                return True
            time.sleep(0.1)
    return False


def _all_run(processes: Sequence[subprocess.Popen[bytes]]) -> bool:
    return all(process.poll() is None for process in processes)


def _announce() -> None:
    from django.conf import settings

    here = {"address": f"[bold]{settings.PUBLIC_URL}[/bold]"}
    console.print(_("Treue runs on %(address)s. Stop it with Ctrl-C.") % here)
    # markup and wrapping would spoil a link that is meant to be clicked
    typer.echo(_("Sign in once with: %(link)s") % {"link": f"{settings.PUBLIC_URL}{_sign_in_path()}"})


def _start(*arguments: str) -> subprocess.Popen[bytes]:
    """A process of our own program: it ends with us, even if we are killed, and Ctrl-C reaches it only through us."""
    return subprocess.Popen(
        [sys.executable, "-m", "treue.web.commands", *arguments],
        start_new_session=True,
        env=os.environ | {"TREUE_PARENT": str(os.getpid())},
    )


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _leave(number: int, frame: object) -> None:
    """End in order, so that the last to leave stops the database; web and worker call this after their own way out."""
    raise SystemExit(0)


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
