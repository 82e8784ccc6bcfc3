"""German is complete, and whatever a person may read is found by the collecting."""

from pathlib import Path

import pytest
from django.utils import translation
from django.utils.translation import gettext, ngettext, pgettext

from treue.web import translations

PYTHON = """
from django.utils.translation import gettext as _, gettext_lazy, ngettext, npgettext, pgettext_lazy
LABEL = gettext_lazy("Whole sentence "
                     "in two pieces")
HEAD = pgettext_lazy("of a table", "Head")
def texts(n):
    return _("Hello %(name)s"), ngettext("%(n)s day", "%(n)s days", n), npgettext("of a coin", "Head", "Heads", n)
"""
TEMPLATE = """{% load i18n %}
<c-panel title="{% translate 'In an attribute' %}">{% translate "Kept for later" as later %}{{ later }}
{% blocktranslate trimmed with name=person.name %}
  Good morning,
  {{ name }}
{% endblocktranslate %}
{% blocktranslate count number=n %}{{ number }} row{% plural %}{{ number }} rows{% endblocktranslate %}
{% translate "Back" context "of a coin" %}{{ value|default:_("Nothing") }}
{% comment %}{% translate "Not shown" %}{% endcomment %} gettext("Not ours")
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "static").mkdir()
    (tmp_path / "greeting.py").write_text(PYTHON)
    (tmp_path / "templates" / "page.html").write_text(TEMPLATE)
    (tmp_path / "static" / "page.html").write_text('{% load i18n %}{% translate "No template" %}')
    return tmp_path


def found(package: Path) -> set[tuple[object, str | None]]:
    return {(message.id, message.context) for message in translations.collect(package) if message.id}


def test_every_sentence_of_treue_has_its_german() -> None:
    assert translations.problems() == []


def test_sentences_plurals_and_contexts_are_found_in_python_and_in_templates(package: Path) -> None:
    assert found(package) == {
        ("Whole sentence in two pieces", None),
        ("Hello %(name)s", None),
        (("%(n)s day", "%(n)s days"), None),
        ("Head", "of a table"),
        (("Head", "Heads"), "of a coin"),
        ("In an attribute", None),
        ("Kept for later", None),
        ("Good morning, %(name)s", None),
        (("%(number)s row", "%(number)s rows"), None),
        ("Back", "of a coin"),
        ("Nothing", None),
    }


def test_a_sentence_says_where_it_stands_and_whether_it_holds_placeholders(package: Path) -> None:
    message = translations.collect(package)["Good morning, %(name)s"]
    assert [place for place, _line in message.locations] == ["templates/page.html"]
    assert message.python_format


@pytest.mark.parametrize(
    ("source", "german", "fault"),
    [
        ("Plain", "Schlicht", None),
        ("Plain", "", "not translated"),
        ("Hello %(name)s", "Hallo %(nam)s", "wrong placeholders"),
        ("{part} of {whole}", "{part} von {ganz}", "wrong placeholders"),
        (("%(n)s day", "%(n)s days"), ("Ein Tag", "%(n)s Tage"), None),
        (("%(n)s day", "%(n)s days"), ("%(n)s Tag", ""), "not translated"),
        (("%(n)s day", "%(n)s days"), ("%(n)s Tag", "Tage"), "wrong placeholders"),
    ],
)
def test_a_wrong_translation_is_told(source: object, german: object, fault: str | None) -> None:
    catalog = translations.German()
    message = catalog.add(source, german)
    faults = [text.split(" (")[0] for text in translations.faults(message, catalog)]
    assert set(faults) == ({fault} if fault else set())


def test_the_catalogue_names_no_person_no_day_and_no_tool() -> None:
    header = translations.PO.read_text(encoding="utf-8").split("#:")[0]
    assert "charset=UTF-8" in header
    assert not any(word in header for word in ("@", "Date", "Generated", "fuzzy"))


def test_german_pages_get_german_words() -> None:
    with translation.override("de"):
        assert gettext("Customer retention rate") == "Kundenbindungsrate"
        assert ngettext("%(count)s order", "%(count)s orders", 1) == "%(count)s Bestellung"
        assert pgettext("a quarter, inside a sentence", "since %(period)s") == "seit dem %(period)s"
