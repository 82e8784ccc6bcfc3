"""The page of mails."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override

from treue.core.jobs import outbox
from treue.core.jobs.models import MOST_ATTEMPTS, Mail
from treue.core.staff.models import User

pytestmark = pytest.mark.django_db
LINK = "http://127.0.0.1:8000/welcome/secret-token/"


@pytest.fixture
def hers(db: None) -> Client:
    client = Client()
    client.force_login(User.objects.create_user("ada@example.org", name="Ada Admin", role="admin"))
    return client


@pytest.fixture
def mail(db: None) -> Mail:
    return outbox.put(to="clara@example.org", subject="Welcome", text=f"Come in:\n{LINK}\n<script>1</script>")


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_pages_speak_both_languages(hers: Client, mail: Mail, language: str) -> None:
    User.objects.update(language=language)
    for path, words in {
        reverse("mail"): ("Mail", "Waiting", "Subject", "No mail server is set up"),
        reverse("mail_text", args=[mail.pk]): ("Written", "Attempts", "Text", "Try again now"),
    }.items():
        page = hers.get(path).text
        with override(language):
            for word in words:
                assert gettext(word) in page


@pytest.mark.parametrize("language", ["de", "en"])
def test_an_empty_outbox_says_what_it_is_for(hers: Client, language: str) -> None:
    User.objects.update(language=language)
    with override(language):
        sentence = gettext("No mail yet. Invitations, new passwords and the report by mail pass through here.")
        assert sentence in hers.get(reverse("mail")).text


def test_without_a_mail_server_the_text_is_read_here_with_its_links_and_nothing_else_alive(
    hers: Client, mail: Mail
) -> None:
    page = hers.get(reverse("mail_text", args=[mail.pk]))
    assert f'<a href="{LINK}"' in page.text
    assert "&lt;script&gt;1&lt;/script&gt;" in page.text
    assert "no-store" in page["Cache-Control"]
    assert "one-time links" in hers.get(reverse("mail")).text


def test_with_a_mail_server_no_text_is_shown(hers: Client, mail: Mail, settings: object) -> None:
    settings.SMTP_URL = "smtp://127.0.0.1:25"
    page = hers.get(reverse("mail_text", args=[mail.pk])).text
    assert "secret-token" not in page
    assert "their links open doors" in page
    assert "secret-token" not in hers.get(reverse("mail")).text
    assert "No mail server is set up" not in hers.get(reverse("mail")).text


@pytest.mark.parametrize("role", ["manager", "analyst", "service"])
def test_only_administrators_read_mails(client: Client, mail: Mail, role: str) -> None:
    client.force_login(User.objects.create_user("otto@example.org", role=role))
    for path in (reverse("mail"), reverse("mail_text", args=[mail.pk])):
        assert client.get(path).status_code == 403
    assert client.post(reverse("mail_retry", args=[mail.pk])).status_code == 403


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({}, "Waiting"),
        ({"attempts": 1, "error": "TimeoutError"}, "Tried again later"),
        ({"attempts": MOST_ATTEMPTS, "error": "TimeoutError"}, "Given up"),
        ({"sent_at": timezone.now()}, "Written to the folder"),
        ({"sent_at": timezone.now(), "text": ""}, "Sent"),
    ],
)
def test_each_state_has_a_word(hers: Client, mail: Mail, values: dict[str, object], state: str) -> None:
    Mail.objects.update(**values)
    assert f">{state}</span>" in hers.get(reverse("mail")).text


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ("ConnectionRefusedError", "The mail server does not answer."),
        ("SMTPAuthenticationError", "The mail server refuses the user name or the password."),
        ("UnusableSmtpUrl", "TREUE_SMTP_URL cannot be read"),
        ("Unheard", "Sending failed (Unheard)."),
    ],
)
def test_a_problem_is_a_sentence(hers: Client, mail: Mail, error: str, sentence: str) -> None:
    Mail.objects.update(attempts=1, error=error, next_try_at=timezone.now() + timedelta(minutes=2))
    assert sentence in hers.get(reverse("mail")).text
    assert sentence in hers.get(reverse("mail_text", args=[mail.pk])).text


def test_a_mail_is_tried_again_from_its_page(hers: Client, mail: Mail) -> None:
    Mail.objects.update(attempts=MOST_ATTEMPTS, error="TimeoutError")
    answer = hers.post(reverse("mail_retry", args=[mail.pk]), follow=True)
    assert "The mail is tried again right away." in answer.text
    mail.refresh_from_db()
    assert (mail.attempts, mail.error) == (0, "")


def test_a_mail_that_left_offers_no_other_try(hers: Client, mail: Mail) -> None:
    Mail.objects.update(sent_at=timezone.now())
    assert "Try again now" not in hers.get(reverse("mail_text", args=[mail.pk])).text
