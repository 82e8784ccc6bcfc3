"""What a source told of an event, flat and ready to print."""

from collections.abc import Iterable, Iterator, Mapping

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from treue.design import formats

MOST_FACTS, LONGEST_FACT = 60, 300


def told(facts: object) -> list[tuple[str, str]]:
    """("products 1 name", "Assam") and so on; of very much the first part."""
    pairs = list(_flat(facts))
    more = len(pairs) - MOST_FACTS
    if more <= 0:
        return pairs
    said = ngettext("%(number)s more fact", "%(number)s more facts", more)
    return [*pairs[:MOST_FACTS], ("…", said % {"number": formats.number(more, (get_language() or "en")[:2])})]


def _flat(facts: object, path: str = "") -> Iterator[tuple[str, str]]:
    for name, value in _parts(facts):
        here = f"{path} {name}".strip()
        if isinstance(value, Mapping | list):
            yield from _flat(value, here)
        else:
            yield here[:LONGEST_FACT], _printed(value)


def _parts(facts: object) -> Iterable[tuple[object, object]]:
    return facts.items() if isinstance(facts, Mapping) else enumerate(facts, start=1)


def _printed(value: object) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None or value == "":
        return formats.NOTHING
    text = str(value)
    return text if len(text) <= LONGEST_FACT else text[: LONGEST_FACT - 1] + "…"
