"""Moments that senders name."""

from datetime import UTC, datetime, timedelta

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST_AHEAD = timedelta(minutes=1)
SHORTEST = len("2026-11-28")


def parsed(said: str) -> datetime | None:
    """An ISO 8601 moment; one without an offset is UTC, as the libraries mean it. None where it is none."""
    if len(said) < SHORTEST:
        return None
    try:
        moment = datetime.fromisoformat(said)
        if moment.tzinfo is UTC:
            return moment
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
