"""Consents in words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from treue.core.customers.models import Channel, ConsentRecord, Purpose
from treue.core.staff.audit_facts import word_values
from treue.core.staff.audit_wording import name_actions

LANGUAGES = {"de": _("German"), "en": _("English")}

name_actions(
    {
        "consent.given": _("Recorded a consent"),
        "consent.requested": _("Recorded a consent that waits for confirmation"),
        "consent.withdrawn": _("Withdrew a consent"),
        "consent.text_added": _("Entered a consent text"),
        "consent.text_removed": _("Removed a consent text"),
        "consent.rules_changed": _("Changed which consents need a confirmation"),
        "preferences.changed": _("Changed a customer's preferences"),
    }
)


def purpose_name(purpose: str) -> str:
    """A known purpose in words; a shop's own is its own word."""
    return _label(dict(Purpose.choices), purpose)


def channel_name(channel: str) -> str:
    return _label(dict(Channel.choices), channel)


def source_name(source: str) -> str:
    return _label(dict(ConsentRecord.Source.choices), source)


def kind_name(kind: str) -> str:
    return _label(dict(ConsentRecord.Kind.choices), kind)


def language_name(language: str) -> str:
    return _label(LANGUAGES, language)


def _label(labels: Mapping[str, Promise | str], value: str) -> str:
    return str(labels.get(value, value))


word_values("purpose", purpose_name)
word_values("channel", channel_name)
word_values("confirmed", channel_name)
word_values("languages", language_name)
