"""The service worker, by which the card opens without a network. It is served below /m/, which is all it may touch."""

from functools import cache
from pathlib import Path

SOURCE = Path(__file__).parent / "worker.js"


@cache
def worker() -> str:
    return SOURCE.read_text(encoding="utf-8")
