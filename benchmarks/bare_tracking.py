"""The least that takes events in and keeps them: no key, no check, no person, no limit. What `tracking` is measured
against, on the same web server, database and disk, because machines differ and one machine differs by the hour.

Requests wait on a list, two threads write what has come together in one statement, each message once, and answer after
the commit.
"""

import asyncio
import sys
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from threading import local

import psycopg
import uvicorn

from treue.core import postgres

TABLE = "create table bare (message_id text primary key, facts jsonb not null)"
WRITE = """
insert into bare
select distinct on (event ->> 'messageId') event ->> 'messageId', event
from jsonb_array_elements(%s::jsonb) as body,
    jsonb_array_elements(coalesce(body -> 'batch', jsonb_build_array(body))) as event
order by event ->> 'messageId' on conflict do nothing"""
WRITERS, LARGEST_GROUP = 2, 1 << 21
ANSWER = b'{"success": true}'
HEADERS = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(ANSWER))]


class Committer:
    def __init__(self) -> None:
        self._pending: deque[tuple[bytes, asyncio.Future[None]]] = deque()
        self._threads = ThreadPoolExecutor(WRITERS)
        self._own = local()
        self._writing = 0

    async def commit(self, body: bytes) -> None:
        done = asyncio.get_running_loop().create_future()
        self._pending.append((body, done))
        self._begin()
        await done

    def _begin(self) -> None:
        if self._writing == WRITERS or not self._pending:
            return
        group, size = [], 0
        while self._pending and size < LARGEST_GROUP:
            group.append(self._pending.popleft())
            size += len(group[-1][0])
        self._writing += 1
        writing = asyncio.get_running_loop().run_in_executor(self._threads, self._write, [body for body, _ in group])
        writing.add_done_callback(lambda over: self._end(group, over))

    def _write(self, bodies: list[bytes]) -> None:
        if not hasattr(self._own, "connection"):
            place = postgres.connection_settings()
            self._own.connection = psycopg.connect(
                host=place["HOST"], user=place["USER"], dbname=place["NAME"], autocommit=True
            )
        self._own.connection.execute(WRITE, [(b"[" + b",".join(bodies) + b"]").decode()])

    def _end(self, group: list[tuple[bytes, "asyncio.Future[None]"]], over: "asyncio.Future[None]") -> None:
        self._writing -= 1
        for _body, done in group:
            if over.exception():
                done.set_exception(over.exception())
            else:
                done.set_result(None)
        self._begin()


committers: list[Committer] = []


async def application(scope, receive, send) -> None:
    if not committers:
        committers.append(Committer())
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    await committers[0].commit(body)
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": ANSWER})


if __name__ == "__main__":
    uvicorn.run(application, port=int(sys.argv[1]), log_level="error", access_log=False, lifespan="off")
