"""What is no call of a shop: broken, hostile, or too much. The process answers, and goes on."""

import gzip
import json
import socket
import zlib
from collections.abc import Callable

import pytest
from sending import Sender, logged, track

Make = Callable[..., Sender]
GOOD = json.dumps({"batch": [track()]}).encode()
EVENT = json.dumps(track()).encode()


def in_batch(event: bytes) -> bytes:
    return b'{"batch":[' + EVENT + b"," + event + b"]}"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "not_json"),
        (b"tea", 400, "not_json"),
        (b"[]", 400, "not_json"),
        (b"{}", 400, "no_batch"),
        (b'{"batch":[]}', 400, "no_batch"),
        (b'{"batch":{}}', 400, "not_json"),
        (b'{"batch":[1', 400, "not_json"),
        (GOOD.decode().encode("utf-16"), 400, "not_json"),
        (b"\xff\xfe\xfd", 400, "not_json"),
        (gzip.compress(GOOD, mtime=0)[:-9], 400, "bad_encoding"),
        (b"\x1f\x8b and no more", 400, "bad_encoding"),
        (gzip.compress(GOOD, mtime=0) + b"rubbish", 400, "bad_encoding"),
        (gzip.compress(b" " * 200_000_000, 9, mtime=0), 413, "too_large"),
        (b" " * (500 * 1024 + 1), 413, "too_large"),
        (b'{"batch":[' + b",".join([b"{}"] * 2_501) + b"]}", 413, "too_many_events"),
        (b'{"batch":' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400, "not_json"),
        (b"[" * 400_000, 400, "not_json"),
    ],
)
def test_bodies_that_cannot_be_taken(source: Make, body: bytes, status: int, code: str):
    sender = source()
    answer = sender.post("/v1/batch", body)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert sender.one().status == 200


UNREADABLE = [
    (b"", "not_json"),
    (b"tea", "not_json"),
    (EVENT[:-1], "not_json"),
    (b"[]", "not_json"),
    (b"null", "not_json"),
    (b'{"userId":"7","event":"\xc3"}', "not_json"),
    (b'{"userId":"7","event":"e","properties":{"total":1e400}}', "malformed"),
    (b'{"userId":{},"event":"e"}', "malformed"),
    (b'{"userId":"7","event":["e"]}', "malformed"),
]


def test_one_event_that_cannot_be_read_is_called_so_wherever_the_key_is(source: Make):
    sender = source()
    for body, code in UNREADABLE:
        with_key = body.replace(b"{", b'{"writeKey":"%b",' % sender.key.encode(), 1)
        for answer in (sender.post("/v1/track", body), sender.post("/v1/track", with_key, key=None)):
            assert (answer.status, answer.json["code"]) == (400, code), body
            assert answer.json["type"] == f"urn:treue:problem:{code.replace('_', '-')}"


@pytest.mark.parametrize("encoding", ["br", "deflate", "zstd", "gzip, gzip"])
def test_other_encodings_are_refused(source: Make, encoding: str):
    answer = source().post("/v1/batch", zlib.compress(GOOD), Content_Encoding=encoding)
    assert (answer.status, answer.json["code"]) == (400, "bad_encoding")


def test_gzip_in_several_members_and_a_byte_order_mark_are_fine(source: Make):
    sender = source()
    halves = gzip.compress(GOOD[:20], mtime=0) + gzip.compress(GOOD[20:])
    assert sender.post("/v1/batch", halves).status == 200
    assert sender.post("/v1/batch", b"\xef\xbb\xbf" + GOOD).status == 200


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (b'{"type":"track","userId":"7","event":"e\\u0000"}', "holds_nul"),
        (b'{"type":"track","userId":"7","event":"e","properties":{"\\u0000":1}}', "holds_nul"),
        (b'{"type":"track","userId":"7","event":"\\ud800"}', None),
        (b'{"type":"track","userId":"7","event":"\\udc00\\ud800"}', None),
        (b'{"type":"track","userId":"7","event":"\xc3"}', "not_json"),
        (b'{"type":"track","userId":"7","event":"e","properties":{"a":"%b"}}' % (b"x" * 33_000), "event_too_large"),
        (b'{"type":"track","userId":"7","event":"e","properties":' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}", None),
        (b'{"type":"track","userId":"7","event":"e","properties":{"a":%b}}' % (b"9" * 400), None),
        (b'{"type":"track","userId":"7","event":"e","properties":{"total":1e400}}', "malformed"),
        (b"null", "malformed"),
        (b'"text"', "malformed"),
        (b'{"type":"track","userId":{},"event":"e"}', "malformed"),
    ],
)
def test_a_bad_event_does_not_sink_a_good_one(source: Make, event: bytes, code: str | None):
    """None: it is taken, without what cannot be kept of it."""
    answer = source().post("/v1/batch", in_batch(event))
    assert answer.status == 200
    assert [each["code"] for each in answer.json.get("rejected", [])] == ([code] if code else [])
    assert len(logged()) == (1 if code else 2)
    assert "a" not in logged()[-1].facts


def test_half_an_emoji_becomes_a_question_mark_and_a_whole_one_stays(source: Make):
    sender = source()
    for written in (rb"Tea \ud83c", rb"Tea \ud83c\udf75", rb"Tea \\ud83c", rb"Tea \udf75\ud83c"):
        assert sender.post("/v1/track", b'{"userId":"7","event":"%b"}' % written).status == 200
    assert [event.name for event in logged()] == ["Tea \ufffd", "Tea \U0001f375", "Tea \\ud83c", "Tea \ufffd\ufffd"]


def test_a_whole_batch_of_the_largest_size_is_taken(source: Make):
    sender = source()
    assert sender.send(*[{"type": "track", "event": "e", "userId": "7"}] * 2_500).status == 200
    assert len(logged()) == 2_500


def test_an_event_that_only_the_database_refuses_is_found_among_the_others(source: Make, monkeypatch):
    """Nothing that passes the checks is known to be refused; so the database is taught to refuse something."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("alter table events_event add constraint no_poison check (name <> 'poison')")
    try:
        answer = source().send(*[track(event="fine", messageId=f"m{n}") for n in range(9)], track(event="poison"))
        assert (answer.status, [each["index"] for each in answer.json["rejected"]]) == (200, [9])
        assert answer.json["rejected"][0]["code"] == "not_storable"
        assert [event.message_id for event in logged()] == [f"m{n}" for n in range(9)]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("alter table events_event drop constraint no_poison")


def test_a_client_that_leaves_in_the_middle_harms_nobody(source: Make):
    sender = source()
    with socket.create_connection(("127.0.0.1", sender.web.port)) as line:
        line.sendall(b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
    assert sender.one().status == 200


def test_a_body_without_a_length_is_measured_while_it_comes(source: Make):
    sender = source()
    with socket.create_connection(("127.0.0.1", sender.web.port), timeout=20) as line:
        line.sendall(b"POST /v1/batch HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(12):
            line.sendall(b"10000\r\n" + b" " * 0x10000 + b"\r\n")
        line.sendall(b"0\r\n\r\n")
        assert line.recv(4096).startswith(b"HTTP/1.1 413")
    assert sender.one().status == 200
