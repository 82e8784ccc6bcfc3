"""The pages of the API's keys."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override

from treue.core.shop.setup import ensure_shop
from treue.core.staff import keys
from treue.core.staff.models import ApiKey, AuditEntry, User

pytestmark = pytest.mark.django_db
TILL = {"name": "till", "scopes": ["read"], "days": "0"}
TOKEN = re.compile(r"<code>(treue_[\w-]+)</code>")


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_pages_speak_both_languages(hers: Client, ada: User, language: str) -> None:
    User.objects.update(language=language)
    with override(language):
        assert gettext("API keys") in hers.get(reverse("keys")).text
        assert gettext("Make a key") in hers.get(reverse("keys")).text
        key, _token = keys.add(shop=ensure_shop(), name="till", scopes=["read", "write"], by=ada)
        page = hers.get(reverse("key", args=[key.pk])).text
        for word in ("Begins with", "Made by", "Last used", "Revoke the key"):
            assert gettext(word) in page
    assert "Ada Admin" in page


def test_a_key_is_shown_once(hers: Client) -> None:
    answer = hers.post(reverse("keys"), TILL)
    (token,) = TOKEN.findall(answer.text)
    assert "no-store" in answer["Cache-Control"]
    assert Client(headers={"Authorization": f"Bearer {token}"}).get("/api/v1/customers").status_code == 200
    key = ApiKey.objects.get()
    addresses = (reverse("keys"), reverse("key", args=[key.pk]), reverse("audit"))
    pages = "".join(hers.get(address).text for address in addresses)
    assert "till" in pages
    assert token not in pages


def test_who_made_a_key_stands_in_the_trail(hers: Client, ada: User) -> None:
    hers.post(reverse("keys"), {**TILL, "scopes": ["write", "read"], "days": "30"})
    key, entry = ApiKey.objects.get(), AuditEntry.objects.get(action="key.made")
    assert (entry.who, entry.subject) == (ada, f"key {key.pk}")
    assert entry.facts == {"name": "till", "scopes": ["read", "write"]}
    assert (key.expires_at - key.created_at).days in (29, 30)
    assert "Made a key for the API" in hers.get("/staff/audit/").text


def test_sending_the_form_again_makes_no_second_key(hers: Client) -> None:
    hers.post(reverse("keys"), TILL)
    assert "There is a key of this name." in hers.post(reverse("keys"), TILL).text
    assert ApiKey.objects.count() == 1


@pytest.mark.parametrize(
    "change", [{"name": " "}, {"name": "x" * 61}, {"scopes": []}, {"scopes": ["all"]}, {"days": "7"}]
)
def test_what_cannot_be_meant_makes_no_key(hers: Client, change: dict[str, object]) -> None:
    assert hers.post(reverse("keys"), TILL | change).status_code == 200
    assert not ApiKey.objects.exists()


def test_a_key_is_revoked(hers: Client, ada: User) -> None:
    key, token = keys.add(shop=ensure_shop(), name="till", scopes=["read"], by=ada)
    page = hers.post(reverse("key_revoke", args=[key.pk]), follow=True)
    assert "The key till is revoked." in page.text
    assert "Revoked" in page.text
    assert Client(headers={"Authorization": f"Bearer {token}"}).get("/api/v1/customers").status_code == 401
    hers.post(reverse("key_revoke", args=[key.pk]))
    assert AuditEntry.objects.filter(action="key.revoked").count() == 1
    assert hers.post(reverse("keys"), TILL).context["made"]
