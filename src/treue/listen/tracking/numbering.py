"""Message ids for events that come without one: in the order of time, which keeps their index small."""

import os
import time


def message_id() -> str:
    """48 bits of milliseconds, 80 of chance."""
    return f"{time.time_ns() // 1_000_000:012x}{os.urandom(10).hex()}"
