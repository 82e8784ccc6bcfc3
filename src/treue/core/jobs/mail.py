"""Django's mail goes through the outbox too: password recovery and the like."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from treue.core.jobs import outbox


class OutboxBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            html = next((body for body, kind in getattr(message, "alternatives", []) if kind == "text/html"), "")
            for address in message.to:
                outbox.put(to=address, subject=message.subject, text=message.body, html=html)
        return len(email_messages)
