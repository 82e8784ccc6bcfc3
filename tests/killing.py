"""Work in a process of its own, which is killed: a copy of this one, so that it begins at once."""

import os
import signal
import traceback
from collections.abc import Callable

from django.db import connection, connections

Deed = Callable[[], object]


def begun(deed: Deed) -> int:
    """The process that does it, on a connection of its own."""
    for each in connections.all():
        each.close()
        each.close_pool()  # two processes on one line would understand nothing
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        deed()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def kill(process: int) -> None:
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)


def killed_after(statement: int, deed: Deed) -> bool:
    """Kill it once so many statements are done. Returns whether it had not ended by then."""
    done = 0

    def count(execute: Callable[..., object], *what: object) -> object:
        nonlocal done
        answer = execute(*what)
        done += 1
        if done == statement:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    def counted() -> None:
        with connection.execute_wrapper(count):
            deed()

    _process, status = os.waitpid(begun(counted), 0)
    ended = os.waitstatus_to_exitcode(status)
    assert ended in (0, -signal.SIGKILL)
    return ended != 0
