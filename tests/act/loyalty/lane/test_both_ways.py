"""The short way and the long one, as a program sees them, on a real web process."""

import http.client
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.utils import timezone

from tests.core.lake import buying
from tests.web_process import Web
from treue.act.loyalty import membership, verifying
from treue.act.loyalty.models import Account, Journal, Member, Programme, Wallet
from treue.core.shop.models import Shop
from treue.core.staff import keys

pytestmark = pytest.mark.django_db(transaction=True)
OWN = {"date", "x-request-id", "ratelimit", "content-length"}  # of each answer
VISIT = {"points": 5, "reason": "visit"}


@pytest.fixture(scope="module")
def web(django_db_setup: None) -> Iterator[Web]:
    process = Web()
    yield process
    process.end()


@pytest.fixture
def programme() -> Programme:
    return Programme.objects.create(shop=Shop.objects.create(name="Tea House"), name="Tea Circle")


@pytest.fixture
def token(programme: Programme) -> str:
    return keys.add(shop=programme.shop, name="till", scopes=["read", "write"], by=None)[1]


@pytest.fixture
def members(programme: Programme) -> list[Member]:
    return [
        membership.join(programme=programme, customer=buying.customer(programme.shop, f"C-{n}"), at=timezone.now())[0]
        for n in range(4)
    ]


class Till:
    """A connection that stays open for as long as it is used in a `with`."""

    def __init__(self, web: Web, token: str) -> None:
        self._line = http.client.HTTPConnection("127.0.0.1", web.port, timeout=60)
        self._token = token

    def __enter__(self) -> "Till":
        return self

    def __exit__(self, *_error: object) -> None:
        self._line.close()

    def give(self, member: int, body: object, key: str, **headers: str) -> tuple[int, dict[str, str], Any]:
        about = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json", "Idempotency-Key": key}
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self._line.request("POST", f"/api/v1/loyalty/members/{member}/points", data, about | headers)
        answer = self._line.getresponse()
        said = json.loads(answer.read())
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, said


def test_both_ways_say_the_same(web: Web, token: str, members: list[Member]) -> None:
    anna, ben = members[0].pk, members[1].pk
    with Till(web, token) as till:
        status, headers, short = till.give(anna, VISIT, "a", **{"X-Request-ID": "7c1f6f0e3f0c4f0e9a550d6f2a3a1b11"})
        long_status, long_headers, long = till.give(ben, VISIT | {"points": 5.0}, "b")  # no plain number
    assert (status, long_status) == (201, 201)
    assert {**short, "id": 0, "member": 0, "happened_at": ""} == {**long, "id": 0, "member": 0, "happened_at": ""}
    assert short["happened_at"].endswith("Z")
    assert len(short["happened_at"]) == len(long["happened_at"])
    assert without(headers) == without(long_headers)
    assert headers["x-request-id"] == "7c1f6f0e3f0c4f0e9a550d6f2a3a1b11"
    assert headers["ratelimit"].startswith('"key";r=1199;')
    assert long_headers["ratelimit"].startswith('"key";r=1198;')


def without(headers: dict[str, str]) -> dict[str, str]:
    """What is asked of caches does not matter where nothing is kept."""
    return {name: value for name, value in headers.items() if name not in {*OWN, "vary"}}


def test_what_is_refused_is_refused_with_a_reason(web: Web, token: str, members: list[Member]) -> None:
    anna = members[0].pk
    with Till(web, token) as till, Till(web, "treue_unknown") as stranger:
        first, again = till.give(anna, VISIT, "a"), till.give(anna, VISIT, "a")
        kinds = [
            till.give(anna, VISIT | {"points": 6}, "a"),
            till.give(10**15, VISIT, "b"),
            till.give(anna, VISIT | {"points": 0}, "c"),
            till.give(anna, b"{", "d"),
            stranger.give(anna, VISIT, "e"),
        ]
    assert (again[0], again[2]) == (201, first[2])
    said = [(status, body["type"].rpartition("/")[2]) for status, _headers, body in kinds]
    expected = [(422, "idempotency-key-reused"), (404, "not-found"), (422, "invalid"), (400, "malformed")]
    assert said == [*expected, (401, "unauthorized")]
    assert Account.objects.get(member=anna, wallet=Wallet.POINTS).balance == 5


def test_many_tills_at_once_each_give_once(web: Web, token: str, members: list[Member]) -> None:
    start = threading.Barrier(16)

    def day(number: int) -> list[int]:
        keys_of_day = [f"{number // 2}-{visit}" for visit in range(30)]  # two tills send the same
        with Till(web, token) as till:
            start.wait()
            return [till.give(members[visit % 4].pk, VISIT, key)[0] for visit, key in enumerate(keys_of_day)]

    with ThreadPoolExecutor(16) as pool:
        statuses = [status for day in pool.map(day, range(16)) for status in day]
    assert {*statuses} == {201}
    assert Journal.objects.count() == 8 * 30
    balances = Account.objects.filter(wallet=Wallet.POINTS).values_list("balance", flat=True)
    assert sum(balances) == 8 * 30 * 5
    assert not [rule for rule, found in verifying.verify() if found]
