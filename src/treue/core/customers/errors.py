"""What can stand in the way of erasing a person or of making two one, or be wrong with a consent."""

from datetime import datetime


class ErasureError(Exception):
    """Base of what can go wrong here."""


class AlreadyErased(ErasureError):
    """Somebody else was quicker. receipt_id: what they got for it."""

    def __init__(self, receipt_id: int) -> None:
        self.receipt_id = receipt_id
        super().__init__(receipt_id)


class NotThere(ErasureError):
    """The customer is gone without a receipt: with the import that brought them, or with their shop."""

    def __init__(self, customer_id: int) -> None:
        self.customer_id = customer_id
        super().__init__(customer_id)


class MergeError(Exception):
    """Base of what can stand in the way of merging two customers, or of undoing it."""


class NotMergeable(MergeError):
    """They are one already, of two shops, or one of them is gone."""

    def __init__(self, kept_id: int, absorbed_id: int) -> None:
        self.kept_id, self.absorbed_id = kept_id, absorbed_id
        super().__init__(kept_id, absorbed_id)


class NotMerged(MergeError):
    """Somebody else has undone it."""

    def __init__(self, merge_id: int) -> None:
        self.merge_id = merge_id
        super().__init__(merge_id)


class MergedSince(MergeError):
    """The kept customer was merged into another one since, and that must be undone first."""

    def __init__(self, into_id: int) -> None:
        self.into_id = into_id
        super().__init__(into_id)


class GivenUpByMember(Exception):
    """A program says an address in whose place the member has put another one in the portal. since: when."""

    def __init__(self, since: datetime) -> None:
        self.since = since
        super().__init__(since)


class ConsentError(Exception):
    """Base of what can be wrong with a consent, a text or a preference."""


class NotHappenedYet(ConsentError):
    """What lies ahead would outlast every withdrawal until then."""

    def __init__(self, happened_at: datetime) -> None:
        self.happened_at = happened_at
        super().__init__(happened_at)


class WithoutProof(ConsentError):
    """Neither the text that the person was shown is known, nor a note says where the proof lies."""


class WrongText(ConsentError):
    """The text is for another purpose, or another shop's."""

    def __init__(self, text_id: int, purpose: str) -> None:
        self.text_id, self.purpose = text_id, purpose
        super().__init__(text_id, purpose)


class NotARequest(ConsentError):
    """Only what waits for confirmation can be confirmed."""

    def __init__(self, record_id: int) -> None:
        self.record_id = record_id
        super().__init__(record_id)


class VersionTaken(ConsentError):
    """There is such a version of the purpose's text already, and texts are never changed."""

    def __init__(self, purpose: str, version: str) -> None:
        self.purpose, self.version = purpose, version
        super().__init__(purpose, version)


class TextInUse(ConsentError):
    """People agreed to this text, so it is part of the proof."""

    def __init__(self, purpose: str, version: str) -> None:
        self.purpose, self.version = purpose, version
        super().__init__(purpose, version)


class StaysErased(Exception):
    """A number is that of a person who was erased, and nothing is said that happened since."""
