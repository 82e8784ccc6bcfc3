"""Who comes in with which key, how often, and what everybody else is told."""

from datetime import UTC, datetime, timedelta

import pytest
from asking import Asking
from django.test import Client, override_settings
from django.utils import timezone

from treue.core.shop.models import Shop
from treue.core.staff import keys
from treue.core.staff.models import ApiKey

PATHS = ("/customers", "/customers/1", "/customers/1/orders", "/customers/1/events", "/orders", "/orders/1", "/events")
MINUTE = datetime(2026, 11, 28, 12, 0, 20, tzinfo=UTC)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("token", [None, "", "treue_wrong", "ü", "x" * 5000])
def test_nobody_comes_in_without_a_key(shop: Shop, path: str, token: str | None) -> None:
    answer = Asking(token).get(path)
    assert (answer.status, answer.type) == (401, "unauthorized")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("path", PATHS)
def test_a_key_to_write_reads_nothing(writer: Asking, path: str) -> None:
    answer = writer.get(path)
    assert (answer.status, answer.type) == (403, "forbidden")
    assert "scope read" in answer.body["detail"]


def test_a_revoked_key_and_an_expired_one_are_none(shop: Shop) -> None:
    gone, token = keys.add(shop=shop, name="gone", scopes=["read"], by=None)
    keys.revoke(key=gone, by=None)
    _old, old_token = keys.add(shop=shop, name="old", scopes=["read"], by=None, expires_at=timezone.now())
    assert [Asking(each).get("/customers").status for each in (token, old_token)] == [401, 401]


def test_a_shop_that_is_leaving_lets_nobody_in(reader: Asking, shop: Shop) -> None:
    Shop._base_manager.filter(pk=shop.pk).update(is_leaving=True)
    assert reader.get("/customers").status == 401


def test_a_colleagues_session_is_no_key(shop: Shop, staff) -> None:
    client = Client()
    client.force_login(staff("admin"), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get("/api/v1/customers").status_code == 401


def test_the_token_is_stored_nowhere(shop: Shop) -> None:
    key, token = keys.add(shop=shop, name="till", scopes=["read"], by=None)
    assert token.startswith(key.prefix)
    assert len(token) > len(key.prefix) + 30
    assert token not in str(ApiKey.objects.filter(pk=key.pk).values().get())


def test_use_is_counted_by_the_minute(shop: Shop) -> None:
    _key, token = keys.add(shop=shop, name="till", scopes=["read"], by=None)
    used = [keys.use(token, now=MINUTE + timedelta(seconds=seconds)) for seconds in (0, 30, 39.9, 40, 41)]
    assert [each.used for each in used] == [1, 2, 3, 1, 2]
    assert [round(each.seconds_left) for each in used] == [40, 10, 0, 60, 59]
    assert ApiKey.objects.get().last_used_at == MINUTE + timedelta(seconds=41)


@override_settings(API_REQUESTS_PER_MINUTE=3)
def test_a_key_that_comes_too_often_waits(reader: Asking) -> None:
    answers = [reader.get("/customers") for _each in range(8)]  # a minute may begin in between
    refused = next(each for each in answers if each.status == 429)
    assert refused.type == "too-many-requests"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["RateLimit"].startswith('"key";r=0;t=')
    assert answers[0].headers["RateLimit-Policy"] == '"key";q=3;w=60'
    assert '"key";r=2;t=' in answers[0].headers["RateLimit"]


@pytest.mark.parametrize("path", ["", "/", "/x", "/v1", "/v1/nothing", "/v1/customers/", "/v1/customers/1/x"])
@pytest.mark.parametrize("method", ["get", "post", "delete", "options"])
def test_an_unknown_address_answers_with_a_problem(db: None, method: str, path: str) -> None:
    answer = getattr(Client(), method)(f"/api{path}", follow=False)
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["PUT", "OPTIONS", "HEAD", "TRACE", "MADEUP"])
def test_a_method_that_an_address_does_not_know_is_refused(reader: Asking, method: str) -> None:
    answer = reader.client.generic(method, "/api/v1/customers", headers=reader._headers())
    assert answer.status_code == 405
    assert answer["Content-Type"] == "application/problem+json"
    assert "GET" in answer["Allow"]


def test_an_unknown_parameter_is_refused(reader: Asking) -> None:
    for path in ("/customers", "/customers/1", "/orders", "/events"):
        answer = reader.get(path, nmber="C-1")
        assert (answer.status, answer.body["errors"][0]["in"]) == (422, "query")


@pytest.mark.parametrize("limit", [0, 201, "x", "", 2**70, "\0"])
def test_what_is_sent_is_not_repeated(reader: Asking, limit: object) -> None:
    answer = reader.get("/customers", limit=limit, number="anna@example.org\0")
    assert {each["in"] for each in answer.body["errors"]} == {"query/limit", "query/number"}
    assert "anna" not in str(answer.body)


def test_no_browser_of_another_site_is_invited(reader: Asking) -> None:
    answer = reader.client.get("/api/v1/customers", headers={**reader._headers(), "Origin": "https://example.org"})
    assert not any(name.startswith("Access-Control") for name in answer.headers)
    assert answer["Cache-Control"] == "private, no-store"


def test_the_api_speaks_english_to_everybody(reader: Asking) -> None:
    answer = reader.client.get("/api/v1/customers?limit=0", headers={**reader._headers(), "Accept-Language": "de"})
    assert answer["Content-Language"] == "en"
    assert "less than or equal" in answer.text or "greater than or equal" in answer.text


@pytest.mark.parametrize("slug", ["not-found", "invalid", "idempotency-key-reused"])
def test_a_type_of_problem_says_what_it_means(db: None, slug: str) -> None:
    answer = Client().get(f"/api/v1/problems/{slug}")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain")
