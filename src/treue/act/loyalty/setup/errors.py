"""What can come between a draft and its publishing."""

from datetime import datetime

from treue.core.staff.models import User


class SetUpError(Exception):
    """Base of what can go wrong here."""


class ChangedMeanwhile(SetUpError):
    """Somebody changed the draft since the form was opened. revision: of the draft as it is now."""

    def __init__(self, by: User | None, at: datetime, revision: int) -> None:
        self.by, self.at, self.revision = by, at, revision
        super().__init__(revision)


class NothingToPublish(SetUpError):
    """No draft, or it was published already."""
