"""Codes by mail: a browser asks for one, the worker finds whom it is for, the browser that asked enters it.

What the browser sees is the same for every address, and so is what is done while it waits: who has the address is
looked up by the worker.
"""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from procrastinate.contrib.django import app

from treue.act.portal import asking, known, letters, limits, strangers
from treue.act.portal.errors import CodeIsOver, NobodysAddress, WrongCode
from treue.act.portal.models import Portal, Request
from treue.core.jobs.models import Mail
from treue.core.shop.models import Shop
from treue.core.staff import tokens

DIGITS, MOST_TRIES = 6, 5
LIVES = timedelta(minutes=10)
KEPT = timedelta(hours=1)


def ask(
    *, shop: Shop, email: str, language: str, machine: str, now: datetime, browser: str = "", former: str = ""
) -> str:
    """Ask for a code. Returns the token for the browser's cookie. Raises TooOften.

    email: folded. language: of the mail. browser: its mark, where it was here before (`browsers`). former: the token of
    the code that this browser asked for before, which ends; nobody else's does.
    """
    asking.count(shop=shop, email=email, machine=machine, browser=browser, now=now)
    token = tokens.fresh()
    with transaction.atomic():
        Request.objects.filter(shop=shop, token_hash=tokens.hashed(former), ended_at=None).update(ended_at=now)
        made = Request.objects.create(
            shop=shop, token_hash=tokens.hashed(token), email=email, language=language, asked_at=now
        )
        app.configure_task("portal.send_code").defer(request_id=made.pk)
    return token


def send(request_id: int, *, now: datetime) -> bool:
    """Write the mail with a code for whoever has the address. Returns whether there is a mail."""
    asked = Request.objects.select_related("shop").filter(pk=request_id).first()
    if asked is not None:
        strangers.unite(asked.shop, asked.email)
    with transaction.atomic():
        request = unsent(request_id, now=now)
        if request is None:
            return False
        portal = Portal.objects.filter(shop=request.shop, is_on=True).first()
        if portal is None:
            return False
        try:
            customer = known.by_address(request.shop, request.email)
        except NobodysAddress:
            request.mail = letters.several(request, portal)
            request.save(update_fields=["mail"])
            return True
        if customer is None and not portal.takes_strangers:
            return False
        code = draw(request)
        request.mail = letters.code(request, portal, code)
        request.save(update_fields=["code_hash", "mail"])
    return True


def unsent(request_id: int, *, now: datetime) -> Request | None:
    """A request that still waits for its mail, locked; None where there is none."""
    request = Request.objects.select_for_update(of=("self",)).select_related("shop").filter(pk=request_id).first()
    if request is None or request.mail_id or request.ended_at or now >= request.asked_at + LIVES:
        return None
    return request


def draw(request: Request) -> str:
    """A code by chance, for one request; only its hash is kept with it."""
    code = "".join(secrets.choice("0123456789") for _each in range(DIGITS))
    request.code_hash = _hash(request, code)
    return code


def enter(*, token: str, code: str, machine: str, now: datetime) -> Request:
    """Use a code up. Returns what it was asked with. Raises TooOften, WrongCode, CodeIsOver."""
    limits.count(limits.TRIES_FROM_A_MACHINE, machine, now)
    digits = "".join(sign for sign in code if sign.isascii() and sign.isdigit())
    with transaction.atomic():
        found = _locked(token)
        if not _is_open(found, now):
            raise CodeIsOver
        found.tries += 1
        is_right = constant_time_compare(found.code_hash, _hash(found, digits)) and bool(found.code_hash)
        if is_right or found.tries >= MOST_TRIES:
            found.ended_at = now
        found.save(update_fields=["tries", "ended_at"])
    if is_right:
        return found
    raise WrongCode(MOST_TRIES - found.tries) if found.ended_at is None else CodeIsOver


def waiting(token: str, now: datetime) -> Request | None:
    """What a browser asked for and can still enter a code of."""
    found = Request.objects.filter(token_hash=tokens.hashed(token)).first() if token else None
    return found if _is_open(found, now) else None


def forget(*, now: datetime) -> int:
    """Delete what is over, with its mails. Returns of how many."""
    with transaction.atomic():
        over = Request.objects.filter(asked_at__lt=now - KEPT)
        mails = [mail for mail in over.values_list("mail", flat=True) if mail]
        deleted, _by_table = over.delete()
        Mail.objects.filter(pk__in=mails).delete()
    return deleted


def _locked(token: str) -> Request | None:
    return (
        Request.objects.select_for_update(of=("self",))
        .select_related("shop")
        .filter(token_hash=tokens.hashed(token))
        .first()
    )


def _is_open(request: Request | None, now: datetime) -> bool:
    return request is not None and request.ended_at is None and now < request.asked_at + LIVES


def _hash(request: Request, code: str) -> str:
    return salted_hmac("treue.portal.code", f"{request.pk} {code}", algorithm="sha256").hexdigest()
