"""The outbox, with a real mail server on this machine."""

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import connection, transaction
from django.utils import timezone

from treue.core.jobs import outbox
from treue.core.jobs.models import MOST_ATTEMPTS, Mail
from treue.core.staff.models import AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)


class Postman:
    """Keeps what arrives; refuses with `refusal` as long as it has one."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.refusal = ""

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.envelopes.append(envelope)
        return "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve(postman: Postman, **options: object) -> Controller:
    server = Controller(postman, hostname="127.0.0.1", port=free_port(), **options)
    server.start()
    return server


@pytest.fixture
def postman(settings: object) -> Iterator[Postman]:
    """A mail server without encryption, as on one's own machine, that TREUE_SMTP_URL names."""
    postman = Postman()
    server = serve(postman)
    settings.SMTP_URL = f"smtp://127.0.0.1:{server.port}"
    yield postman
    server.stop()


def put(**values: str) -> Mail:
    return outbox.put(**({"to": "clara@example.org", "subject": "Grüße", "text": "Schön, dass Sie da sind."} | values))


def test_a_mail_leaves_for_the_server_as_it_was_written(postman: Postman) -> None:
    put(html="<p>Schön</p>")
    assert outbox.send_due() == 1
    envelope = postman.envelopes[0]
    message = message_from_bytes(envelope.content, policy=default)
    assert envelope.rcpt_tos == ["clara@example.org"]
    assert message["Subject"] == "Grüße"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"]
    assert message.get_body(("plain",)).get_content().strip() == "Schön, dass Sie da sind."
    assert message.get_body(("html",)).get_content().strip() == "<p>Schön</p>"


def test_the_worker_sends_it_right_after_its_cause(postman: Postman, work_off: Callable[[], None]) -> None:
    put()
    put(to="otto@example.org")
    work_off()
    assert [envelope.rcpt_tos for envelope in postman.envelopes] == [["clara@example.org"], ["otto@example.org"]]


def test_a_mail_whose_cause_is_rolled_back_never_was(postman: Postman) -> None:
    with transaction.atomic():
        put()
        transaction.set_rollback(True)
    assert outbox.send_due() == 0
    assert postman.envelopes == []


def test_a_mail_that_left_is_not_sent_again_and_its_text_is_not_kept(postman: Postman) -> None:
    mail = put(html="<p>Link</p>")
    outbox.send_due()
    assert outbox.send_due() == 0
    mail.refresh_from_db()
    assert (mail.text, mail.html, mail.attempts, mail.error) == ("", "", 1, "")
    assert mail.sent_at
    assert len(postman.envelopes) == 1


def test_a_mail_that_is_refused_is_tried_again_later_and_later(postman: Postman) -> None:
    postman.refusal = "451 come back later"
    mail = put()
    waits = []
    for _attempt in range(3):
        assert outbox.send_due() == 0
        mail.refresh_from_db()
        waits.append(round((mail.next_try_at - timezone.now()).total_seconds() / 60))
        assert outbox.send_due() == 0
        Mail.objects.update(next_try_at=timezone.now() - timedelta(seconds=1))
    assert waits == [2, 4, 8]
    assert (mail.attempts, mail.error) == (3, "SMTPRecipientsRefused")
    postman.refusal = ""
    assert outbox.send_due() == 1
    mail.refresh_from_db()
    assert (mail.error, mail.next_try_at) == ("", None)


def test_one_that_is_refused_does_not_hold_up_the_others(postman: Postman) -> None:
    put(to="gone@example.org")
    postman.refusal = "550 no such person"
    outbox.send_due()
    postman.refusal = ""
    put(to="otto@example.org")
    assert outbox.send_due() == 1
    assert postman.envelopes[0].rcpt_tos == ["otto@example.org"]


def test_a_server_that_is_not_there_is_named_and_tried_again(settings: object) -> None:
    settings.SMTP_URL = f"smtp://127.0.0.1:{free_port()}"
    mail = put()
    assert outbox.send_due() == 0
    mail.refresh_from_db()
    assert mail.error == "ConnectionRefusedError"
    assert mail.next_try_at > timezone.now()
    assert mail.text


@pytest.mark.parametrize("url", ["localhost", "http://x", "smtp://", "smtp://h:port", "smtp://h:99999", "smtp://["])
def test_an_address_that_cannot_be_read_is_an_error_of_the_mail_not_of_the_worker(settings: object, url: str) -> None:
    settings.SMTP_URL = url
    mail = put()
    assert outbox.send_due() == 0
    mail.refresh_from_db()
    assert mail.error == "UnusableSmtpUrl"


def test_after_all_attempts_it_rests_until_somebody_asks(postman: Postman) -> None:
    mail = put()
    Mail.objects.update(attempts=MOST_ATTEMPTS, error="TimeoutError")
    assert outbox.send_due() == 0
    mail.refresh_from_db()
    assert mail.is_given_up
    assert list(Mail.objects.given_up()) == [mail]
    outbox.retry(mail=mail)
    assert AuditEntry.objects.get().action == "mail.tried_again"
    assert outbox.send_due() == 1


def test_a_mail_that_left_is_not_tried_again(postman: Postman) -> None:
    mail = put()
    outbox.send_due()
    outbox.retry(mail=mail)
    assert outbox.send_due() == 0
    assert not AuditEntry.objects.exists()


def test_two_workers_send_each_mail_once(postman: Postman) -> None:
    for number in range(20):
        put(to=f"n{number}@example.org")

    def send(_worker: int) -> int:
        try:
            return outbox.send_due()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        assert sum(threads.map(send, range(2))) == 20
    assert len({envelope.rcpt_tos[0] for envelope in postman.envelopes}) == 20


def test_name_and_password_of_the_address_sign_in(settings: object) -> None:
    seen = []

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword) -> AuthResult:
        seen.append((data.login, data.password))
        return AuthResult(success=data.password == b"p:w@d", handled=False)

    postman = Postman()
    server = serve(postman, authenticator=check, auth_require_tls=False)
    try:
        settings.SMTP_URL = f"smtp://clara:p%3Aw%40d@127.0.0.1:{server.port}"
        put()
        assert outbox.send_due() == 1
        settings.SMTP_URL = f"smtp://clara:wrong@127.0.0.1:{server.port}"
        mail = put()
        assert outbox.send_due() == 0
    finally:
        server.stop()
    mail.refresh_from_db()
    assert seen[0] == (b"clara", b"p:w@d")
    assert mail.error == "SMTPAuthenticationError"
    assert len(postman.envelopes) == 1


def test_without_a_server_each_mail_becomes_a_file_for_our_eyes_only(settings: object, installation: Path) -> None:
    settings.SMTP_URL = ""
    mail = put()
    assert outbox.send_due() == 1
    path = installation / "mail" / f"{mail.pk}.eml"
    assert message_from_bytes(path.read_bytes(), policy=default)["To"] == "clara@example.org"
    assert path.stat().st_mode & 0o777 == 0o600
    mail.refresh_from_db()
    assert mail.text == "Schön, dass Sie da sind."


def test_a_line_break_in_a_subject_smuggles_in_no_header(postman: Postman) -> None:
    put(subject="Hello\r\nBcc: all@example.org")
    outbox.send_due()
    message = message_from_bytes(postman.envelopes[0].content, policy=default)
    assert message["Bcc"] is None
    assert message["Subject"] == "Hello Bcc: all@example.org"


def test_mail_that_django_sends_goes_through_the_outbox(postman: Postman) -> None:
    backend = get_connection("treue.core.jobs.mail.OutboxBackend")  # tests have another one by default
    message = EmailMultiAlternatives("Subject", "text", to=["a@example.org", "b@example.org"], connection=backend)
    message.attach_alternative("<p>html</p>", "text/html")
    assert message.send() == 1
    assert list(Mail.objects.order_by("pk").values_list("to", "text", "html")) == [
        ("a@example.org", "text", "<p>html</p>"),
        ("b@example.org", "text", "<p>html</p>"),
    ]
