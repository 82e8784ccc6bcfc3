"""`treue source …`: make sources and see what they sent."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from report_runs import Run, run_treue

from treue.core.events.models import Source
from treue.core.shop.models import Shop
from treue.core.staff.models import AuditEntry
from treue.listen.tracking.keys import PREFIX, hashed
from treue.listen.tracking.models import Tally


@pytest.fixture
def treue_source(treue_import: object, monkeypatch: pytest.MonkeyPatch, capsys: object) -> Callable[..., Run]:
    """In the test's own database, in English unless asked otherwise."""

    def run(*arguments: object) -> Run:
        return run_treue(monkeypatch, capsys, "source", *arguments)

    return run


def test_it_prints_the_key_alone_and_keeps_its_hash(treue_source: Callable[..., Run]):
    run = treue_source("add", "Web shop", "--browser", "--limit", 50)
    source = Source.objects.get()
    assert (run.code, run.err) == (0, "")
    assert run.out == f"{run.out.strip()}\n"
    assert run.out.startswith(PREFIX)
    assert (source.name, source.kind, source.events_per_second) == ("Web shop", "browser", 50)
    assert source.key_hash == hashed(run.out.strip())
    assert run.out.strip()[-4:] == source.key_ending
    assert AuditEntry.objects.get().action == "source.added"


def test_a_browser_is_believed_about_orders_only_when_it_is_said(treue_source: Callable[..., Run]):
    treue_source("add", "Web shop", "--browser")
    treue_source("add", "Static shop", "--browser", "--believe-orders")
    told = dict(Source.objects.values_list("name", "believes_orders"))
    assert told == {"Web shop": False, "Static shop": True}
    run = treue_source("add", "till", "--believe-orders")
    assert (run.code, run.out) == (2, "")
    assert "only with --browser" in run.sentence


def test_a_name_stands_for_one_source(treue_source: Callable[..., Run]):
    assert treue_source("add", "till").code == 0
    again = treue_source("add", "till")
    assert (again.code, again.out) == (1, "")
    assert again.sentence == "There is a source “till” already. Give another name."
    assert treue_source("add", "files").code == 1


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_name_has_one_to_sixty_characters(treue_source: Callable[..., Run], name: str):
    assert treue_source("add", name).code == 2
    assert not Source.objects.exists()


def test_a_source_belongs_to_the_shop_that_is_named(treue_source: Callable[..., Run]):
    Shop.objects.create(name="Tea House")
    other = Shop.objects.create(name="Coffee House")
    assert treue_source("add", "till", "--shop", "Coffee House").code == 0
    assert Source.objects.get().shop == other
    assert treue_source("add", "till", "--shop", "Cocoa House").code == 1


def test_the_list_says_what_came_and_what_was_refused(treue_source: Callable[..., Run], installation: Path):
    treue_source("add", "till")
    now = datetime.now(UTC)
    for outcome, events in (("taken", 1_234), ("no_name", 5)):
        Tally.objects.create(source=Source.objects.get(), hour=now, outcome=outcome, slot=0, events=events, last_at=now)
    [told] = json.loads(treue_source("list", "--json").out)
    assert (told["name"], told["taken_in_24_hours"], told["refused_in_24_hours"]) == ("till", 1_234, 5)
    assert "1,234" in treue_source("list").out
    assert "1.234" in treue_source("list", "--language", "de").out
