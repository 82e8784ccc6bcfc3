"""A new password by mail."""

import re

import pytest
from django.contrib.auth import get_user
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override

from treue.core.jobs.models import Mail
from treue.core.staff.models import AuditEntry, User

NEW = "another flower by the pond"
pytestmark = pytest.mark.django_db


def ask(client: Client, email: str = "clara@example.org", **headers: str) -> object:
    return client.post(reverse("account_reset_password"), {"email": email}, headers=headers)


def link() -> str:
    """The path of the link in the newest mail."""
    return re.search(r"http://127\.0\.0\.1:8000(/account/\S+)", Mail.objects.latest("id").text)[1]


def test_the_mail_leads_to_a_new_password_that_signs_in(client: Client, clara: User) -> None:
    assert ask(client)["Location"] == reverse("account_reset_password_done")
    form = client.get(link(), follow=True)
    answer = client.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    assert answer["Location"] == reverse("account_reset_password_from_key_done")
    assert "Your new password is saved" in client.get(answer["Location"]).text
    client.post(reverse("account_login"), {"login": clara.email, "password": NEW})
    assert get_user(client) == clara
    assert AuditEntry.objects.filter(action="staff.password_changed", who=clara).exists()


def test_the_link_works_once(client: Client, clara: User) -> None:
    ask(client)
    spent = link()
    form = client.get(spent, follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    again = Client().get(spent)
    assert "This link is no longer valid" in again.text


def test_the_owner_is_told_that_the_password_changed(client: Client, clara: User) -> None:
    ask(client)
    form = client.get(link(), follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    notice = Mail.objects.latest("id")
    assert notice.subject == "A change to your Treue account"
    assert "The password of your account was changed." in notice.text


def test_a_weak_password_is_refused_with_what_is_right(client: Client, clara: User) -> None:
    ask(client)
    form = client.get(link(), follow=True)
    answer = client.post(form.redirect_chain[-1][0], {"password1": "clara", "password2": "clara"})
    assert "at least 10 characters" in answer.text
    clara.refresh_from_db()
    assert not clara.check_password("clara")


def test_an_unknown_address_gets_the_same_answer_and_no_mail(client: Client, clara: User) -> None:
    known, unknown = ask(client), ask(client, "nobody@example.org")
    assert known.status_code == unknown.status_code == 302
    assert known["Location"] == unknown["Location"]
    assert [mail.to for mail in Mail.objects.all()] == ["clara@example.org"]


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_mail_is_in_the_language_of_its_reader(client: Client, clara: User, language: str) -> None:
    User.objects.update(language=language)
    ask(client, **{"accept-language": "en"})
    with override(language):
        assert Mail.objects.get().subject == gettext("Choose a new password for Treue")
        assert gettext("Choose a new password") in Mail.objects.get().html


def test_the_link_never_follows_the_host_header(client: Client, clara: User) -> None:
    client.post(reverse("account_reset_password"), {"email": clara.email}, headers={"host": "localhost:1"})
    assert "localhost:1" not in Mail.objects.get().text
    assert link()


def test_asking_too_often_for_one_address_is_refused(client: Client, clara: User) -> None:
    answers = [ask(client).status_code for _time in range(6)]
    assert answers == [302] * 5 + [429]
    assert "That was too often" in ask(client).text
    assert Mail.objects.count() == 5


def test_asking_too_often_for_unknown_addresses_is_refused_alike(client: Client) -> None:
    assert [ask(client, "nobody@example.org").status_code for _time in range(6)] == [302] * 5 + [429]


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_page_of_it_speaks_both_languages(client: Client, language: str) -> None:
    pages = {
        reverse("account_reset_password"): "Choose a new password",
        reverse("account_reset_password_done"): "Look into your mailbox",
        reverse("account_reset_password_from_key_done"): "Your new password is saved",
        reverse("account_reset_password_from_key", args=["1", "abc-def"]): "This link is no longer valid",
    }
    for path, title in pages.items():
        with override(language):
            assert f"<h1>{gettext(title)}</h1>" in client.get(path, headers={"accept-language": language}).text
