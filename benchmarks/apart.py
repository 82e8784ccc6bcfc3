"""Work in a process of its own, whose memory is that work's alone."""

import re
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")


def apart(work: Callable[..., Result], *arguments: object) -> Result:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def peak_memory() -> str:
    """This process's own peak; what `resource` tells is at least what its parent had."""
    status = Path("/proc/self/status")
    found = re.search(r"^VmHWM:\s+(\d+) kB", status.read_text() if status.exists() else "", re.MULTILINE)
    return f"{int(found[1]) / 2**20:.2f} GiB" if found else "not told by this system"
