"""Members' content for a shop's own pages: what is published, with the addresses of its photos."""

from datetime import datetime
from typing import Annotated

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from ninja import Field, Query, Router

from treue.act.content import reading, terms
from treue.act.content.models import LONGEST_TEXT, MOST_A_DAY, MOST_PHOTOS, Submission
from treue.act.content.photos import MOST_MEGABYTES
from treue.core.api import keyset
from treue.core.api.keyset import Paged
from treue.core.api.operations import reads
from treue.core.api.problems import NOT_FOUND, Problem
from treue.core.api.values import Code, GivenMoment, Id, PathId, Told, shown_as
from treue.core.shop.models import Shop

router = Router(tags=["Content"])

PHOTO = {
    "full": "https://treue.example/content/photos/Jq1c/full.jpg",
    "small": "https://treue.example/content/photos/Jq1c/small.jpg",
    "width": 1600,
    "height": 1067,
}
CONTENT = {
    "id": 4711,
    "product": "TEA-1",
    "text": "It smells of hay, and the third infusion is the best.",
    "name": "Anna",
    "photos": [PHOTO],
    "verified_purchase": True,
    "published_at": "2026-11-29T12:00:00Z",
}
SUBMISSION = {
    "id": 4711,
    "member": 4711,
    "product": "TEA-1",
    "state": "rejected",
    "reason": "A person can be recognised in the first photo.",
    "points": 0,
    "submitted_at": "2026-11-29T11:00:00Z",
    "published_at": None,
    "withdrawn_at": None,
}
TEXT = {"language": "en", "version": "1", "text": "I agree that the shop shows this text and these photos …"}


class PhotoOut(Told):
    full: str = Field(description="Address of a JPEG that needs no key. Whoever keeps it asks each time, by its ETag.")
    small: str = Field(description="The same, at most 480 pixels wide and high.")
    width: int = Field(description="Of the full one, in pixels.")
    height: int

    model_config = shown_as(PHOTO)


class ContentOut(Told):
    id: Id
    product: str | None = Field(description="The shop's code; null where it is about the shop.")
    text: str
    name: str | None = Field(description="As the member wishes to be named; null where they do not.")
    photos: list[PhotoOut]
    verified_purchase: bool = Field(
        description="Whether an order of this product by this member is known, of the shop an order at all."
    )
    published_at: GivenMoment

    model_config = shown_as(CONTENT)


class ContentPage(Told):
    data: list[ContentOut]
    next: str | None = Field(description="`after` of the next page; null on the last.")

    model_config = shown_as({"data": [CONTENT], "next": None})


class SubmissionOut(Told):
    id: Id | None = Field(description="Null of a dry run.")
    member: Id
    product: str | None
    state: str = Field(description=f"One of {', '.join(Submission.State.values)}.")
    reason: str | None = Field(description="Why it was rejected, for the member.")
    points: int = Field(description="What was given for it and stands.")
    submitted_at: GivenMoment
    published_at: GivenMoment | None = Field(description="For the first time.")
    withdrawn_at: GivenMoment | None

    model_config = shown_as(SUBMISSION)


class ConsentTextOut(Told):
    language: str
    version: str
    text: str

    model_config = shown_as(TEXT)


class ContentTermsOut(Told):
    open: bool = Field(description="Whether members can submit something.")
    most_characters: int
    most_photos: int
    most_megabytes: int = Field(description="Of one photo; the body of a request holds 5 MB in all.")
    most_a_day: int = Field(description="Submissions of one member.")
    consent: list[ConsentTextOut] = Field(description="The texts in force. Show one of them, whole.")

    model_config = shown_as(
        {
            "open": True,
            "most_characters": 2000,
            "most_photos": 4,
            "most_megabytes": 8,
            "most_a_day": 5,
            "consent": [TEXT],
        }
    )


class ContentPaged(Paged):
    product: Annotated[
        Code | None, Field(max_length=80, description="Only of this product (the shop's code).", examples=["TEA-1"])
    ] = None


@reads(router, "/content", answer=ContentPage, summary="List published content")
def list_content(request: HttpRequest, query: Query[ContentPaged]) -> ContentPage:
    """What is published, the newest first, for the shop's pages. Of its author there is the name that they chose, and
    nothing else. What is withdrawn is gone from here at once: keep no copy for longer than a day."""
    rows = reading.with_proof(reading.published(request.auth.shop)).order_by("-published_at", "-pk")
    if query.product is not None:
        rows = rows.filter(product=query.product)
    if query.after is not None:
        rows = rows.filter(_after(*keyset.key_in(query.after, of="content", size=2)))
    found = list(rows[: query.limit + 1])
    page, more = found[: query.limit], found[query.limit :]
    end = keyset.cursor("content", keyset.micros(page[-1].published_at), page[-1].pk) if more else None
    return ContentPage(data=[content_out(each) for each in page], next=end)


@reads(router, "/content/terms", answer=ContentTermsOut, summary="Read what can be submitted")
def read_content_terms(request: HttpRequest) -> ContentTermsOut:
    """Whether members can submit something, how much, and what they have to agree to."""
    shop, now = request.auth.shop, timezone.now()
    return ContentTermsOut(
        open=terms.is_open(shop),
        most_characters=LONGEST_TEXT,
        most_photos=MOST_PHOTOS,
        most_megabytes=MOST_MEGABYTES,
        most_a_day=MOST_A_DAY,
        consent=[
            ConsentTextOut(language=each.language, version=each.version, text=each.text)
            for each in terms.texts(shop, now)
        ],
    )


@reads(router, "/content/{submission_id}", answer=SubmissionOut, summary="Read a submission")
def read_submission(request: HttpRequest, submission_id: PathId) -> SubmissionOut:
    """Where it stands, for its author: also before it is published."""
    return submission_out(submission_of(request.auth.shop, submission_id))


def submission_of(shop: Shop, submission_id: int) -> Submission:
    """Raises Problem."""
    rows = Submission.objects.select_related("programme__shop", "member")
    found = rows.filter(programme__shop=shop, pk=submission_id).first()
    if found is None:
        raise Problem(NOT_FOUND, "The shop has no such submission.")
    return found


def content_out(submission: Submission) -> ContentOut:
    return ContentOut(
        id=submission.pk,
        product=submission.product or None,
        text=submission.text,
        name=submission.shown_name or None,
        photos=[
            PhotoOut(
                full=photo_address(each.token, "full"),
                small=photo_address(each.token, "small"),
                width=each.width,
                height=each.height,
            )
            for each in submission.photos.all()
        ],
        verified_purchase=submission.is_verified,
        published_at=submission.published_at,
    )


def submission_out(submission: Submission, *, is_dry: bool = False) -> SubmissionOut:
    """is_dry: of what was undone; its number never was."""
    return SubmissionOut(
        id=None if is_dry else submission.pk,
        member=submission.member_id,
        product=submission.product or None,
        state=submission.state,
        reason=submission.reason or None,
        points=submission.points,
        submitted_at=submission.submitted_at,
        published_at=submission.published_at,
        withdrawn_at=submission.withdrawn_at,
    )


def photo_address(token: str, size: str) -> str:
    return settings.PUBLIC_URL + reverse("content_public_photo", args=[token, size])


def _after(micros: int, number: int) -> Q:
    moment: datetime = keyset.moment(micros)
    return Q(published_at__lt=moment) | Q(published_at=moment, pk__lt=number)
