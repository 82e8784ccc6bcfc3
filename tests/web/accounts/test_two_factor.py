"""Two-factor sign-in: switched on with an app, asked for, lost, switched off."""

import re
import time
from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth import get_user
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override

from treue.core.jobs.models import Mail
from treue.core.staff.models import AuditEntry, User

pytestmark = pytest.mark.django_db


def code(secret: str, later: int = 0) -> str:
    """What the app shows; `later` steps of half a minute from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def confirm(client: Client, password: str) -> None:
    client.post(reverse("account_reauthenticate"), {"password": password})


def switch_on(client: Client, password: str) -> str:
    confirm(client, password)
    secret = re.search(r"<code>([A-Z2-7]+)</code>", client.get(reverse("mfa_activate_totp")).text)[1]
    answer = client.post(reverse("mfa_activate_totp"), {"code": code(secret)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    return secret


def with_password(client: Client, password: str) -> object:
    return client.post(reverse("account_login"), {"login": "clara@example.org", "password": password})


def test_switching_on_asks_for_the_password_first(hers: Client) -> None:
    answer = hers.get(reverse("mfa_activate_totp"))
    assert answer["Location"].startswith(reverse("account_reauthenticate"))


def test_the_code_to_scan_is_an_image_on_white_that_our_security_policy_allows(hers: Client, password: str) -> None:
    confirm(hers, password)
    page = hers.get(reverse("mfa_activate_totp"))
    assert 'src="data:image/svg+xml;base64,' in page.text
    assert "img-src 'self' data:" in page["Content-Security-Policy"]
    assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)", page.text)


def test_switching_on_gives_recovery_codes_and_tells_the_owner(
    hers: Client, clara: User, password: str, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        switch_on(hers, password)
    page = hers.get(reverse("mfa_view_recovery_codes"))
    assert len(re.findall(r"<li>\d{8}</li>", page.text)) == 10
    assert AuditEntry.objects.filter(action="staff.two_factor_on", who=clara).exists()
    assert "Two-factor sign-in was switched on for your account." in Mail.objects.get().text


def test_signing_in_then_takes_a_code(hers: Client, clara: User, password: str) -> None:
    secret = switch_on(hers, password)
    client = Client()
    assert with_password(client, password)["Location"] == reverse("mfa_authenticate")
    assert get_user(client).is_anonymous
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert "This code is not right or no longer valid" in wrong.text
    answer = client.post(reverse("mfa_authenticate"), {"code": code(secret, later=1)})
    assert answer["Location"] == "/"
    assert get_user(client) == clara


def test_a_code_signs_in_once(hers: Client, password: str) -> None:
    secret = switch_on(hers, password)
    now = code(secret, later=1)
    for signed_in in (True, False):
        client = Client()
        with_password(client, password)
        client.post(reverse("mfa_authenticate"), {"code": now})
        assert get_user(client).is_authenticated is signed_in


def test_a_recovery_code_signs_in_once(hers: Client, password: str) -> None:
    switch_on(hers, password)
    recovery = re.search(r"<li>(\d{8})</li>", hers.get(reverse("mfa_view_recovery_codes")).text)[1]
    for signed_in in (True, False):
        client = Client()
        with_password(client, password)
        client.post(reverse("mfa_authenticate"), {"code": recovery})
        assert get_user(client).is_authenticated is signed_in


def test_guessing_codes_is_stopped(hers: Client, password: str) -> None:
    secret = switch_on(hers, password)
    client = Client()
    with_password(client, password)
    for _guess in range(5):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})
    answer = client.post(reverse("mfa_authenticate"), {"code": code(secret, later=1)})
    assert "Too many wrong entries" in answer.text
    assert get_user(client).is_anonymous


def test_a_sign_in_link_does_not_go_round_the_second_factor(hers: Client, clara: User, password: str) -> None:
    from treue.core.staff import sign_in_links

    switch_on(hers, password)
    client = Client()
    answer = client.post(reverse("welcome", args=[sign_in_links.create(clara, minutes=5)]))
    assert answer["Location"] == reverse("mfa_authenticate")
    assert get_user(client).is_anonymous


def test_switching_off_is_confirmed_by_post_and_told_to_the_owner(hers: Client, clara: User, password: str) -> None:
    switch_on(hers, password)
    assert "Switch off two-factor sign-in?" in hers.get(reverse("mfa_deactivate_totp")).text
    assert Authenticator.objects.filter(user=clara).count() == 2
    hers.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=clara).exists()
    assert "Two-factor sign-in was switched off for your account." in Mail.objects.latest("id").text
    assert AuditEntry.objects.filter(action="staff.two_factor_off", who=clara).exists()


def test_new_recovery_codes_replace_the_old_ones(hers: Client, password: str) -> None:
    switch_on(hers, password)
    before = re.findall(r"<li>(\d{8})</li>", hers.get(reverse("mfa_view_recovery_codes")).text)
    hers.post(reverse("mfa_generate_recovery_codes"))
    file = hers.get(reverse("mfa_download_recovery_codes"))
    assert file["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    after = re.findall(r"^\d{8}$", file.text, re.MULTILINE)
    assert len(after) == 10
    assert not set(before) & set(after)


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_page_of_it_speaks_both_languages(hers: Client, clara: User, password: str, language: str) -> None:
    def page(name: str) -> str:
        return hers.get(reverse(name)).text

    User.objects.update(language=language)
    expected = {"mfa_index": "Two-factor sign-in", "account_reauthenticate": "Is it you?"}
    for name, title in expected.items():
        with override(language):
            assert f"<h1>{gettext(title)}</h1>" in page(name)
    confirm(hers, password)
    with override(language):
        assert f"<h1>{gettext('Switch on two-factor sign-in')}</h1>" in page("mfa_activate_totp")
    switch_on(hers, password)
    later = {
        "mfa_index": "App on your phone",
        "mfa_view_recovery_codes": "Recovery codes",
        "mfa_generate_recovery_codes": "Make new recovery codes?",
        "mfa_deactivate_totp": "Switch off two-factor sign-in?",
        "mfa_reauthenticate": "Is it you?",
    }
    for name, title in later.items():
        with override(language):
            assert gettext(title) in page(name)
    client = Client(headers={"accept-language": language})
    with_password(client, password)
    with override(language):
        assert f"<h1>{gettext('Enter the code')}</h1>" in client.get(reverse("mfa_authenticate")).text
