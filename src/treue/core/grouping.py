"""Group commit: requests put what they want written on a list and wait; writers take what has come together meanwhile.

No timer: a lone one is written at once, and under load a group grows by itself while the one before is on its way to
the disk.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
log = logging.getLogger(__name__)


class TooManyWaiting(Exception):
    """More waits already than is written in a reasonable time."""


class NotWritten(Exception):
    """The group could not be written, and nothing of it was."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """writers: threads that write. enough_for_another: the weight for which a second one begins while the first is
    writing, as a group has a price of its own. largest: of a group. most: that may wait."""

    writers: int
    enough_for_another: int
    largest: int
    most: int


class Groups(Generic[T]):
    """What waits to be written. Belongs to one event loop; its threads only write.

    begun: asked in the loop about each group, it returns what a thread then does. name: of the threads.
    """

    def __init__(self, begun: Callable[[Sequence[T]], Callable[[], None]], bounds: Bounds, *, name: str) -> None:
        self._begun, self._bounds = begun, bounds
        self._loop = asyncio.get_running_loop()
        self._threads = ThreadPoolExecutor(bounds.writers, thread_name_prefix=name)
        self._pending: deque[tuple[T, int, asyncio.Future[None]]] = deque()
        self._weight = 0
        self._writing = 0
        self._is_to_begin = False

    async def written(self, item: T, *, weight: int = 1) -> None:
        """Return when its group is written. Raises TooManyWaiting, NotWritten."""
        if self._weight > self._bounds.most:
            raise TooManyWaiting
        done = self._loop.create_future()
        self._pending.append((item, weight, done))
        self._weight += weight
        self._begin_soon()
        await done

    def _begin_soon(self) -> None:
        """After all that the loop has to do now: who comes in the same turn comes into the same group, and who has just
        been answered and asks again."""
        if not self._is_to_begin:
            self._is_to_begin = True
            self._loop.call_soon(self._begin_if_due)

    def _begin_if_due(self) -> None:
        self._is_to_begin = False
        if not self._pending or self._writing >= self._bounds.writers:
            return
        if self._writing and self._weight < self._bounds.enough_for_another:
            return
        group, waiting = self._group()
        self._writing += 1
        writing = self._loop.run_in_executor(self._threads, self._begun(group))
        writing.add_done_callback(lambda over: self._end(waiting, over))
        self._begin_soon()  # where more wait than one group takes, another may write them

    def _group(self) -> tuple[list[T], list[asyncio.Future[None]]]:
        group: list[T] = []
        waiting, weight = [], 0
        while self._pending and (not group or weight + self._pending[0][1] <= self._bounds.largest):
            item, its_weight, done = self._pending.popleft()
            weight += its_weight
            group.append(item)
            waiting.append(done)
        self._weight -= weight
        return group, waiting

    def _end(self, waiting: Sequence[asyncio.Future[None]], over: "asyncio.Future[None]") -> None:
        self._writing -= 1
        error = over.exception()
        if error is not None:
            log.error("A group could not be written: %s", type(error).__name__)
        for done in waiting:
            if done.done():
                continue  # the client has gone
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(NotWritten())
        self._begin_soon()
