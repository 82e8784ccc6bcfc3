"""Content submitted, withdrawn and reported through the API."""

import base64
import binascii
from collections.abc import Callable
from typing import Annotated, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Status

from treue.act.content import moderating, submitting, withdrawing
from treue.act.content.api import SubmissionOut, router, submission_of, submission_out
from treue.act.content.api_refusing import said
from treue.act.content.errors import OtherText
from treue.act.content.models import LONGEST_REASON, LONGEST_TEXT, MOST_PHOTOS, Submission
from treue.act.content.submitting import Agreement, Draft
from treue.act.content.terms import LANGUAGES, PURPOSE
from treue.act.loyalty.models import Member
from treue.core.api.idempotency import IdempotencyKey
from treue.core.api.operations import writes
from treue.core.api.problems import INVALID, Problem, fault
from treue.core.api.values import Code, DryRun, Id, PathId, Taken, Text, shown_as
from treue.core.api.writing import written
from treue.core.customers.consent_proof import Proof
from treue.core.customers.models import ConsentRecord, ConsentText
from treue.core.shop.models import Shop

AGREED = {"version": "1", "language": "en"}
LONGEST_PHOTO = 5 << 20


class AgreedIn(Taken):
    """Which text the member was shown and said yes to."""

    version: Annotated[Code, Field(max_length=20)]
    language: Literal["de", "en"]

    model_config = shown_as(AGREED)


class SubmitContentIn(Taken):
    member: Id
    product: Annotated[Code | None, Field(max_length=80, description="The shop's code; null for the shop.")] = None
    text: Annotated[Text, Field(max_length=LONGEST_TEXT * 2)] = ""
    photos: Annotated[
        list[Annotated[str, Field(max_length=LONGEST_PHOTO)]],
        Field(max_length=MOST_PHOTOS, description="JPEG, PNG or WebP, each in Base64."),
    ] = Field(default_factory=list)
    name: Literal["first name", "initials", "none"] = Field("none", description="How the member wants to be named.")
    consent: AgreedIn
    dry_run: DryRun = False

    model_config = shown_as(
        {
            "member": 4711,
            "product": "TEA-1",
            "text": "It smells of hay, and the third infusion is the best.",
            "name": "none",
            "consent": AGREED,
        }
    )


class WithdrawContentIn(Taken):
    dry_run: DryRun = False

    model_config = shown_as({"dry_run": False})


class ReportContentIn(Taken):
    reason: Annotated[Code, Field(max_length=LONGEST_REASON, description="In the words of whoever reports it.")]
    dry_run: DryRun = False

    model_config = shown_as({"reason": "This is not a photo of this product."})


@writes(router.post, "/content", answers={201: SubmissionOut, 200: SubmissionOut}, summary="Submit content")
def submit_content(request: HttpRequest, idempotency_key: IdempotencyKey, body: SubmitContentIn) -> Status:
    """For a member, with their consent. It waits for a moderator; 409 with the reason. 200 for a dry run."""
    shop = request.auth.shop
    member = _member(shop, body.member)
    photos = [_decoded(each, place) for place, each in enumerate(body.photos)]
    draft = Draft(text=body.text, photos=photos, product=body.product or "", name=body.name)

    def submit(key: str) -> Submission:
        text = _text(shop, body.consent)
        proof = Proof(confirmed_at=timezone.now(), form=request.path)
        agreed = Agreement(text, ConsentRecord.Source.SHOP, proof)
        return submitting.submit(member=member, draft=draft, agreed=agreed, key=key, now=timezone.now())

    return _written(request, idempotency_key, submit, status=201, is_dry=body.dry_run)


@writes(router.post, "/content/{submission_id}/withdraw", answers={200: SubmissionOut}, summary="Withdraw a submission")
def withdraw_content(
    request: HttpRequest, submission_id: PathId, idempotency_key: IdempotencyKey, body: WithdrawContentIn
) -> Status:
    """It is shown no longer, and its text and photos are deleted. A second time changes nothing."""
    found = submission_of(request.auth.shop, submission_id)

    def withdraw(_key: str) -> Submission:
        return withdrawing.withdraw(submission=found, now=timezone.now(), source=ConsentRecord.Source.SHOP)

    return _written(request, idempotency_key, withdraw, status=200, is_dry=body.dry_run)


@writes(
    router.post, "/content/{submission_id}/report", answers={200: SubmissionOut}, summary="Report published content"
)
def report_content(
    request: HttpRequest, submission_id: PathId, idempotency_key: IdempotencyKey, body: ReportContentIn
) -> Status:
    """That a reader finds something wrong with it. A moderator looks at it; until then it stays. 409 where it is not
    published, or where enough reports of it wait."""
    found = submission_of(request.auth.shop, submission_id)

    def report(_key: str) -> Submission:
        moderating.report(submission=found, reason=body.reason, now=timezone.now())
        return found

    return _written(request, idempotency_key, report, status=200, is_dry=body.dry_run)


def _written(
    request: HttpRequest, idempotency_key: str, deed: Callable[[str], Submission], *, status: int, is_dry: bool
) -> Status:
    about = {"rows": Submission.objects.all(), "out": submission_out, "said": said}
    return written(request, idempotency_key, deed, **about, status=status, is_dry=is_dry)


def _member(shop: Shop, number: int) -> Member:
    rows = Member.everyone.select_related("programme__shop", "customer", "merged_into__programme__shop")
    found = rows.filter(programme__shop=shop, pk=number).first()
    if found is None:
        raise _invalid("member", "The shop has no such member")
    return found.merged_into or found


def _text(shop: Shop, agreed: AgreedIn) -> ConsentText:
    rows = ConsentText.objects.filter(shop=shop, purpose=PURPOSE, language__in=LANGUAGES)
    found = rows.filter(version=agreed.version, language=agreed.language).first()
    if found is None:
        raise OtherText
    return found


def _decoded(given: str, place: int) -> bytes:
    try:
        return base64.b64decode(given, validate=True)
    except (ValueError, binascii.Error) as error:
        raise _invalid(f"photos/{place}", "Write a photo in Base64") from error


def _invalid(place: str, detail: str) -> Problem:
    return Problem(INVALID, f"{detail}.", errors=[fault(f"body/{place}", detail)])
