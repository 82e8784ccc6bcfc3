"""The style sheets in their order: tokens first, print last. One file per component."""

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "static" / "treue" / "css"
NAMES = (
    "tokens",
    "base",
    "shell",
    "rail",
    "menu",
    "panel",
    "morning",
    "figure",
    "chart",
    "heat",
    "findings",
    "button",
    "field",
    "filters",
    "badge",
    "table",
    "kv",
    "code",
    "notice",
    "progress",
    "toast",
    "dialog",
    "tabs",
    "jump",
    "timeline",
    "points",
    "voucher",
    "rewards",
    "photos",
    "portal",
    "print",
)
STYLESHEETS = tuple(f"treue/css/{name}.css" for name in NAMES)


@cache
def standalone_css() -> str:
    """All of them as one text, for a report that is a single file. Nothing in it refers to another file."""
    return "\n".join((FOLDER / f"{name}.css").read_text(encoding="utf-8") for name in NAMES)
