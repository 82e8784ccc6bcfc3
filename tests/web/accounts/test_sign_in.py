"""Signing in and out with e-mail and password."""

import pytest
from django.conf import settings
from django.contrib.auth import get_user
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, override

from treue.core.staff.models import AuditEntry, User

PASSWORD = "a blue flower by the brook"
pytestmark = pytest.mark.django_db


def sign_in(client: Client, email: str = "clara@example.org", password: str = PASSWORD, **extra: str) -> object:
    return client.post(reverse("account_login"), {"login": email, "password": password, **extra})


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_sign_in_page_speaks_both_languages(client: Client, language: str) -> None:
    page = client.get(reverse("account_login"), headers={"accept-language": language})
    with override(language):
        assert f"<h1>{gettext('Sign in')}</h1>" in page.text
    assert f'<html lang="{language}"' in page.text
    assert page["Content-Language"] == language


def test_the_right_password_signs_in_and_is_written_into_the_trail(client: Client, clara: User) -> None:
    answer = sign_in(client)
    assert answer.status_code == 302
    assert answer["Location"] == "/"
    assert get_user(client) == clara
    assert AuditEntry.objects.get(action="staff.signed_in").who == clara


def test_the_address_may_be_typed_in_capitals(client: Client, clara: User) -> None:
    sign_in(client, "Clara@Example.ORG")
    assert get_user(client) == clara


def test_the_session_gets_a_new_key_on_sign_in(client: Client, clara: User) -> None:
    session = client.session
    session["before"] = "kept"
    session.save()
    before = session.session_key
    client.cookies[settings.SESSION_COOKIE_NAME] = before
    sign_in(client)
    assert client.session.session_key != before
    assert not client.session.exists(before)


def test_a_wrong_password_and_an_unknown_address_get_the_same_sentence(client: Client, clara: User) -> None:
    wrong = sign_in(client, password="something else entirely")
    unknown = sign_in(client, email="nobody@example.org")
    sentence = "E-mail address and password do not go together"
    assert sentence in wrong.text
    assert "saved" not in wrong.text
    assert sentence in unknown.text
    assert wrong.status_code == unknown.status_code == 200


def test_somebody_switched_off_is_told_so_only_with_the_right_password(client: Client, clara: User) -> None:
    User.objects.update(is_active=False)
    assert "do not go together" in sign_in(client, password="something else entirely").text
    answer = sign_in(client)
    assert answer["Location"] == reverse("account_inactive")
    assert "switched off" in client.get(answer["Location"]).text
    assert get_user(client).is_anonymous


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "http://127.0.0.1:9/", "javascript:x"])
def test_next_never_leads_away_from_the_console(client: Client, clara: User, target: str) -> None:
    assert sign_in(client, next=target)["Location"] == "/"


def test_next_leads_to_the_page_that_was_asked_for(client: Client, clara: User) -> None:
    asked = client.get("/customers/?q=a")
    assert asked["Location"] == f"{reverse('account_login')}?next=/customers/%3Fq%3Da"
    assert sign_in(client, next="/customers/?q=a")["Location"] == "/customers/?q=a"


def test_a_fragment_sends_the_whole_page_to_the_sign_in(client: Client) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/customers/?q=a"}
    answer = client.get("/customers/", headers=headers)
    assert answer["HX-Redirect"] == f"{reverse('account_login')}?next=%2Fcustomers%2F%3Fq%3Da"


def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(client: Client) -> None:
    headers = {"Referer": "http://testserver/jobs/1/?all=1"}
    answer = client.post("/jobs/1/retry/", headers=headers)
    assert answer["Location"] == f"{reverse('account_login')}?next=%2Fjobs%2F1%2F%3Fall%3D1"
    assert client.post("/jobs/1/retry/")["Location"] == f"{reverse('account_login')}?next=%2F"


def test_signing_out_takes_a_post(client: Client, clara: User) -> None:
    client.force_login(clara)
    asked = client.get(reverse("account_logout"))
    assert asked.status_code == 200
    assert get_user(client) == clara
    assert client.post(reverse("account_logout"))["Location"] == reverse("account_login")
    assert get_user(client).is_anonymous


def test_a_post_without_token_is_refused_with_advice(clara: User) -> None:
    answer = sign_in(Client(enforce_csrf_checks=True))
    assert answer.status_code == 403
    assert "This form had become too old" in answer.text


@pytest.mark.parametrize("name", ["account_signup", "account_email", "account_confirm_email", "mfa_list_webauthn"])
def test_what_allauth_offers_beyond_has_no_address(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.parametrize("path", ["signup/", "email/", "confirm-email/", "login/code/", "login/", "social/login/"])
def test_nobody_finds_a_sign_up(client: Client, clara: User, path: str) -> None:
    client.force_login(clara)
    assert client.get(f"/account/{path}").status_code == 404


class TestTooManyWrongPasswords:
    def fail(self, client: Client, times: int, email: str = "clara@example.org") -> object:
        for _attempt in range(times):
            answer = sign_in(client, email=email, password="something else entirely")
        return answer

    def test_pause_the_sign_in_with_a_friendly_page(self, client: Client, clara: User) -> None:
        assert self.fail(client, 7).status_code == 200
        answer = self.fail(client, 1)
        assert answer.status_code == 429
        assert "Please try again in 15 minutes" in answer.text
        assert sign_in(client).status_code == 429
        assert get_user(client).is_anonymous
        assert AuditEntry.objects.filter(action="staff.locked_out", subject=f"user {clara.pk}").exists()

    def test_stand_once_in_the_trail_by_the_account_and_never_by_a_typed_address(
        self, client: Client, clara: User
    ) -> None:
        self.fail(client, 12)
        self.fail(client, 12, email="nobody@example.org")
        locked_out = AuditEntry.objects.filter(action="staff.locked_out").order_by("pk")
        assert list(locked_out.values_list("subject", "facts")) == [(f"user {clara.pk}", {}), ("no account", {})]

    def test_of_one_address_leave_the_others_alone(self, client: Client, clara: User) -> None:
        other = User.objects.create_user("otto@example.org", PASSWORD)
        self.fail(client, 8)
        sign_in(client, email="otto@example.org")
        assert get_user(client) == other

    def test_lock_an_unknown_address_in_the_same_way(self, client: Client) -> None:
        assert self.fail(client, 8, email="nobody@example.org").status_code == 429

    def test_are_forgotten_by_a_right_one(self, client: Client, clara: User) -> None:
        self.fail(client, 7)
        sign_in(client)
        client.post(reverse("account_logout"))
        assert self.fail(client, 7).status_code == 200
