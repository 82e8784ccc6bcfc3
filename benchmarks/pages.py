"""Cockpit and customer search of a shop with a million customers and ten million orders, in milliseconds.

A real web process is asked on loopback, signed in, for one page after the other, in any order and several times over;
the first time warms up and does not count. Beside the time on the clock stands the processor time of the web process
and its database, which a busy machine changes less. The bare pages do nothing but `select 1`, or look up one customer
by number, behind the same sign-in: they show what is not ours.
"""

import http.client
import random
import re
import socket
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from benchmarks import big_shop
from benchmarks.apart import apart
from benchmarks.big_shop import Row
from treue.web.commands import django_setup

TIMES = 4  # the first does not count
PAGES_DEEP = 5
TARGET = "p95 under 150 ms"
BARE = ("select 1", "one customer by number")
NEXT_PAGE = re.compile(rb'href="\?([^"]*after=[^"]*)"')
SORTS = [f"{way}{name}" for name in ("last", "first", "orders", "revenue", "name") for way in ("", "-")]
UNITS = ("month", "quarter", "year")
ORDERS = ("0", "1", "2-", "5-", "10-", "3-7")
LAST_ORDERS = [f"{way}-{days}" for way in ("within", "over") for days in (7, 30, 90, 365)]
REVENUES = ("0", "20", "100", "500", "3000")
Addresses = Mapping[str, Sequence[str]]
Values = Mapping[str, Sequence[str]]


def run(home: str = "") -> list[Row]:
    """home: where the shop is kept, so that pages can be measured again without bringing it in anew."""
    with _kept(home) as folder:
        rows = []
        if not (folder / "postgres").exists():
            rows = [*apart(big_shop.load, folder), *apart(big_shop.compute, folder)]
        return [*rows, *apart(measure, folder), *apart(big_shop.another_day, folder)]


@contextmanager
def _kept(home: str) -> Iterator[Path]:
    if home:
        yield Path(home)
        return
    folder = Path(tempfile.mkdtemp(prefix="treue-bench-"))
    try:
        yield folder
    finally:
        big_shop.remove(folder)


def measure(folder: Path) -> list[Row]:
    with big_shop.opened(folder), web_process() as server:
        chance = random.Random(big_shop.SEED)
        values = _values()
        addresses = {**_bare(), **_cockpit(chance, values), **_customers(chance, values)}
        client = Client(server, session())
        for kind in ("everybody", "words", "filters", "words and filters"):
            begun = chance.sample(addresses[f"customers, {kind}"], 15)
            addresses[f"customers, {kind}, pages 2 to {PAGES_DEEP}"] = _turned(client, begun)
        taken = take(client, addresses, chance)
    bare = median(taken[BARE[1]].seconds)
    return [_row(kind, times, len(set(addresses[kind])), bare) for kind, times in taken.items()]


@dataclass
class Times:
    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


def take(client: "Client", addresses: Addresses, chance: random.Random) -> dict[str, Times]:
    taken = {kind: Times() for kind in addresses}
    for turn in range(TIMES):
        asked = [(kind, address) for kind, several in addresses.items() for address in several]
        chance.shuffle(asked)
        for kind, address in asked:
            seconds, processor = client.time(address)
            if turn:
                taken[kind].seconds.append(seconds)
                taken[kind].processor.append(processor)
    return taken


def _row(kind: str, times: Times, pages: int, bare: float) -> Row:
    p95 = share(times.seconds, 0.95)
    parts = [f"p50 {share(times.seconds, 0.5)}", f"p95 {p95}", f"max {share(times.seconds, 1)} ms"]
    parts += [f"processor p95 {share(times.processor, 0.95)} ms", f"{median(times.seconds) / bare:.1f} look-ups"]
    return {"what": f"{kind} ({pages} pages)", "measured": ", ".join(parts), "target": "" if kind in BARE else TARGET}


def share(seconds: Sequence[float], share: float) -> int:
    """The milliseconds within which this share of them were done."""
    return round(sorted(seconds)[max(0, round(share * len(seconds)) - 1)] * 1000)


# The server, and who asks it


@dataclass(frozen=True)
class Server:
    port: int
    pid: int

    def processor(self) -> float:
        """Seconds that the web process and everything in the database have computed so far."""
        from treue.core import postgres

        postmaster = int((postgres.data_folder() / "postmaster.pid").read_text().split()[0])
        backends = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        return sum(_computed(pid) for pid in (self.pid, *map(int, backends)))


def _computed(pid: int) -> float:
    try:
        return time.clock_gettime((~pid << 3) | 2)  # the clock of another process, as clock_getcpuclockid makes it
    except OSError:
        return 0.0  # ended in between


@contextmanager
def web_process() -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = get_context("spawn").Process(target=_serve, args=(port,))
    process.start()
    try:
        while not _answers(port):
            if not process.is_alive():
                raise RuntimeError("The web process did not start.")
            time.sleep(0.1)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.join()


def _serve(port: int) -> None:
    django_setup.set_up()
    from benchmarks.bare_pages import serve

    serve(port)


def _answers(port: int) -> bool:
    with socket.socket() as door:
        return door.connect_ex(("127.0.0.1", port)) == 0


def session() -> str:
    """A cookie of somebody who is signed in and may see everything."""
    from django.conf import settings
    from django.test import Client as Browser

    from treue.core.staff.models import User

    user, _new = User.objects.get_or_create(email="bench@example.org", defaults={"role": "admin", "language": "de"})
    browser = Browser()
    browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={browser.cookies[name].value}"


class Client:
    def __init__(self, server: Server, cookie: str) -> None:
        self.server = server
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port)
        self.headers = {"Cookie": cookie, "HX-Request": "true"}

    def get(self, address: str) -> bytes:
        self.connection.request("GET", address, headers=self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{answer.status} for {address}")
        return body

    def time(self, address: str) -> tuple[float, float]:
        """Seconds on the clock, and of the processor."""
        computed, begun = self.server.processor(), time.perf_counter()
        self.get(address)
        return time.perf_counter() - begun, self.server.processor() - computed


# What is asked for


def _bare() -> Addresses:
    return {BARE[0]: ["/bare/select/"] * 50, BARE[1]: [f"/bare/customer/?number={one}" for one in _some("number", 50)]}


def _values() -> dict[str, list[str]]:
    """By dimension what a page can be filtered by."""
    from treue.core.shop.models import Shop
    from treue.understand.metrics.counts import reading

    snapshot = reading.current(Shop.objects.get())
    return {name: [one.value for one in several] for name, several in vars(reading.choices(snapshot)).items()}


def _cockpit(chance: random.Random, values: Values) -> Addresses:
    months = [date(year, month, 1) for year in (2023, 2024, 2025) for month in range(1, 13)]

    def combined() -> dict[str, object]:
        names = chance.sample(list(values), chance.choice((1, 2, 3)))
        against, period = sorted(chance.sample(months, k=2))
        dates = {"unit": chance.choice(UNITS), "period": period, "against": against}
        return dates | {name: chance.choice(values[name]) for name in names}

    one = [{"unit": unit, name: value} for unit in UNITS for name, each in values.items() for value in each]
    tables = ("periods", "cohorts", *(f"by_{name}" for name in values))
    return {
        "cockpit": [_address("/", unit=unit) for unit in UNITS] * 10,
        "cockpit, one filter": [_address("/", **each) for each in one],
        "cockpit, several filters and other periods": [_address("/", **combined()) for _ in range(100)],
        "cockpit, its tables as CSV": [_address(f"/figures/{name}.csv", **combined()) for name in tables * 5],
    }


def _customers(chance: random.Random, values: Values) -> Addresses:
    words = _words(chance)
    offered = {**values, "orders": ORDERS, "last": LAST_ORDERS, "revenue_from": REVENUES}

    def filtered() -> dict[str, str]:
        names = chance.sample(list(offered), chance.choice((1, 1, 2, 2, 3, 4)))
        return {"sort": chance.choice(SORTS)} | {name: chance.choice(offered[name]) for name in names}

    def listed(**values: object) -> str:
        return _address("/customers/", **values)

    return {
        "customers, everybody": [listed(sort=sort) for sort in SORTS] * 2,
        "customers, words": [listed(q=text, sort=sort) for text in words for sort in chance.sample(SORTS, 1)],
        "customers, filters": [listed(**filtered()) for _ in range(200)],
        "customers, words and filters": [listed(q=chance.choice(words), **filtered()) for _ in range(200)],
    }


def _words(chance: random.Random) -> list[str]:
    """What people type: beginnings, names, addresses, numbers, cities, with and without accents, and nonsense."""
    names = [name.split() for name in _some("name", 60)]
    numbers, addresses, cities = _some("number", 30), _some("email", 30), _some("city", 30)
    return sorted(
        {
            *(name[0][:length] for name in names for length in (1, 2, 3)),
            *(word for name in names[:30] for word in name),
            *(" ".join(name) for name in names[:20]),
            *(f"{name[-1]}, {name[0]}".lower() for name in names[20:40]),
            *(f"{name[0][:2]} {name[-1][:3]}" for name in names[40:]),
            *(f"{name[0]} {city}" for name, city in zip(names, cities, strict=False)),
            *cities,
            *numbers[:15],
            *(number[: chance.randint(1, 7)].lower() for number in numbers[15:]),
            *addresses[:15],
            *(address[: chance.randint(3, 9)] for address in addresses[15:]),
            *("Muller", "Forster", "förster anna", "Jager", "koln", "e", "k", "an be", "müller-lüdenscheidt"),
            *("xqzw", "???", "100%", "anna qwx", "o'brien", "K_", "a b c d e", "@", "nobody@example.net"),
        }
    )


def _turned(client: "Client", addresses: Sequence[str]) -> list[str]:
    """The second to fifth pages of lists."""
    found = []
    for address in addresses:
        for _page in range(2, PAGES_DEEP + 1):
            match = NEXT_PAGE.search(client.get(address).replace(b"&amp;", b"&"))
            if match is None:
                break
            address = f"/customers/?{match[1].decode()}"
            found.append(address)
    return found


def _some(column: str, number: int) -> list[str]:
    """Values of customers from all over the shop."""
    from treue.core.customers.models import Customer

    first = Customer.objects.order_by("pk").values_list("pk", flat=True)[0]
    step = big_shop.CUSTOMERS // number
    ids = [first + place * step for place in range(number)]
    return list(Customer.objects.filter(pk__in=ids).exclude(**{column: ""}).values_list(column, flat=True))


def _address(path: str, **values: object) -> str:
    return f"{path}?{urlencode(values)}"
