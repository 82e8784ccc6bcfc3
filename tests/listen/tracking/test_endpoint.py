"""The Tracking API over real HTTP, as shops call it."""

import gzip
import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sending import Sender, logged, tallied, track

from treue.core.customers import erasure
from treue.core.customers.models import Customer, Identity, Visitor
from treue.listen.tracking import sources
from treue.listen.tracking.checking import Arrival, check
from treue.listen.tracking.keys import sender_of
from treue.listen.tracking.limits import Allowance
from treue.listen.tracking.storing import write

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
    answer = source().send(good, bad, track(messageId="also-good"), {"type": "dance", "userId": "7"}, "no object")
    assert answer.status == 200
    told = [(each["index"], each["messageId"], each["code"]) for each in answer.json["rejected"]]
    assert told == [(1, "bad", "no_name"), (3, None, "unknown_type"), (4, None, "malformed")]
    assert [event.message_id for event in logged()] == ["good", "also-good"]
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
    source("server").one(event="order_completed", messageId="b", properties=order)
    source("web", "browser", believes_orders=True).one(event="Completed Order", messageId="a", properties=order)
    [event] = logged()
    assert (event.name, event.message_id) == ("Order Completed", "order completed 1001")
    assert event.facts["order"] == event.facts["order_id"] == "1001"


def test_a_browser_is_not_believed_about_orders_unless_the_shop_says_so(source: Make):
    """The numbers of orders can be guessed: who took one first would keep the true order out."""
    order = {"order_id": "1001", "total": 99999}
    browser = source("web", "browser")
    browser.one(event="Order Completed", messageId="a", properties=order)
    answer = browser.one(event="Order Refunded", messageId="b", properties=order)
    source("server").one(event="Order Completed", messageId="c", properties=order | {"total": 9})
    assert (answer.status, answer.json["code"]) == (400, "not_believed")
    assert [(event.name, event.message_id) for event in logged()] == [
        ("Checkout Completed", "a"),
        ("Order Completed", "order completed 1001"),
    ]


def test_a_user_id_that_is_an_address_is_theirs_once_a_server_says_it(source: Make):
    browser, server = source("web", "browser"), source("till")
    browser.one(userId="anna@example.org", messageId="a")
    assert Customer.objects.get().email == ""
    server.one(userId="anna@example.org", messageId="b")
    assert Customer.objects.get().email == "anna@example.org"


def test_an_order_without_a_number_is_refused(source: Make):
    answer = source().one(event="Order Completed", properties={"total": 5})
    assert (answer.status, answer.json["code"]) == (400, "no_order_id")


def test_what_happened_before_an_erasure_is_counted_and_left_out(shop):
    """In this process: the hash is made with the installation's own key."""
    from treue.core.customers.erased import number_hash
    from treue.core.customers.models import Erasure

    Erasure.objects.create(shop=shop, number_hash=number_hash(shop.pk, "7"), customer_id=77)
    made, _key = sources.add(shop=shop, name="till", kind="server", by=None)
    old, now = datetime(2020, 1, 1, tzinfo=UTC), datetime.now(UTC) + timedelta(seconds=1)
    told = [("7", old), ("8", old), ("7", now)]
    arrival = Arrival(sender_of(made, Allowance(1)), now, None, None, None)
    sent = [track(userId=who, messageId=f"{who}-{at.year}", timestamp=at.isoformat()) for who, at in told]
    rows = [check(json.dumps(each).encode(), arrival, None) for each in sent]
    write(rows, Counter({(made.pk, "taken"): 3}), now)
    assert [event.message_id[0] for event in logged()] == ["8", "7"]
    assert tallied() == {"taken": 2, "erased_person": 1}


def test_what_a_browser_tells_late_of_an_erased_person_brings_nobody_back(shop):
    """Its anonymous id was theirs; whoever uses the browser since is somebody new."""
    anna = Customer.objects.create(shop=shop, number="7")
    for number, (anonymous_id, customer) in enumerate({"a": anna, "shared": None, "b": None}.items()):
        Visitor.objects.create(number=900_000 + number, shop=shop, anonymous_id=anonymous_id, customer=customer)
    ben = Customer.objects.create(shop=shop, number="8")
    for customer, anonymous_id in ((anna, "a"), (anna, "shared"), (ben, "shared")):
        about = {"kind": "anonymous", "is_trusted": True, "said_at": datetime.now(UTC)}
        Identity.objects.create(shop=shop, value=anonymous_id, customer=customer, **about)
    made, _key = sources.add(shop=shop, name="web", kind="server", by=None)
    old = datetime(2020, 1, 1, tzinfo=UTC)
    erasure.erase(customer=anna, by=None)
    now = datetime.now(UTC) + timedelta(seconds=1)
    told = [("a", old), ("b", old), ("shared", old), ("a", now)]
    arrival = Arrival(sender_of(made, Allowance(1)), now, None, None, None)
    sent = [track(anonymousId=who, messageId=f"{who}-{at.year}", timestamp=at.isoformat()) for who, at in told]
    rows = [check(json.dumps(each).encode(), arrival, None) for each in sent]
    write(rows, Counter({(made.pk, "taken"): 4}), now)
    assert {event.message_id for event in logged()} == {"b-2020", f"a-{now.year}"}
    assert tallied() == {"taken": 2, "erased_person": 2}
    assert Visitor.objects.get(anonymous_id="a").number != 900_000
    assert set(Visitor.objects.values_list("anonymous_id", flat=True)) == {"a", "b"}


def test_a_visitor_and_a_customer_have_numbers_of_one_kind(source: Make):
    source().send(track(), track(anonymousId="a1"), track(anonymousId="a1"), track(userId="7"))
    customer, visitor, again, same = (event.person for event in logged())
    assert customer == same != visitor == again


def test_what_happened_before_the_source_was_made_is_history(source: Make):
    source().send(track(timestamp="2020-01-01T00:00:00Z", messageId="old"), track(messageId="new"))
    assert {event.message_id: event.is_history for event in logged()} == {"old": True, "new": False}


@pytest.mark.parametrize("message", ["order completed 1001", "consent given 1", "order refunded R1", "a b"])
def test_nobody_takes_a_message_id_of_ours_away(source: Make, message: str):
    answer = source("web", "browser").one(messageId=message)
    assert (answer.status, answer.json["code"]) == (400, "reserved_message_id")


@pytest.mark.parametrize(
    ("sent", "said"), [("9999-12-31T00:00:00Z", "1990-01-01T00:00:00Z"), ("0001-01-01", "9999-12-31")]
)
def test_moments_beyond_all_calendars_sink_nobody(source: Make, sent: str, said: str):
    answer = source().send(track(timestamp=said, messageId="far"), track(messageId="near"), sentAt=sent)
    assert answer.status == 200
    assert [event.message_id for event in logged()][-1] == "near"


@pytest.mark.parametrize(
    "facts",
    [
        {"total": "abc"},
        {"total": 1000000000000000.0},
        {"total": -5},
        {"products": [{"sku": "T", "quantity": 1e-30}]},
        {},
        {"total": 5, "products": [{"sku": "T", "quantity": 0}]},
        {"total": 5, "order_id": "9" * 90},
    ],
)
def test_what_can_never_be_an_order_is_refused_while_somebody_listens(source: Make, facts: dict):
    answer = source().one(event="Order Completed", properties={"order_id": "1001", **facts})
    assert (answer.status, answer.json["code"]) == (400, "unusable_order")
    assert logged() == []


def test_blanks_around_an_orders_number_make_no_second_order(source: Make):
    sender = source()
    for number in (" 9501 ", "9501"):
        sender.one(event="Order Completed", properties={"order_id": number, "total": 5})
    assert [event.message_id for event in logged()] == ["order completed 9501"]


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
