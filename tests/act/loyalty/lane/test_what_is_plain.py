"""Which requests take the short way: those whose values the API takes as they are. Others go the long way."""

import json

import pytest
from django.test import override_settings

from treue.act.loyalty.lane import asking

PLAIN = {"points": 50, "reason": "review"}
HEADERS = {
    b"host": b"127.0.0.1:8000",
    b"authorization": b"Bearer treue_abc",
    b"content-type": b"application/json",
    b"idempotency-key": b"7c1f",
}


def scope(**facts: object) -> dict[str, object]:
    headers = {**HEADERS, **facts.pop("headers", {})}
    usual = {"method": "POST", "path": "/api/v1/loyalty/members/4711/points", "query_string": b"", "root_path": ""}
    return {**usual, "headers": [(name, value) for name, value in headers.items() if value is not None], **facts}


def read(body: object = PLAIN, **facts: object) -> asking.Asked | None:
    asked = scope(**facts)
    if not asking.may_be_plain(asked):
        return None
    return asking.read(asked, body if isinstance(body, bytes) else json.dumps(body).encode())


def test_a_plain_request_is_read():
    asked = read({"points": 50, "reason": "review: book", "qualifying": 3, "expires_at": None, "dry_run": False})
    assert (asked.token, asked.member, asked.key) == ("treue_abc", 4711, "7c1f")
    assert (asked.given.points, asked.given.qualifying, asked.given.reason) == (50, 3, "review: book")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"points": 50, "reason": "review"',
        b'{"points": NaN, "reason": "review"}',
        {"points": 50},
        {"points": 0, "reason": "review"},
        {"points": 10**9 + 1, "reason": "review"},
        {"points": "50", "reason": "review"},
        {"points": 50.0, "reason": "review"},
        {"points": True, "reason": "review"},
        {"points": 50, "reason": "Review"},
        {"points": 50, "reason": " review"},
        {"points": 50, "reason": "review "},
        {"points": 50, "reason": "review\n"},
        {"points": 50, "reason": "r" * 41},
        {"points": 50, "reason": ""},
        {**PLAIN, "qualifying": -1},
        {**PLAIN, "dry_run": True},
        {**PLAIN, "available_from": "2026-11-28T12:00:00Z"},
        {**PLAIN, "expires_at": "2027-11-28T12:00:00Z"},
        {**PLAIN, "member": 3},
    ],
)
def test_other_bodies_go_the_long_way(body: object):
    assert read(body) is None


@pytest.mark.parametrize(
    "facts",
    [
        {"method": "GET"},
        {"path": "/api/v1/loyalty/members/0/points"},
        {"path": "/api/v1/loyalty/members/04/points"},
        {"path": f"/api/v1/loyalty/members/{2**63}/points"},
        {"path": "/api/v1/loyalty/members/٤/points"},
        {"path": "/api/v1/loyalty/members/4711/points/"},
        {"path": "/api/v1/loyalty/members/4711/points\n"},
        {"query_string": b"a=1"},
        {"root_path": "/shop"},
        {"headers": {b"host": None}},
        {"headers": {b"host": b"elsewhere.example"}},
        {"headers": {b"host": b"127.0.0.1, elsewhere.example"}},
        {"headers": {b"authorization": None}},
        {"headers": {b"authorization": b"Basic dHJldWU6"}},
        {"headers": {b"authorization": b"Bearer a b"}},
        {"headers": {b"content-type": None}},
        {"headers": {b"content-type": b"text/json"}},
        {"headers": {b"content-type": b"application/json; charset=utf-16"}},
        {"headers": {b"idempotency-key": None}},
        {"headers": {b"idempotency-key": b"a b"}},
        {"headers": {b"idempotency-key": b"a" * 201}},
        {"headers": {b"idempotency-key": "é".encode("latin-1")}},
    ],
)
def test_other_requests_go_the_long_way(facts: dict[str, object]):
    assert read(**facts) is None


@pytest.mark.parametrize("name", [*HEADERS])
def test_a_header_that_is_said_twice_goes_the_long_way(name: bytes):
    asked = scope()
    asked["headers"].append((name, HEADERS[name]))
    assert asking.read(asked, json.dumps(PLAIN).encode()) is None


@override_settings(ALLOWED_HOSTS=["shop.example"])
def test_the_hosts_are_those_of_the_installation():
    assert read() is None
    assert read(headers={b"host": b"shop.example"}) is not None
