"""Message ids for events that come without one: in the order of time, so that one sees which came first."""

import os
import time


def message_id() -> str:
    """48 bits of milliseconds, 80 of chance."""
    return f"{time.time_ns() // 1_000_000:012x}{os.urandom(10).hex()}"
