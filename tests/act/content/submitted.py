"""The smallest members, photos and submissions a test can need."""

import io
from datetime import UTC, datetime, timedelta

from PIL import Image

from treue.act.content import moderating, submitting, terms, withdrawing
from treue.act.content.models import Submission
from treue.act.content.submitting import Agreement, Draft
from treue.act.loyalty import membership, setting_up
from treue.act.loyalty.earning import documents
from treue.act.loyalty.models import Member, Programme, RuleVersion
from treue.core.customers.models import ConsentRecord, Customer

OPENED = datetime(2026, 1, 1, 12, tzinfo=UTC)
JOINED = datetime(2026, 1, 2, 12, tzinfo=UTC)
NOW = datetime(2026, 10, 29, 12, tzinfo=UTC)
SAID = "It smells of hay, and the third infusion is the best."


def rules(programme: Programme, **more: object) -> None:
    """20 points for what is published, in place of what held before."""
    shop, now = programme.shop, JOINED + timedelta(days=RuleVersion.objects.count())
    given = {"kind": "for_deed", "name": "content", "points": 20, "deed": "content", **more}
    said = documents.read({"format": 1, "currency": shop.currency, "zone": shop.zone, "rules": [given]})
    setting_up.save(programme=programme, rules=said, now=now, by=None)


def member(programme: Programme, number: str = "anna", *, name: str = "Anna Beispiel") -> Member:
    customer = Customer.objects.create(shop=programme.shop, number=number, name=name)
    return membership.join(programme=programme, customer=customer, at=JOINED)[0]


def photo(width: int = 300, height: int = 200, kind: str = "JPEG", colour: str = "teal", **more: object) -> bytes:
    return written(Image.new("RGB", (width, height), colour), kind, **more)


def written(image: Image.Image, kind: str, **more: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **more)
    return out.getvalue()


def agreed(programme: Programme, now: datetime = NOW) -> Agreement:
    return Agreement(terms.text(programme.shop, "en", now), ConsentRecord.Source.FORM)


def submit(by: Member, *, key: str = "k1", now: datetime = NOW, **draft: object) -> Submission:
    given = Draft(**{"text": SAID, "name": "first name", **draft})
    return submitting.submit(member=by, draft=given, agreed=agreed(by.programme, now), key=key, now=now)


def publish(submission: Submission, *, now: datetime = NOW) -> Submission:
    submission.refresh_from_db()
    return moderating.publish(submission=submission, seen=submission.revision, now=now, by=None)


def reject(submission: Submission, reason: str = "Blurred.", *, now: datetime = NOW) -> Submission:
    submission.refresh_from_db()
    return moderating.reject(submission=submission, seen=submission.revision, reason=reason, now=now, by=None)


def withdraw(submission: Submission, *, now: datetime = NOW) -> Submission:
    return withdrawing.withdraw(submission=submission, now=now, source=ConsentRecord.Source.FORM)


def published(programme: Programme) -> list[int]:
    from treue.act.content import reading

    return list(reading.published(programme.shop).order_by("pk").values_list("pk", flat=True))
