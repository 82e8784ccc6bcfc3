"""Formats as filters follow the active language, without a load tag."""

import pytest
from django.template import engines
from django.utils import translation


def printed(expression: str, **context: object) -> str:
    text = engines["django"].from_string("{{ " + expression + " }}").render(context)
    return text.replace("\N{NO-BREAK SPACE}", "·")


@pytest.mark.parametrize(
    ("expression", "german", "english"),
    [
        ("value|number", "1.234", "1,234"),
        ("value|number:2", "1.234,20", "1,234.20"),
        ("value|money:'EUR'", "1.234,20·€", "€1,234.20"),
        ("value|signed", "+1.234", "+1,234"),
        ("rate|rate", "96,2·%", "96.2%"),
        ("rate|rate:0", "96·%", "96%"),
        ("missing|rate", "–", "–"),
        ("nothing|number", "–", "–"),
    ],
)
def test_a_filter_prints_in_the_active_language(expression, german, english):
    values = {"value": 1234.2, "rate": 96.2, "nothing": None}
    with translation.override("de"):
        assert printed(expression, **values) == german
    with translation.override("en"):
        assert printed(expression, **values) == english
