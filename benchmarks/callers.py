"""Many at once who each want points for one member: as the API's short way serves them, without the HTTP around it.

Each call looks at its key, claims its idempotency key, earns, keeps its answer, and returns when that is on the disk.
What comes together meanwhile is one transaction (`core.grouping`).
"""

import asyncio
import multiprocessing
import os
import random
import time
from functools import partial
from multiprocessing.synchronize import Barrier

PROCESSES, CALLERS = 2, 64
BODY = b'{"points": 25, "reason": "visit"}'


def rate(members: list[int], token: str, seconds: float) -> float:
    """Calls a second, of `CALLERS` in each of as many processes as answer the web."""
    context = multiprocessing.get_context("spawn")
    barrier, counts = context.Barrier(PROCESSES), context.Queue()
    about = (members, token, seconds, barrier, counts)
    running = [context.Process(target=_process, args=about) for _number in range(PROCESSES)]
    for each in running:
        each.start()
    total = sum(counts.get() for _each in running)
    for each in running:
        each.join()
    return total / seconds


def _process(members: list[int], token: str, seconds: float, barrier: Barrier, counts: "multiprocessing.Queue") -> None:
    os.environ["TREUE_API_PER_MINUTE"] = str(10**9)
    from treue.web.commands import django_setup

    django_setup.set_up()
    counts.put(asyncio.run(_callers(members, token, seconds, barrier)))


async def _callers(members: list[int], token: str, seconds: float, barrier: Barrier) -> int:
    from treue.act.loyalty.lane.asking import Asked, Given
    from treue.act.loyalty.lane.endpoint import BOUNDS
    from treue.act.loyalty.lane.giving import Waiting, give
    from treue.core.grouping import Groups

    groups: Groups[Waiting] = Groups(lambda group: partial(give, group), BOUNDS, name="points")
    dice, given = random.Random(os.getpid()), Given(points=25, reason="visit")

    async def caller(place: int) -> int:
        count = 0
        while time.perf_counter() < until:
            member, key = dice.choice(members), f"{os.getpid()} {place} {count} {until}"
            asked = Asked(token, member, key, ("POST", f"/api/v1/loyalty/members/{member}/points", BODY), given)
            waiting = Waiting(asked)
            await groups.written(waiting)
            if waiting.answer is None:
                raise RuntimeError("it took the long way")
            count += 1
        return count

    barrier.wait()
    until = time.perf_counter() + seconds
    return sum(await asyncio.gather(*(caller(place) for place in range(CALLERS))))
