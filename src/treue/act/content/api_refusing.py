"""What the API answers where content is refused, in words for programs' authors."""

from collections.abc import Callable
from typing import TypeVar

from treue.act.content import errors
from treue.act.content.models import Submission
from treue.act.loyalty.errors import NoSuchMember
from treue.act.vouchers.api_answers import facts_said, reason
from treue.core.api.problems import ERASED, KEY_REUSED, REFUSED, Problem, fault

T = TypeVar("T")
PHOTOS, TEXT = "body/photos", "body/text"
# What stands against it, and where.
DETAILS = {
    errors.NotOpen: ("body", "The shop asks for no content now, or has no text of consent in force."),
    errors.LeftProgramme: ("body/member", "They have left the programme."),
    errors.OtherText: ("body/consent", "This text is not in force. Show the one that is, and ask again."),
    errors.UnknownProduct: ("body/product", "The shop has no product of this code."),
    errors.Empty: (TEXT, "There is neither a text nor a photo."),
    errors.TextTooLong: (TEXT, "The text is too long."),
    errors.TooManyPhotos: (PHOTOS, "There are too many photos."),
    errors.NoName: ("body/name", "The shop knows no name of the member."),
    errors.TooManyToday: ("body/member", "The member has submitted as much as is taken in a day."),
    errors.TooManyAtOnce: ("body/member", "The member has as much standing as one can have."),
    errors.NoPhoto: (PHOTOS, "It is no JPEG, PNG or WebP, or a broken one."),
    errors.FileTooLarge: (PHOTOS, "The file is too large."),
    errors.TooManyPixels: (PHOTOS, "It has too many pixels."),
    errors.TooSmall: (PHOTOS, "It has too few pixels."),
    errors.Moving: (PHOTOS, "It is an animation."),
    errors.NotPublished: ("path/submission_id", "It is not published."),
    errors.ReportedEnough: ("path/submission_id", "As many reports of it wait as anybody reads."),
}


def said(deed: Callable[[], T]) -> T:
    """Do it; whatever this room refuses is a Problem."""
    try:
        return deed()
    except errors.KeyReused as error:
        raise Problem(KEY_REUSED) from error
    except (NoSuchMember, Submission.DoesNotExist) as error:
        raise Problem(ERASED) from error
    except tuple(DETAILS) as error:
        place, detail = DETAILS[type(error)]
        about = {"reason": reason(error), "facts": facts_said(error)}
        raise Problem(REFUSED, detail, errors=[fault(place, detail, **about)]) from error
