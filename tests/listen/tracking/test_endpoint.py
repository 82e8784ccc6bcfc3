"""The Tracking API over real HTTP, as shops call it."""

import gzip
import json
from collections.abc import Callable

import pytest
from sending import Sender, logged, tallied, track

from treue.core.customers.models import Customer
from treue.listen.tracking import sources

Make = Callable[..., Sender]


def test_an_event_is_in_the_log_when_the_answer_comes(source: Make):
    answer = source("web").post("/v1/track", {"event": "Product Viewed", "userId": "K7", "messageId": "m1"})
    assert (answer.status, answer.json) == (200, {"success": True})
    [event] = logged()
    customer = Customer.objects.get(number="K7")
    assert (event.name, event.message_id, event.source, event.person) == ("Product Viewed", "m1", "web", customer.pk)


@pytest.mark.parametrize("path", ["identify", "track", "page", "screen", "group", "alias"])
def test_each_type_has_an_address_of_its_own_and_one_of_one_letter(source: Make, path: str):
    sender = source()
    event = {"userId": "7", "event": "e", "groupId": "g", "previousId": "p"}
    assert sender.post(f"/v1/{path}", event).status == 200
    assert sender.post(f"/v1/{path[0]}", event).status == 200
    assert len(logged()) == 2


def test_a_batch_has_a_short_address_too(source: Make):
    assert source().post("/v1/b", {"batch": [track()]}).status == 200
    assert len(logged()) == 1


def test_the_key_may_stand_in_the_body(source: Make):
    sender = source()
    for path, body in (("/v1/t", track()), ("/v1/batch", {"batch": [track()]})):
        assert sender.post(path, {**body, "writeKey": sender.key}, key=None).status == 200
    assert len(logged()) == 2


@pytest.mark.parametrize("key", [None, "wrong", "treue_wk_" + "0" * 40, "x" * 5_000, "ä"])
def test_whoever_has_no_key_is_turned_away(source: Make, key: str | None):
    answer = source().post("/v1/track", track(), key=key)
    assert (answer.status, answer.json["type"]) == (401, "urn:treue:problem:unknown-write-key")
    assert answer.headers["content-type"] == "application/problem+json"
    assert logged() == []


def test_a_key_stops_working_within_seconds_when_its_source_is_switched_off_and_works_again(source: Make, staff):
    import time

    sender, admin = source(), staff()
    assert sender.one().status == 200
    sources.switch(source=sender.source, on=False, by=admin)
    time.sleep(2.2)
    assert sender.one().status == 401
    sources.switch(source=sender.source, on=True, by=admin)
    assert sender.one().status == 200


def test_a_new_key_works_at_once_and_the_former_one_no_longer(source: Make, staff):
    import time

    sender = source()
    assert sender.one().status == 200
    key = sources.renew_key(source=sender.source, by=staff())
    assert sender.post("/v1/track", track(), key=key).status == 200
    time.sleep(0.1)
    assert sender.one().status == 401


@pytest.mark.parametrize(
    "content_type", ["application/json", "text/plain", "application/x-www-form-urlencoded", "nonsense", ""]
)
def test_any_content_type_is_taken_and_gzip_is_seen_by_itself(source: Make, content_type: str):
    sender, body = source(), json.dumps({"batch": [track()]}).encode()
    assert sender.post("/v1/batch", body, Content_Type=content_type).status == 200
    assert sender.post("/v1/batch", gzip.compress(body), Content_Type=content_type).status == 200
    packed = sender.post("/v1/batch", gzip.compress(body), Content_Type=content_type, Content_Encoding="gzip")
    assert packed.status == 200
    assert len(logged()) == 3


def test_a_bad_event_is_named_and_does_not_sink_the_others(source: Make):
    good, bad = track(messageId="good"), {"type": "track", "userId": "7", "messageId": "bad"}
    answer = source().send(good, bad, track(messageId="also good"), {"type": "dance", "userId": "7"}, "no object")
    assert answer.status == 200
    told = [(each["index"], each["messageId"], each["code"]) for each in answer.json["rejected"]]
    assert told == [(1, "bad", "no_name"), (3, None, "unknown_type"), (4, None, "malformed")]
    assert [event.message_id for event in logged()] == ["good", "also good"]
    assert tallied() == {"taken": 2, "no_name": 1, "unknown_type": 1, "malformed": 1}


def test_only_bad_events_are_a_bad_request(source: Make):
    sender = source()
    single, batch = sender.post("/v1/track", {"userId": "7"}), sender.send({"type": "track", "userId": "7"})
    assert (single.status, single.json["code"]) == (400, "no_name")
    assert (batch.status, batch.json["rejected"][0]["index"]) == (400, 0)
    assert tallied() == {"no_name": 2}


def test_the_same_message_counts_once_in_a_batch_and_later(source: Make):
    sender = source()
    sender.send(track(messageId="m", event="First"), track(messageId="m", event="Second"))
    sender.one(messageId="m", event="Third")
    assert [event.name for event in logged()] == ["First"]


def test_one_order_told_twice_is_one_event(source: Make):
    order = {"order_id": "1001", "total": 9.5}
    source("web", "browser").one(event="Completed Order", messageId="a", properties=order)
    source("server").one(event="order_completed", messageId="b", properties=order)
    [event] = logged()
    assert (event.name, event.message_id) == ("Order Completed", "order completed 1001")
    assert event.facts["order"] == event.facts["order_id"] == "1001"


def test_nobody_takes_an_orders_message_id_away(source: Make):
    answer = source().one(messageId="order completed 1001")
    assert (answer.status, answer.json["code"]) == (400, "reserved_message_id")


def test_past_its_limit_a_source_is_told_when_to_come_again(source: Make):
    sender = source(limit=2)
    assert sender.send(*[track() for _ in range(20)]).status == 200
    answer = sender.one()
    assert (answer.status, answer.json["code"]) == (429, "over_limit")
    assert 4 <= int(answer.headers["retry-after"]) <= 5
    assert len(logged()) == 20


def test_a_source_past_its_limit_does_not_keep_others_out(source: Make):
    greedy, modest = source("greedy", limit=1), source("modest")
    assert greedy.send(*[track() for _ in range(50)]).status == 200
    assert greedy.one().status == 429
    assert modest.one().status == 200
    assert tallied()["over_limit"] == 1


def test_a_browser_may_send_from_any_page(source: Make):
    sender = source()
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST"}
    answer = sender.ask("OPTIONS", "/v1/t", headers=asked)
    assert (answer.status, answer.headers["access-control-allow-origin"]) == (204, "*")
    assert "content-type" in answer.headers["access-control-allow-headers"]
    assert sender.post("/v1/t", track()).headers["access-control-allow-origin"] == "*"
    assert sender.post("/v1/t", track(), key="wrong").headers["access-control-allow-origin"] == "*"


def test_the_browser_librarys_settings_point_here(source: Make):
    sender = source()
    answer = sender.ask("GET", f"/v1/projects/{sender.key}/settings")
    segment = answer.json["integrations"]["Segment.io"]
    assert answer.status == 200
    assert f"{segment['protocol']}://{segment['apiHost']}" == f"{sender.web.url}/v1"
    assert sender.ask("GET", "/v1/projects/wrong/settings").status == 401


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/v1/track", 405), ("PUT", "/v1/batch", 405), ("POST", "/v1/nothing", 404), ("POST", "/v1/", 404)],
)
def test_what_is_not_there_is_said_as_a_problem(source: Make, method: str, path: str, status: int):
    answer = source().ask(method, path, b"{}")
    assert (answer.status, answer.json["status"]) == (status, status)


def test_everything_else_is_the_console(source: Make):
    assert source().ask("GET", "/").status == 302
