"""What people do and what waits has a name in words, and none is shown by its code."""

import re
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext, override, pgettext

import treue
from treue.core.jobs import wording, work
from treue.core.staff.audit_wording import ACTIONS

SOURCES = sorted(Path(treue.__file__).parent.rglob("*.py"))
RECORDED = re.compile(r'\brecord\(\s*"([a-z]+\.[a-z_]+)"')


def test_every_deed_in_the_audit_log_has_its_words() -> None:
    import_module(settings.ROOT_URLCONF)  # as before any page: rooms name their deeds where these are done
    recorded = {action for path in SOURCES for action in RECORDED.findall(path.read_text(encoding="utf-8"))}
    assert "note.written" in recorded
    assert recorded - set(ACTIONS) == set()


def test_every_kind_of_work_has_its_name() -> None:
    assert "metrics.refresh" in work.KINDS
    assert {kind for kind in work.KINDS if not kind.startswith("test.")} - set(wording.KINDS) == set()


def test_german_counts_kunden_lists_the_kundschaft_and_erases_a_person() -> None:
    with override("de"):
        assert pgettext("the room", "Customers") == "Kundschaft"
        assert gettext("Customers") == "Kunden"
        assert gettext("Erased customers") == "Gelöschte Personen"
