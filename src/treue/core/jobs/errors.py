"""What can go wrong with a job. A face turns these into sentences."""


class JobError(Exception):
    """A failure that a person can understand: its class is the code, its attributes are the facts."""

    @property
    def facts(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if isinstance(value, str | int | float | list)}


class Cancelled(Exception):
    """Raised inside a job at its next sign of progress after a person asked to cancel it."""
