"""One `treue up` in an installation: a lock in its folder, with the address inside.

The system lets go of the lock even after `kill -9`; what stands in a file that nobody holds means nothing.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from treue.core import home
from treue.web.commands.failing import Failure
from treue.web.commands.speaking import said as _

LONGEST_URL = 2_000


@contextmanager
def alone(url: str) -> Iterator[None]:
    """Be the one that runs this installation, at `url`. Raises Failure where another one does."""
    handle = os.open(home.home() / "up.running", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            there = os.pread(handle, LONGEST_URL, 0).decode() or _("an address of its own")
            sentence = _(
                "This installation runs already, at %(address)s. Stop it there before you start it again; "
                "for a second installation set TREUE_HOME to another folder."
            )
            raise Failure(sentence % {"address": there}) from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, url.encode(), 0)
        yield
    finally:
        os.close(handle)
