"""Outgoing mail: written with its cause, sent after it, tried again when it fails."""

import smtplib
import ssl
from datetime import timedelta
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from procrastinate.contrib.django import app

from treue.core import home
from treue.core.jobs.models import Mail

MOST_ATTEMPTS = 12
MOST_AT_ONCE = 200


class UnusableSmtpUrl(Exception):
    """TREUE_SMTP_URL must read smtp://user:password@host:587 or smtps://…:465."""


def put(*, to: str, subject: str, text: str, html: str = "") -> Mail:
    """Write a mail into the outbox, in the transaction of its cause; the worker sends it right after."""
    one_line = " ".join(subject.split())
    with transaction.atomic():
        app.configure_task("jobs.mail_written").defer()
        return Mail.objects.create(to=to, subject=one_line[:250], text=text, html=html)


def send_due() -> int:
    """Send what is due; returns how many left. Without SMTP each mail becomes a file in the installation's folder."""
    sent = 0
    for _turn in range(MOST_AT_ONCE):
        with transaction.atomic():
            mail = _next_due()
            if mail is None:
                break
            sent += _try(mail)
    return sent


def _next_due() -> Mail | None:
    due = Q(next_try_at=None) | Q(next_try_at__lte=timezone.now())
    waiting = Mail.objects.filter(due, sent_at=None, attempts__lt=MOST_ATTEMPTS)
    return waiting.select_for_update(skip_locked=True).order_by("id").first()


def _try(mail: Mail) -> bool:
    mail.attempts += 1
    try:
        _deliver(mail)
    except (OSError, smtplib.SMTPException) as error:
        # The server's answer may quote the address: the class is enough for the page and the log.
        mail.error = type(error).__name__
        mail.next_try_at = timezone.now() + timedelta(minutes=2**mail.attempts)
    else:
        mail.sent_at = timezone.now()
        mail.error = ""
    mail.save(update_fields=["attempts", "error", "next_try_at", "sent_at"])
    return mail.sent_at is not None


def _deliver(mail: Mail) -> None:
    message = _message(mail)
    if not settings.SMTP_URL:
        path = home.home() / "mail" / f"{mail.pk}.eml"
        path.write_bytes(bytes(message))
        path.chmod(0o600)
        return
    place = urlsplit(settings.SMTP_URL)
    if place.scheme not in {"smtp", "smtps"} or not place.hostname:
        raise UnusableSmtpUrl
    connect = smtplib.SMTP_SSL if place.scheme == "smtps" else smtplib.SMTP
    with connect(place.hostname, place.port or 0, timeout=20) as server:
        server.ehlo()
        if place.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
        if place.username:
            server.login(unquote(place.username), unquote(place.password or ""))
        server.send_message(message)


def _message(mail: Mail) -> EmailMessage:
    message = EmailMultiAlternatives(mail.subject, mail.text, settings.DEFAULT_FROM_EMAIL, [mail.to])
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message.message()
