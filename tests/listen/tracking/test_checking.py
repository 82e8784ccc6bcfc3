"""What becomes of one event: its name, its moment, what is kept of it and what is not."""

import json
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from treue.listen.tracking import errors, facts, names, origins
from treue.listen.tracking.checking import Arrival, check, skew
from treue.listen.tracking.keys import Sender
from treue.listen.tracking.limits import Allowance

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Mobile/15E148"


def arrival(**values: object) -> Arrival:
    sender = Sender(1, 1, "shop", True, True, NOON - timedelta(days=365), "analytics", Allowance(1))
    given = {"sender": sender, "received_at": NOON, "skew": None, "address": "203.0.113.77", "user_agent": PHONE}
    return Arrival(**{**given, **values})


def entry(event: dict[str, object], kind: str = "track", **values: object) -> dict[str, object]:
    """The entry of the log that an event becomes."""
    given = {"event": "Tasted"} if kind == "track" else {}
    found = check(json.dumps(given | event).encode(), arrival(**values), kind).entry
    return msgspec.structs.asdict(found) | {"facts": json.loads(found.facts)}


def kept(properties: dict[str, object], *, who: str = "userId", **further: object) -> dict[str, object]:
    found = entry({who: "7", "properties": properties, **further})["facts"]
    return {name: value for name, value in found.items() if name not in ("context", "anonymous_id")}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Order Completed", "Order Completed"),
        ("order completed", "Order Completed"),
        ("Completed Order", "Order Completed"),
        ("order_completed", "Order Completed"),
        ("orderCompleted", "Order Completed"),
        ("ORDER-COMPLETED", "Order Completed"),
        ("Order Canceled", "Order Cancelled"),
        ("Viewed Product", "Product Viewed"),
        ("product_added_to_wishlist", "Product Added to Wishlist"),
        ("Viewed Product Category", "Product List Viewed"),
        ("Order Completed Twice", "Order Completed Twice"),
        ("  Tea Tasted ", "Tea Tasted"),
        ("Größe gewählt", "Größe gewählt"),
        ("🫖", "🫖"),
    ],
)
def test_spellings_of_a_known_name_are_one(written: str, meant: str):
    assert names.folded(written) == meant


@pytest.mark.parametrize(
    ("address", "short"),
    [
        ("203.0.113.77", "203.0.113.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        ("::ffff:203.0.113.77", "203.0.113.0"),
        (" 10.1.2.3 ", "10.1.2.0"),
        ("localhost", None),
        ("", None),
        ("1.2.3", None),
    ],
)
def test_addresses_are_shortened(address: str, short: str | None):
    assert origins.shortened(address) == short


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        (PHONE, "mobile"),
        ("Mozilla/5.0 (iPad; CPU OS 17_0 like Mac OS X)", "tablet"),
        ("Mozilla/5.0 (Linux; Android 14; SM-X200)", "tablet"),
        ("Mozilla/5.0 (Linux; Android 14; Pixel 8) Mobile Safari/537.36", "mobile"),
        ("Mozilla/5.0 (X11; Linux x86_64) Firefox/120", "desktop"),
        ("Mozilla/5.0 (compatible; Googlebot/2.1)", "bot"),
        ("analytics-python/2.3", None),
    ],
)
def test_devices_are_told_apart(agent: str, kind: str | None):
    assert origins.device(agent) == kind


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("order_id", "1001", "1001"),
        ("order_id", 1001, "1001"),
        ("total", "9.50", "9.50"),
        ("total", "much", None),
        ("quantity", 2**70, None),
        ("currency", "EUR", "EUR"),
        ("query", "green tea", "green tea"),
        ("query", "anna@example.org", None),
        ("path", "/tea?session=1#x", "/tea"),
        ("path", "https://shop.example/tea;jsessionid=9?x", "/tea"),
        ("referrer", "https://anna:secret@search.example/?q=tea", "search.example"),
        ("title", "x" * 600, "x" * 500),
        ("shelf", 7, 7),
        ("gift", True, True),
        ("note", None, None),
        ("note", ["a"], None),
        ("note", {"a": 1}, None),
        ("x" * 81, "a", None),
        ("email", "x", None),
        ("customerEmail", "x", None),
        ("Phone Number", "1", None),
        ("first_name", "Anna", None),
        ("Vorname", "Anna", None),
        ("shipping_address", "Teeweg 1", None),
        ("birthday", "1990-01-01", None),
        ("ip", "1.2.3.4", None),
        ("zip", "12345", None),
        ("password", "x", None),
        ("accessToken", "x", None),
        ("card_number", "4111", None),
        ("IBAN", "DE", None),
        ("traits", "x", None),
        ("user_id", "x", None),
        ("tip", 2, 2),
        ("mailing", "autumn", "autumn"),
    ],
)
def test_properties_are_kept_by_the_allow_list(name: str, value: object, found: object):
    expected = {} if found is None else {name: found}
    if name == "order_id" and found is not None:
        expected["order"] = found
    assert kept({name: value}) == expected


def test_fifty_custom_properties_and_no_more():
    assert len(kept({f"custom {number}": number for number in range(80)})) == facts.MOST_CUSTOM


def test_products_keep_what_the_specification_names():
    given = [{"product_id": 1, "name": "Tea", "price": "4.50", "engraving": "for Anna"}, "no product"]
    assert kept({"products": given}) == {"products": [{"product_id": "1", "name": "Tea", "price": "4.50"}]}


def test_an_anonymous_visitor_without_consent_leaves_nothing_personal():
    event = {
        "anonymousId": "a1",
        "properties": {"product_id": "TEE", "shelf": 7},
        "context": {"locale": "de", "campaign": {"source": "mail", "term": "x"}, "library": {"name": "ajs"}},
    }
    assert entry(event)["facts"] == {
        "product_id": "TEE",
        "anonymous_id": "a1",
        "context": {"campaign": {"source": "mail"}, "library": "ajs"},
    }


@pytest.mark.parametrize("category", ["analytics", "ANALYTICS"])
def test_with_consent_a_visitor_may_be_known_better(category: str):
    consent = {"consent": {"categoryPreferences": {category: True, "advertising": False}}}
    found = entry({"anonymousId": "a1", "properties": {"shelf": 7}, "context": {"locale": "de", **consent}})["facts"]
    assert (found["shelf"], found["consented"]) == (7, True)
    assert found["context"] == {"ip": "203.0.113.0", "device": "mobile", "locale": "de"}


def test_nobody_says_by_a_property_that_they_consented():
    assert kept({"consented": True, "shelf": 7}) == {"shelf": 7}


@pytest.mark.parametrize(
    "consent",
    [
        {"categoryPreferences": {"analytics": False}},
        {"categoryPreferences": {"analytics": "true"}},
        {"categoryPreferences": {"advertising": True}},
        {"categoryPreferences": ["analytics"]},
        True,
        None,
    ],
)
def test_anything_but_a_plain_yes_is_no_consent(consent: object):
    event = {"anonymousId": "a1", "traits": {"email": "a@example.org"}, "context": {"consent": consent}}
    assert "traits" not in entry(event, "identify")["facts"]


def test_traits_are_kept_by_an_allow_list_of_their_own():
    traits = {
        "email": " anna@example.org ",
        "firstName": "Anna",
        "lastName": "Amsel",
        "phone": "+49 151 1",
        "birthday": "1990-01-01",
        "password": "secret",
        "loyaltyNumber": 4711,
        "createdAt": "2020-01-01",
        "address": {"street": "Teeweg 1", "city": "Köln", "country": "DE"},
        "company": {"name": "Tea Ltd", "employees": 3},
    }
    context = {"externalIds": [{"type": "card", "id": "4711"}, {"type": "idfa", "id": "x"}, "none"]}
    assert entry({"userId": "7", "anonymousId": "a", "traits": traits, "context": context}, "identify")["facts"] == {
        "user_id": "7",
        "anonymous_id": "a",
        "traits": {
            "email": "anna@example.org",
            "first_name": "Anna",
            "last_name": "Amsel",
            "phone": "+49 151 1",
            "birthday": "1990-01-01",
            "card": "4711",
            "created_at": "2020-01-01",
            "address": {"city": "Köln", "country": "DE"},
            "company": {"name": "Tea Ltd"},
        },
        "external_ids": [{"type": "card", "id": "4711"}],
        "context": {"ip": "203.0.113.0", "device": "mobile"},
    }


@pytest.mark.parametrize("nobody", ["", " ", None, "null", "undefined", "NaN", "[object Object]"])
def test_what_a_page_sends_by_mistake_for_a_customer_is_none(nobody: object):
    who = check(json.dumps({"event": "e", "userId": nobody, "anonymousId": "a1"}).encode(), arrival(), "track").who
    assert who == (1, "anonymous", "a1")


@pytest.mark.parametrize(
    ("timestamp", "sent_at", "moment"),
    [
        (None, None, NOON),
        ("2026-11-28T11:00:00Z", None, NOON - timedelta(hours=1)),
        ("2026-11-28T12:00:00+01:00", None, NOON - timedelta(hours=1)),
        ("2026-11-28T11:00:00", None, NOON - timedelta(hours=1)),
        ("2026-11-27T11:00:00Z", "2026-11-27T11:00:10Z", NOON - timedelta(seconds=10)),  # a day behind
        ("2030-01-01T00:00:00Z", "2030-01-01T00:00:10Z", NOON - timedelta(seconds=10)),  # years ahead
        ("2026-11-28T12:00:30Z", None, NOON + timedelta(seconds=30)),
        ("2026-11-28T12:05:00Z", None, NOON),
        ("2026-11-28T11:00:00Z", "yesterday", NOON - timedelta(hours=1)),
    ],
)
def test_the_senders_clock_is_put_right(timestamp: str | None, sent_at: str | None, moment: datetime):
    assert entry({"userId": "7", "timestamp": timestamp}, skew=skew(sent_at, NOON))["occurred_at"] == moment


@pytest.mark.parametrize(
    ("kind", "event", "error"),
    [
        ("track", {"userId": "7", "event": " "}, errors.NoName),
        ("track", {"event": "e"}, errors.NobodyNamed),
        ("track", {"userId": ["7"], "event": "e"}, errors.Malformed),
        ("track", {"userId": "7", "event": 5}, errors.Malformed),
        ("track", {"userId": "7", "event": "e", "properties": []}, errors.Malformed),
        ("track", {"userId": "7" * 121, "event": "e"}, errors.TooLong),
        ("track", {"userId": "7", "event": "e" * 201}, errors.TooLong),
        ("track", {"userId": "7", "event": "e", "messageId": "m" * 201}, errors.TooLong),
        ("track", {"userId": "7", "event": "e", "timestamp": "soon"}, errors.BadTimestamp),
        ("track", {"userId": "7", "event": "e", "timestamp": "1989-12-31T00:00:00Z"}, errors.BadTimestamp),
        ("track", {"userId": "7", "event": "e", "timestamp": "0001-01-01T00:00:00+14:00"}, errors.BadTimestamp),
        ("track", {"userId": "7", "event": "e\0"}, errors.HoldsNul),
        ("track", {"userId": "7", "event": "e", "properties": {"a\0": 1}}, errors.HoldsNul),
        ("track", {"userId": "7", "event": "e", "properties": {"title": "x" * 33_000}}, errors.EventTooLarge),
        ("alias", {"userId": "7"}, errors.NoPreviousId),
        ("group", {"userId": "7"}, errors.NoGroupId),
        ("dance", {"userId": "7"}, errors.UnknownType),
    ],
)
def test_bad_events_are_refused_for_a_reason(kind: str, event: dict[str, object], error: type[errors.BadEvent]):
    with pytest.raises(error):
        check(json.dumps(event).encode(), arrival(), kind)


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b'{"userId":"7","event":"\\ud800"}', errors.NotJson),
        (b'{"userId":"7","event":"\xff"}', errors.NotJson),
        (b'{"userId":"7","event":"e","properties":' + b'{"a":' * 5_000 + b"1" + b"}" * 5_001, errors.NotJson),
        (b'{"userId":7.5,"event":"e"}', errors.Malformed),
        (b'{"userId":' + b"9" * 5_000 + b',"event":"e"}', errors.Malformed),
        (b'{"userId":"7","event":"e"', errors.NotJson),
        (b"[]", errors.Malformed),
        (b"", errors.NotJson),
    ],
)
def test_what_is_no_event_is_no_json_or_malformed(raw: bytes, error: type[Exception]):
    with pytest.raises(error):
        check(raw, arrival(), "track")


def test_words_about_nul_are_not_nul():
    assert entry({"userId": "7", "properties": {"title": "\\u0000"}})["facts"]["title"] == "\\u0000"


def test_an_allowance_grows_back_and_a_large_batch_is_owed():
    allowance = Allowance(10)
    assert allowance.take(100, now=0) == 0  # 50 were there
    assert allowance.take(1, now=1) == 4
    assert allowance.take(1, now=5) == 1
    assert allowance.take(1, now=5.2) == 0
