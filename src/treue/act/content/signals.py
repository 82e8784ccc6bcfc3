"""What a moderator may want to look at twice: hints, never a decision. None of them stops anything by itself."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.act.content.models import Photo, Report, Submission
from treue.act.loyalty.wording import number

SHORT, LONG = 20, 1_200
LINK = re.compile(r"(?:https?://|www\.|\b[\w-]+\.(?:com|net|org|info|biz|shop|io|de|at|ch|eu|ru|cn)\b)", re.IGNORECASE)
EMAIL = re.compile(r"[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+\.\w{2,}", re.IGNORECASE)
PHONE = re.compile(r"(?<![\w.,])(?:\+|00?)[\d][\d\s/().-]{6,}\d(?![\w])")


def of(submission: Submission) -> list[str]:
    """In sentences."""
    return of_all([submission])[submission.pk]


def of_all(them: Sequence[Submission]) -> dict[int, list[str]]:
    """By the submission's number, in as few questions as for one."""
    same, again, reports = _same_texts(them), _with_photos_of_before(them), _reports(them)
    return {
        each.pk: [
            *_of_text(each.text),
            *_repeated(same.get(each.text_hash, 1) - 1),
            *([_("The same photo was submitted before.")] if each.pk in again else []),
            *_reported(reports.get(each.pk, 0)),
        ]
        for each in them
    }


def _of_text(text: str) -> Iterator[str]:
    if EMAIL.search(text):
        yield _("An e-mail address stands in the text.")
    if LINK.search(EMAIL.sub("", text)):
        yield _("A link stands in the text.")
    if PHONE.search(text):
        yield _("What looks like a telephone number stands in the text.")
    if text and len(text) < SHORT:
        yield _("The text is very short.")
    if len(text) > LONG:
        yield _("The text is very long.")


def _same_texts(them: Sequence[Submission]) -> dict[str, int]:
    """How many have a text, by its hash, which is another one in another programme."""
    hashes = {each.text_hash for each in them} - {""}
    programmes = {each.programme_id for each in them}
    rows = Submission.objects.filter(programme__in=programmes, text_hash__in=hashes)
    return dict(rows.order_by().values_list("text_hash").annotate(count=Count("pk")))


def _repeated(count: int) -> Iterator[str]:
    if count > 0:
        words = ngettext(
            "The same text was submitted %(count)s more time.",
            "The same text was submitted %(count)s more times.",
            count,
        )
        yield words % {"count": number(count)}


def _with_photos_of_before(them: Sequence[Submission]) -> set[int]:
    """Those of which a photo is there more than once, in them or in another one of the programme."""
    digests = {photo.digest for each in them for photo in each.photos.all()}
    rows = Photo.objects.filter(digest__in=digests)
    uses = Counter(rows.values_list("submission__programme", "digest"))
    return {each.pk for each in them if any(uses[each.programme_id, photo.digest] > 1 for photo in each.photos.all())}


def _reports(them: Sequence[Submission]) -> dict[int, int]:
    rows = Report.objects.filter(submission__in=[each.pk for each in them], is_open=True)
    return dict(rows.order_by().values_list("submission").annotate(count=Count("pk")))


def _reported(count: int) -> Iterator[str]:
    if count:
        words = ngettext("%(count)s person reported it.", "%(count)s people reported it.", count)
        yield words % {"count": number(count)}
