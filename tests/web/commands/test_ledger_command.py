"""`treue ledger`, as a person or a script calls it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection, transaction
from report_runs import Run, run_treue

from treue.act.loyalty import ledger, membership
from treue.act.loyalty.ledger import Earning
from treue.act.loyalty.models import Journal, Programme, Seal
from treue.act.loyalty.wording import SENTENCES
from treue.core.customers.models import Customer
from treue.core.shop.models import Shop

NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def command(
    transactional_db: None, installation: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Run]:
    monkeypatch.setenv("DATABASE_URL", "the test's own")  # nothing is to be started
    monkeypatch.setenv("COLUMNS", "200")
    return lambda *arguments: run_treue(monkeypatch, capsys, "ledger", *arguments)


@pytest.fixture
def journal() -> int:
    shop = Shop.objects.create(name="Tea House")
    programme = Programme.objects.create(shop=shop, name="Tea Circle")
    customer = Customer.objects.create(shop=shop, number="1")
    member, _new = membership.join(programme=programme, customer=customer, at=NOW)
    return ledger.earn(programme, [Earning(member.pk, 100, "k", NOW, "order")])[0].journal


def test_a_ledger_that_is_well_ends_with_0(command: Callable[..., Run], journal: int) -> None:
    told = command("verify", "--language", "en")
    assert (told.code, told.out.count("✓")) == (0, len(SENTENCES))
    assert "Buchungen jedes Buchungssatzes" in command("verify", "--language", "de").out


def test_a_broken_rule_is_named_with_its_journal_and_ends_with_1(command: Callable[..., Run], journal: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("alter table loyalty_entry disable trigger user")
        cursor.execute("update loyalty_entry set amount = 101 where wallet = 1")
        cursor.execute("alter table loyalty_entry enable trigger user")
    told = command("verify", "--language", "en")
    assert told.code == 1
    assert f"✕ The entries of each journal sum to zero: not so in journals {journal}\n" in told.out
    found = json.loads(command("verify", "--json").out)
    assert (found["well"], found["rules"][0]["journals"]) == (False, [journal])


def test_the_root_is_printed_with_the_last_journal_that_it_covers(command: Callable[..., Run], journal: int) -> None:
    told = command("seal")
    root, through = told.out.split()
    assert (bytes.fromhex(root), int(through)) == (bytes(Seal.objects.get().root), journal)
    assert command("seal").out == told.out  # nothing came since
    assert Journal.objects.count() == 1


def test_without_a_programme_there_is_nothing_to_seal(command: Callable[..., Run]) -> None:
    told = command("seal", "--language", "en")
    assert (told.code, told.out) == (0, "")
    assert "There is nothing to seal yet." in told.err
