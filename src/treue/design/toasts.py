"""A toast after an HTMX answer: what happened, and how to undo it."""

from typing import TypeVar

from django.http import HttpResponseBase
from django_htmx.http import trigger_client_event

Response = TypeVar("Response", bound=HttpResponseBase)


def toast(response: Response, text: str, *, kind: str = "good", undo_url: str = "") -> Response:
    """Let the page show `text` when this answer arrives. kind: "good", "info", "warn" or "bad" (which stays).
    undo_url: where a POST takes it back."""
    return trigger_client_event(response, "toast", {"text": text, "kind": kind, "undo": undo_url})
