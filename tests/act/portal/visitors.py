"""A browser at the portal's door, and the mail that comes to it."""

import re

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from treue.act.portal import codes
from treue.act.portal.access import SESSION_COOKIE
from treue.act.portal.models import Request
from treue.core.jobs.models import Mail

DIGITS = re.compile(r"^\d{6}$", re.MULTILINE)


class Browser(Client):
    """Asks in English unless told otherwise."""

    def __init__(self, language: str = "en") -> None:
        super().__init__(headers={"accept-language": language})

    def ask(self, email: str) -> HttpResponse:
        return self.post("/m/sign-in/", {"email": email})

    def enter(self, code: str) -> HttpResponse:
        return self.post("/m/code/", {"code": code})

    def sign_in(self, email: str) -> HttpResponse:
        self.ask(email)
        return self.enter(mailed(email))

    @property
    def token(self) -> str:
        return self.cookies[SESSION_COOKIE].value if SESSION_COOKIE in self.cookies else ""


def let_the_worker_look() -> None:
    """What the worker does with codes that were asked for."""
    for request in Request.objects.filter(mail=None, ended_at=None).order_by("pk"):
        codes.send(request.pk, now=timezone.now())


def mailed(email: str) -> str:
    """The code in the latest mail to an address; "" where none came."""
    let_the_worker_look()
    mail = Mail.objects.filter(to__iexact=email).order_by("-pk").first()
    found = DIGITS.search(mail.text) if mail else None
    return found[0] if found else ""
