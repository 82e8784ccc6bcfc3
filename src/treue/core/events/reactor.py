"""The part of a worker that reacts: a thread beside its other work."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from treue.core.events import reacting

PATIENCE_SECONDS = 10.0


@contextmanager
def running() -> Iterator[None]:
    """React to the log as long as the block lasts. What is under way when it ends is finished or taken back whole."""
    stop = threading.Event()
    thread = threading.Thread(target=reacting.run, args=[stop], name="reactions", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(PATIENCE_SECONDS)
