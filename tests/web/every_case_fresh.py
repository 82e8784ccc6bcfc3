"""Hooks for Schemathesis: what a program would do that it cannot know. Runs in a process of its own."""

import re
from random import random
from uuid import uuid4

import schemathesis

AS_ASKED_FOR = re.compile("[!-~]{1,200}")


@schemathesis.hook
def before_call(context: object, case: schemathesis.Case, kwargs: dict[str, object]) -> None:
    """A key that was possible becomes one that is new, and half of the invented cursors go."""
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and AS_ASKED_FOR.fullmatch(key):
        case.headers["Idempotency-Key"] = str(uuid4())
    if case.query and random() < 0.5:
        case.query.pop("after", None)
