"""Who is written with whom, and what the others hear when a group fails."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence

import pytest

from treue.core.grouping import Bounds, Groups, NotWritten, TooManyWaiting

BOUNDS = Bounds(writers=2, enough_for_another=3, largest=4, most=6)


class Written:
    """What was written, group by group; while `may_end` is not set, a group is on its way."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.may_end = threading.Event()
        self.may_end.set()

    def begun(self, group: Sequence[int]) -> Callable[[], None]:
        self.groups.append(list(group))
        return self._end

    def _end(self) -> None:
        assert self.may_end.wait(10)


def played(scene: Callable[[Groups[int], Written], Awaitable[None]]) -> list[list[int]]:
    written = Written()

    async def play() -> None:
        await scene(Groups(written.begun, BOUNDS, name="test"), written)

    asyncio.run(play())
    return written.groups


def test_who_comes_in_one_turn_comes_into_one_group() -> None:
    async def scene(groups: Groups[int], _written: Written) -> None:
        await asyncio.gather(*(groups.written(number) for number in range(3)))

    assert played(scene) == [[0, 1, 2]]


def test_who_was_answered_and_asks_again_is_with_those_who_waited() -> None:
    async def scene(groups: Groups[int], _written: Written) -> None:
        async def twice(number: int) -> None:
            await groups.written(number)
            await groups.written(number + 10)

        await asyncio.gather(twice(1), twice(2))

    assert played(scene) == [[1, 2], [11, 12]]


def test_a_second_one_writes_where_enough_wait() -> None:
    async def scene(groups: Groups[int], written: Written) -> None:
        written.may_end.clear()
        waiting = [asyncio.ensure_future(groups.written(0))]
        for number in range(1, 6):
            await asyncio.sleep(0.01)
            waiting.append(asyncio.ensure_future(groups.written(number)))
        await asyncio.sleep(0.01)
        written.may_end.set()
        await asyncio.gather(*waiting)

    assert played(scene) == [[0], [1, 2, 3], [4, 5]]


def test_a_second_one_writes_what_a_burst_leaves_over() -> None:
    async def scene(groups: Groups[int], written: Written) -> None:
        written.may_end.clear()
        waiting = [asyncio.ensure_future(groups.written(number)) for number in range(7)]
        await asyncio.sleep(0.05)
        assert written.groups == [[0, 1, 2, 3], [4, 5, 6]]
        written.may_end.set()
        await asyncio.gather(*waiting)

    played(scene)


def test_no_group_is_larger_than_it_may_be_and_one_too_heavy_goes_alone() -> None:
    async def scene(groups: Groups[int], _written: Written) -> None:
        await asyncio.gather(groups.written(0, weight=3), groups.written(1, weight=2), groups.written(2, weight=2))
        await groups.written(3, weight=5)

    assert played(scene) == [[0], [1, 2], [3]]


def test_whoever_comes_where_too_many_wait_is_sent_away() -> None:
    async def scene(groups: Groups[int], written: Written) -> None:
        written.may_end.clear()
        waiting = [asyncio.ensure_future(groups.written(number, weight=4)) for number in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(TooManyWaiting):
            await groups.written(2)
        written.may_end.set()
        await asyncio.gather(*waiting)

    assert played(scene) == [[0], [1]]


def test_a_group_that_fails_is_said_to_each_and_the_next_goes_on() -> None:
    async def play() -> None:
        fails = iter([True, False])

        def begun(_group: Sequence[int]) -> Callable[[], None]:
            is_wrong = next(fails)
            return lambda: 1 / 0 if is_wrong else None

        groups: Groups[int] = Groups(begun, BOUNDS, name="test")
        first = await asyncio.gather(groups.written(1), groups.written(2), return_exceptions=True)
        assert [type(each) for each in first] == [NotWritten, NotWritten]
        await groups.written(3)

    asyncio.run(play())
