"""Reckoning one member looks at their own journals and lots, however many others have."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.core.lake import buying
from treue.act.loyalty import awarding, membership
from treue.act.loyalty.models import Programme, RuleVersion
from treue.core.shop.models import Shop

JOINED = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
RULE = {"kind": "per_amount", "name": "euro", "points": 1, "amount": "1.00"}
OTHERS = [
    "insert into loyalty_journal (programme_id, member_id, kind, happened_at, key, request, reason, order_id)"
    " select %(programme)s, 1000 + mod(each, 2000), 1, now(), gen_random_uuid(), gen_random_uuid(), 'order', each + 9"
    " from generate_series(1, 20000) each",
    "insert into loyalty_lot (journal_id, member_id, state, granted, remaining, available_from)"
    " select id, member_id, 2, 10, 0, now() from loyalty_journal",
    "insert into loyalty_entry (journal_id, wallet, member_id, amount, balance, hash)"
    " select id, 1, member_id, 10, 10, '' from loyalty_journal",
]


@pytest.fixture
def others(programme: Programme) -> None:
    """Twenty thousand journals, without the triggers that would see that they are made up."""
    with connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = 'replica'")
        for statement in OTHERS:
            cursor.execute(statement, {"programme": programme.pk})
        cursor.execute("set local session_replication_role = 'origin'")
        cursor.execute("analyze loyalty_journal, loyalty_lot, loyalty_entry")


@pytest.mark.usefixtures("others")
def test_reckoning_a_member_reads_no_table_of_the_ledger_as_a_whole(shop: Shop, programme: Programme) -> None:
    document = {"format": 1, "currency": "EUR", "zone": "Europe/Berlin", "rules": [RULE]}
    RuleVersion.objects.create(programme=programme, valid_from=JOINED, document=document)
    anna = membership.join(programme=programme, customer=buying.customer(shop, "anna"), at=JOINED)[0]
    order = buying.order(anna.customer, amount=50)
    with CaptureQueriesContext(connection) as asked:
        awarding.reckon(anna, now=NOW)
        buying.refund(order, "2026-03-05 10:00", 10)
        awarding.reckon(anna, now=NOW)
    of_the_ledger = [
        each["sql"] for each in asked if 'FROM "loyalty_' in each["sql"] and " FOR UPDATE" not in each["sql"]
    ]
    assert len(of_the_ledger) > 5
    assert [each for each in of_the_ledger if "Seq Scan" in plan(each, "journal", "lot", "entry")] == []


def plan(statement: str, *tables: str) -> str:
    """The lines of a statement's plan that name one of these tables of the ledger."""
    with connection.cursor() as cursor:
        cursor.execute(f"explain {statement}")
        lines = [line for (line,) in cursor.fetchall()]
    return "\n".join(line for line in lines for table in tables if f" on loyalty_{table}" in line)
