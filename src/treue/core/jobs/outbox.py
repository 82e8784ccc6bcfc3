"""Outgoing mail: written with its cause, sent after it, tried again when it fails."""

import os
import smtplib
import ssl
from datetime import timedelta
from email.message import EmailMessage
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from treue.core import home
from treue.core.jobs.models import Mail
from treue.core.staff import audit
from treue.core.staff.models import User

MOST_AT_ONCE = 200
SECONDS_TO_ANSWER = 20


class UnusableSmtpUrl(Exception):
    """TREUE_SMTP_URL must read smtp://user:password@host:587 or smtps://…:465."""


def put(*, to: str, subject: str, text: str, html: str = "") -> Mail:
    """Write a mail into the outbox, in the transaction of its cause; the worker sends it right after."""
    one_line = " ".join(subject.split())
    with transaction.atomic():
        app.configure_task("jobs.mail_written").defer()
        return Mail.objects.create(to=to, subject=one_line[:250], text=text, html=html)


def leaves() -> bool:
    """Whether mail leaves this machine; else each becomes a file in the installation's folder."""
    return bool(settings.SMTP_URL)


def send_due() -> int:
    """Send what is due; returns how many left."""
    sent = 0
    for _turn in range(MOST_AT_ONCE):
        with transaction.atomic():
            mail = Mail.objects.due().select_for_update(skip_locked=True).order_by("id").first()
            if mail is None:
                break
            sent += _try(mail)
    return sent


def retry(*, mail: Mail, by: User | None = None) -> None:
    """Let a mail that has not left be tried again at once, with all its attempts before it."""
    with transaction.atomic():
        waiting = Mail.objects.filter(pk=mail.pk, sent_at=None)
        if waiting.update(attempts=0, next_try_at=None, error=""):
            app.configure_task("jobs.mail_written").defer()
            audit.record("mail.tried_again", who=by, subject=f"mail {mail.pk}")


def _try(mail: Mail) -> bool:
    mail.attempts += 1
    try:
        _deliver(mail)
    except (OSError, smtplib.SMTPException, UnusableSmtpUrl) as error:
        # The server's answer may quote the address: the class is enough for the page and the log.
        mail.error = type(error).__name__
        mail.next_try_at = timezone.now() + timedelta(minutes=2**mail.attempts)
    else:
        mail.sent_at = timezone.now()
        mail.next_try_at = None
        mail.error = ""
        if leaves():  # its links open doors: what has left is not kept
            mail.text = mail.html = ""
    mail.save()
    return mail.sent_at is not None


def _deliver(mail: Mail) -> None:
    message = _message(mail)
    if not leaves():
        path = home.home() / "mail" / f"{mail.pk}.eml"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(bytes(message))
        return
    place = _place()
    with _connect(place) as server:
        if place.scheme == "smtp":
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
        if place.username:
            server.login(unquote(place.username), unquote(place.password or ""))
        server.send_message(message)


def _place() -> SplitResult:
    try:
        place = urlsplit(settings.SMTP_URL)
        usable = place.scheme in {"smtp", "smtps"} and place.hostname and (place.port or True)
    except ValueError as error:
        raise UnusableSmtpUrl from error
    if not usable:
        raise UnusableSmtpUrl
    return place


def _connect(place: SplitResult) -> smtplib.SMTP:
    address = (place.hostname, place.port or 0)
    if place.scheme == "smtps":
        return smtplib.SMTP_SSL(*address, timeout=SECONDS_TO_ANSWER, context=ssl.create_default_context())
    return smtplib.SMTP(*address, timeout=SECONDS_TO_ANSWER)


def _message(mail: Mail) -> EmailMessage:
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        settings.DEFAULT_FROM_EMAIL,
        [mail.to],
        headers={"Auto-Submitted": "auto-generated"},
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message.message()
