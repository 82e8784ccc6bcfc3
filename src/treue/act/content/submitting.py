"""Take what a member submits: once by its key, as it is, with the consent to publish it in the same transaction."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.crypto import salted_hmac

from treue.act.content import happenings, names, photos, terms
from treue.act.content.errors import (
    Empty,
    KeyReused,
    LeftProgramme,
    NoName,
    NotOpen,
    OtherText,
    TextTooLong,
    TooManyAtOnce,
    TooManyToday,
    UnknownProduct,
)
from treue.act.content.locking import held_member
from treue.act.content.models import LONGEST_TEXT, MOST_A_DAY, Photo, Submission
from treue.act.content.photos import Drawn
from treue.act.loyalty.days import day_of
from treue.act.loyalty.models import Member, Programme
from treue.core import once
from treue.core.commerce.models import Product
from treue.core.customers import consent
from treue.core.customers.consent_proof import NO_PROOF, Proof
from treue.core.customers.models import ConsentRecord, ConsentText
from treue.core.staff import tokens

MOST_STANDING = 50
UNSEEN = re.compile(r"[^\S\n]+")


@dataclass(frozen=True)
class Draft:
    """product: the shop's code; "" for the shop itself. photos: files as they were sent. name: of Submission.Name."""

    text: str
    photos: Sequence[bytes] = ()
    product: str = ""
    name: str = Submission.Name.NONE


@dataclass(frozen=True)
class Agreement:
    """That the member saw a text and said yes. source: of ConsentRecord.Source."""

    text: ConsentText
    source: str
    proof: Proof = NO_PROOF


def submit(*, member: Member, draft: Draft, agreed: Agreement, key: str, now: datetime) -> Submission:
    """Take a text, photos or both; a moderator publishes or rejects them.

    key: the same for the same submission, however often it is sent; sent again, the first answer is given. Raises a
    Refusal of `errors`, the programme's NoSuchMember, and KeyReused where the key came with something else; nothing is
    changed then.
    """
    programme = member.programme
    text = tidied(draft.text)
    key_hash, request = once.key_hash("content", programme.pk, key), _request_hash(member, draft, text)
    _require_text(text, draft)
    drawn = photos.draw_all(draft.photos)
    with transaction.atomic():
        once.hold(key_hash)
        former = Submission.objects.select_related("programme", "member").filter(programme=programme, key_hash=key_hash)
        for found in former:
            if found.request_hash != request:
                raise KeyReused
            return found
        member = held_member(member)
        _require(member, draft, agreed, now)
        made = Submission.objects.create(
            programme=programme,
            member=member,
            product=draft.product,
            text=text,
            name_kind=draft.name,
            shown_name=_name(member, draft.name),
            photo_count=len(drawn),
            text_hash=text_hash(programme, text),
            consent=_consent(member, agreed, now),
            submitted_at=now,
            **_of_day(member, now),
            key_hash=key_hash,
            request_hash=request,
        )
        Photo.objects.bulk_create(_photo(made, place, each) for place, each in enumerate(drawn, 1))
        happenings.tell(happenings.SUBMITTED, made, now, photos=len(drawn), has_text=bool(text))
    return made


def tidied(text: str) -> str:
    """Without what nobody sees: control characters, signs that turn the direction of what follows, rows of blanks."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    seen = "".join(each for each in plain if each == "\n" or unicodedata.category(each) not in ("Cc", "Cs", "Cn"))
    seen = re.sub("[\u202a-\u202e\u2066-\u2069]", "", seen)
    lines = [UNSEEN.sub(" ", line).strip() for line in seen.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def text_hash(programme: Programme, text: str) -> str:
    """The same for texts that differ in case, blanks and signs alone; "" for none."""
    bare = "".join(each for each in unicodedata.normalize("NFKC", text).casefold() if each.isalnum())
    return salted_hmac("treue.content.text", f"{programme.pk} {bare}", algorithm="sha256").hexdigest() if bare else ""


def _require_text(text: str, draft: Draft) -> None:
    if len(text) > LONGEST_TEXT:
        raise TextTooLong(len(text), LONGEST_TEXT)
    if not text and not draft.photos:
        raise Empty


def _require(member: Member, draft: Draft, agreed: Agreement, now: datetime) -> None:
    shop = member.programme.shop
    if not terms.of(member.programme).is_open:
        raise NotOpen
    if member.left_at is not None:
        raise LeftProgramme
    in_force = {each.pk for each in terms.texts(shop, now)}
    if agreed.text.pk not in in_force:
        raise OtherText if in_force else NotOpen
    if draft.product and not Product.objects.filter(shop=shop, code=draft.product).exists():
        raise UnknownProduct
    theirs = Submission.objects.filter(member__customer=member.customer_id)
    if theirs.exclude(state=Submission.State.WITHDRAWN).count() >= MOST_STANDING:
        raise TooManyAtOnce(MOST_STANDING)


def _of_day(member: Member, now: datetime) -> dict[str, object]:
    """Those that were withdrawn count: taking back and sending again is no way around the limit."""
    day = day_of(now, member.programme.shop.tz)
    theirs = Submission.objects.filter(member__customer=member.customer_id, day=day)
    last = Submission.objects.filter(member=member, day=day).aggregate(last=Max("of_day"))["last"] or 0
    if max(theirs.count(), last) >= MOST_A_DAY:
        raise TooManyToday(MOST_A_DAY)
    return {"day": day, "of_day": last + 1}


def _name(member: Member, kind: str) -> str:
    name = names.shown(member.customer.name, kind)
    if kind != Submission.Name.NONE and not name:
        raise NoName
    return name


def _consent(member: Member, agreed: Agreement, now: datetime) -> ConsentRecord:
    return consent.give(
        customer=member.customer,
        purpose=terms.PURPOSE,
        channel=terms.CHANNEL,
        happened_at=now,
        source=agreed.source,
        text=agreed.text,
        proof=agreed.proof,
    )


def _photo(submission: Submission, place: int, drawn: Drawn) -> Photo:
    return Photo(
        submission=submission,
        ordinal=place,
        token=tokens.fresh()[:32],
        width=drawn.width,
        height=drawn.height,
        full=drawn.full,
        small=drawn.small,
        digest=drawn.digest,
    )


def _request_hash(member: Member, draft: Draft, text: str) -> str:
    whole = b"\0".join([f"{member.pk} {draft.product} {draft.name} {text}".encode(), *draft.photos])
    return once.request_hash("content", whole)
