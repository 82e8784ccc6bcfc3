"""Why content cannot be submitted, published or rejected. A face turns these into sentences."""

from datetime import datetime


class ContentError(Exception):
    """Its class is the reason, its attributes are the facts. Nothing was changed."""

    @property
    def facts(self) -> dict[str, object]:
        return dict(vars(self))


class Refusal(ContentError):
    """Why a member cannot submit it."""


class NotOpen(Refusal):
    """The shop does not ask for content now, or has no text of consent in force."""


class LeftProgramme(Refusal):
    """They were a member."""


class OtherText(Refusal):
    """They agreed to a text that is not the one in force."""


class UnknownProduct(Refusal):
    """The shop has no product of this code."""


class Empty(Refusal):
    """Neither a text nor a photo."""


class TextTooLong(Refusal):
    def __init__(self, length: int, most: int) -> None:
        self.length, self.most = length, most


class TooManyPhotos(Refusal):
    def __init__(self, most: int) -> None:
        self.most = most


class NoName(Refusal):
    """The shop knows no name of theirs that could be shown."""


class TooManyToday(Refusal):
    def __init__(self, most: int) -> None:
        self.most = most


class TooManyAtOnce(Refusal):
    """As many as a member can have standing."""

    def __init__(self, most: int) -> None:
        self.most = most


class PhotoRefused(Refusal):
    """place: which of the photos that were sent, from 1."""

    place = 1

    @property
    def facts(self) -> dict[str, object]:
        return {"place": self.place, **vars(self)}


class NoPhoto(PhotoRefused):
    """No JPEG, PNG or WebP, or a broken one."""


class FileTooLarge(PhotoRefused):
    def __init__(self, most_megabytes: int) -> None:
        self.most_megabytes = most_megabytes


class TooManyPixels(PhotoRefused):
    def __init__(self, most_megapixels: int) -> None:
        self.most_megapixels = most_megapixels


class TooSmall(PhotoRefused):
    def __init__(self, least_pixels: int) -> None:
        self.least_pixels = least_pixels


class Moving(PhotoRefused):
    """An animation."""


class KeyReused(ContentError):
    """The idempotency key came with another request before."""


class Withdrawn(ContentError):
    """Its author withdrew it, or the consent to publish anything."""


class DecidedMeanwhile(ContentError):
    """Somebody else was quicker. state: what it is now; by: who that was, "" where nobody knows any more."""

    def __init__(self, state: str, by: str, at: datetime | None) -> None:
        self.state, self.by, self.at = state, by, at


class WithoutReason(ContentError):
    """Whoever rejects says why."""


class NotPublished(ContentError):
    """Only what is published can be reported."""


class ReportedEnough(ContentError):
    """As many reports of it wait as anybody reads."""

    def __init__(self, most: int) -> None:
        self.most = most
