"""How commands fail: one sentence on standard error and an exit code, never a traceback.

0: done. 1: the work failed, for a reason that is named. 2: the command was used wrongly. 130: stopped by Ctrl-C.
143: stopped by SIGTERM, from `timeout`, systemd or a shutdown.
"""

import errno
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape

from treue.core.home import UnusableHome
from treue.core.postgres_server import MAJOR_VERSION, OtherMajorVersion, ServerDidNotStart
from treue.web.operations.logs import is_debugging

FAILED = 1
USED_WRONGLY = 2
STOPPED = 130
TOLD = 143
FULL = (errno.ENOSPC, errno.EDQUOT)
log = logging.getLogger(__name__)


class Failure(Exception):
    """A failure said in a sentence for the person at the terminal."""

    code = FAILED


class WrongUse(Failure):
    """What was asked for cannot be meant."""

    code = USED_WRONGLY


@contextmanager
def file_problems() -> Iterator[None]:
    """Turn what is wrong with a file that somebody brought into its sentence."""
    from treue.listen.imports.errors import ImportProblem
    from treue.listen.imports.wording import problem

    try:
        yield
    except ImportProblem as error:
        raise Failure(problem(error)) from error


class Told(KeyboardInterrupt):
    """SIGTERM: everything that knows how to end at Ctrl-C ends the same way."""


@contextmanager
def heeding_sigterm() -> Iterator[Callable[[], bool]]:
    """End in order where SIGTERM comes: a server of ours would stay behind. Says whether it came.

    `timeout` sends it twice, to us and to our group; the second one must not disturb the tidying up. Commands that
    end in a way of their own replace the handler.
    """
    came: list[int] = []

    def end(number: int, frame: object) -> None:
        came.append(number)
        if len(came) == 1:
            raise Told

    former = signal.signal(signal.SIGTERM, end)
    if signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:  # nohup has it ignored
        signal.signal(signal.SIGHUP, _as_sigterm)
    try:
        yield lambda: bool(came)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN if came else former)


def _as_sigterm(number: int, frame: object) -> None:
    """A terminal that is closed: end as whoever waits for SIGTERM does at this moment."""
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """The program `treue`."""
    with heeding_sigterm() as told:
        try:
            _run()
        except SystemExit:
            if told():  # typer has taken it for Ctrl-C
                sys.exit(TOLD)
            raise


def _run() -> None:
    from treue.web.commands import app

    try:
        app()
    except Failure as failure:
        say(str(failure))
        sys.exit(failure.code)
    except (ServerDidNotStart, UnusableHome) as error:
        say(_of_the_installation(error))
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(STOPPED)
    except BrokenPipeError:
        deafen()
        sys.exit(FAILED)
    except Exception as error:
        if isinstance(error, OSError) and error.errno in FULL:
            deafen()
            say(_said("The disk is full. Make room and try again."))
            sys.exit(FAILED)
        log.debug("unexpected", exc_info=error)
        sentence = _said(
            "Something went wrong that Treue did not expect (%(error)s). "
            "Set TREUE_LOG=DEBUG and run it again to see where."
        )
        say(sentence % {"error": type(error).__name__})
        if is_debugging():
            raise
        sys.exit(FAILED)


def _of_the_installation(error: ServerDidNotStart | UnusableHome) -> str:
    match error:
        case OtherMajorVersion():
            facts = {"folder": error.folder, "found": error.found, "ours": MAJOR_VERSION}
            sentence = _said(
                "The database in %(folder)s was written by PostgreSQL %(found)s, and this version of Treue brings "
                "PostgreSQL %(ours)s, which cannot read it. Nothing was changed. With the Treue that you used before, "
                "write a backup (treue backup FILE); then move %(folder)s away and run treue restore FILE with this "
                "one."
            )
            return sentence % facts
        case ServerDidNotStart():
            return _said("PostgreSQL did not start. Its last words:\n%(log)s") % {"log": error.log}
    return str(error)


def _said(sentence: str) -> str:
    """In the system's language, where what is broken lets anybody look it up."""
    try:
        from treue.web.commands.speaking import said

        return said(sentence)
    except Exception:
        log.debug("no translation", exc_info=True)
        return sentence


def deafen() -> None:
    """Standard output takes no more; Python would complain once more when it flushes what is left."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(sentence: str, mark: str = "✕") -> None:
    Console(stderr=True, soft_wrap=True).print(f"[bold red]{mark}[/bold red] {escape(sentence)}", highlight=False)
