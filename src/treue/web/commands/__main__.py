"""`python -m treue.web.commands`: the same as `treue`, for processes that Treue starts itself."""

import ctypes
import os
import signal

from treue.web.commands.failing import main

PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """Ask Linux for a SIGTERM when the process that started us dies; elsewhere nothing happens.

    It waits until the command heeds it. In the middle of an import, Python may raise what a signal raises where nobody
    catches it, and the process would live on for ever.
    """
    parent = os.environ.get("TREUE_PARENT")
    if parent is None or os.uname().sysname != "Linux":
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent):
        os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    end_with_parent()
    main()
