"""Whether the shop asks for content, and by which text members agree that it is published."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from treue.act.content.models import ContentTerms
from treue.act.loyalty import reading
from treue.act.loyalty.models import Programme
from treue.core.customers import consent_texts
from treue.core.customers.models import Channel, ConsentText, Purpose
from treue.core.shop.models import Shop
from treue.core.staff import audit
from treue.core.staff.models import User

PURPOSE, CHANNEL = Purpose.PUBLISHING, Channel.NONE
LANGUAGES = ("de", "en")
FIRST_VERSION = "1"


def of(programme: Programme) -> ContentTerms:
    """Unsaved where nobody said anything yet: closed."""
    return ContentTerms.objects.filter(programme=programme).first() or ContentTerms(programme=programme)


def is_open(shop: Shop) -> bool:
    programme = reading.programme_of(shop)
    return programme is not None and of(programme).is_open


def text(shop: Shop, language: str, now: datetime) -> ConsentText | None:
    """What a member is shown who is asked for consent; in the other language where there is none in this one."""
    others = [each for each in LANGUAGES if each != language]
    found = (consent_texts.current(shop, PURPOSE, each, now) for each in (language, *others))
    return next((each for each in found if each is not None), None)


def texts(shop: Shop, now: datetime) -> list[ConsentText]:
    """Those in force, by language."""
    found = (consent_texts.current(shop, PURPOSE, each, now) for each in LANGUAGES)
    return [each for each in found if each is not None]


def proposed() -> dict[str, str]:
    """A text to begin with, by language. Where it is not what a shop does with content, the shop enters its own."""
    return {language: _proposed(language) for language in LANGUAGES}


def _proposed(language: str) -> str:
    with override(language):
        return _(
            "I agree that the shop shows this text and these photos, with the name chosen here, on its pages and with "
            "its products. Both are mine, and everybody who can be recognised in a photo agrees. I can withdraw at any "
            "time: then the shop shows them no longer and deletes them."
        )


def save(*, programme: Programme, is_open: bool, pending_days: int, now: datetime, by: User | None) -> ContentTerms:
    """Say whether members can submit something. Where there is no text of consent yet, the proposed one is entered."""
    with transaction.atomic():
        Programme.objects.select_for_update(no_key=True).get(pk=programme.pk)
        found = of(programme)
        found.is_open, found.pending_days = is_open, pending_days
        found.save()
        if is_open and not texts(programme.shop, now):
            about = {"purpose": PURPOSE, "version": FIRST_VERSION, "texts": proposed(), "valid_from": now}
            consent_texts.add(shop=programme.shop, by=by, **about)
        facts = {"is_open": is_open, "pending_days": pending_days}
        audit.record("content.terms_changed", who=by, subject=f"programme {programme.pk}", **facts)
    return found
