"""Rules as JSON, the form in which a version is kept."""

import json
from collections.abc import Mapping

from pydantic import ValidationError

from treue.act.loyalty.earning.errors import Fault, RulesRefused
from treue.act.loyalty.earning.rules import KINDS, RuleSet

BOUNDS = ("ge", "gt", "le", "lt", "max_length", "min_length", "max_digits", "decimal_places", "expected", "pattern")


def read(document: Mapping[str, object] | str | bytes) -> RuleSet:
    """The rules in a document of `written`, or in its text.

    Money and factors are best given as text ("1.00"). A field that nobody knows is refused: it may be a known one,
    mistyped. Raises RulesRefused with the place of everything that is wrong.
    """
    text = document if isinstance(document, str | bytes) else json.dumps(document, default=str)
    try:
        return RuleSet.model_validate_json(text)
    except ValidationError as error:
        raise RulesRefused([_fault(each) for each in error.errors(include_url=False, include_input=False)]) from None


def written(rules: RuleSet) -> dict[str, object]:
    """All of it, what is left at its default too: a default of tomorrow must not change a rule of today."""
    return rules.model_dump(mode="json")


def _fault(error: Mapping) -> Fault:
    bounds = error.get("ctx", {})
    limit = next((str(bounds[name]) for name in BOUNDS if name in bounds), "")
    return Fault(_place(error["loc"]), error["type"], limit)


def _place(steps: tuple[int | str, ...]) -> str:
    """Without the kind that pydantic puts behind a rule's place."""
    in_rule = len(steps) > 2 and steps[0] == "rules" and steps[2] in KINDS
    return ".".join(str(each) for each in (steps[:2] + steps[3:] if in_rule else steps))
