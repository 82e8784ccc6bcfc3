"""What the processes write to standard error: plainly for people, or as JSON for a collector (`TREUE_LOG=json`).

A log is kept by other rules than the database, and by other people; so nothing personal goes into it. Errors are told
by their kind and place: their words may quote what they were about. An address is told by its view's name. Whoever asks
for `TREUE_LOG=DEBUG` gets everything, words and all.

Without Django, whose settings are made with it.
"""

import json
import logging
import os
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime

request_id: ContextVar[str] = ContextVar("request_id", default="")

FACTS = ("view", "method", "status", "duration_ms")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
# Of other packages' messages only the pattern is told, unless they are known to speak of machines and never of people.
OF_MACHINES = ("treue", "psycopg", "uvicorn", "procrastinate")


def is_debugging() -> bool:
    return "DEBUG" in _asked_for()


def configuration() -> dict[str, object]:
    """Django's LOGGING, by `TREUE_LOG`: `json`, a level, or both (`json,INFO`)."""
    asked = _asked_for()
    level = next((word for word in asked if word in LEVELS), None)
    is_json = "JSON" in asked
    form = "Structured" if is_json else "Open" if level == "DEBUG" else "Plain"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"told": {"()": f"{__name__}.{form}"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "told"}},
        "root": {"handlers": ["stderr"], "level": level or "WARNING"},
        "loggers": {
            "treue": {"level": level or ("INFO" if is_json else "WARNING")},
            # Whoever asks for what is not theirs gets a page; with a traceback each they would bury what is broken.
            "django.request": {"level": "ERROR"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
        },
    }


def _asked_for() -> list[str]:
    return os.environ.get("TREUE_LOG", "").upper().replace(",", " ").split()


class Discreet(logging.Formatter):
    """What is common to the ways in which a record is told."""

    def words(self, record: logging.LogRecord) -> str:
        """The message, without what it was about where that may be a person."""
        package = record.name.partition(".")[0]
        text = record.getMessage() if package in OF_MACHINES else str(record.msg)
        if record.name == "django.request" and record.args:
            text = str(record.args[0])  # what follows is the address
        return text.strip().partition("\n")[0]

    def facts(self, record: logging.LogRecord) -> dict[str, object]:
        found = {name: getattr(record, name) for name in FACTS if hasattr(record, name)}
        match = getattr(getattr(record, "request", None), "resolver_match", None)
        if match:
            found["view"] = match.view_name
        number = request_id.get()
        return ({"request_id": number} if number else {}) | found


class Plain(Discreet):
    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created).astimezone()
        said = f"{moment:%Y-%m-%d %H:%M:%S} {record.levelname} {record.name}: {self.words(record)}"
        facts = "".join(f" {name}={value}" for name, value in self.facts(record).items())
        error = record.exc_info[1] if record.exc_info else None
        return "\n".join([said + facts, *_trace(error), *(f"  {kind}" for kind in _kinds(error))])


class Structured(Discreet):
    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        told = {"time": moment, "level": record.levelname, "logger": record.name, "message": self.words(record)}
        told |= self.facts(record)
        if record.exc_info and record.exc_info[1]:
            told |= {"error": list(_kinds(record.exc_info[1])), "trace": list(_trace(record.exc_info[1]))}
        return json.dumps(told, ensure_ascii=False)


class Open(logging.Formatter):
    """Everything, for who looks for a fault."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")


def _kinds(error: BaseException | None) -> Iterator[str]:
    """The kinds of an error and of those that it came from, the latest first; a database's with its code and rule."""
    while error is not None:
        rule = getattr(getattr(error, "diag", None), "constraint_name", None)
        parts = (type(error).__qualname__, getattr(error, "sqlstate", None), rule)
        yield " ".join(filter(None, parts))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _trace(error: BaseException | None) -> Iterator[str]:
    """Where an error was raised: a line for each call, the innermost last."""
    for frame in traceback.extract_tb(error.__traceback__ if error else None):
        yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
