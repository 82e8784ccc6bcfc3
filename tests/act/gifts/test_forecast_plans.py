"""What is ahead is found by whose day it is, however many others have joined and were given something."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.act.gifts import presents
from tests.act.gifts.presents import NOON, TODAY
from treue.act.gifts import expecting, who
from treue.act.gifts.models import Gift, Plan
from treue.act.loyalty.models import Member, Programme

OTHERS = [
    "insert into customers_customer (shop_id, number, name, email, phone, city, country, created_at, birthday)"
    " select %(shop)s, 'C-' || each, '', '', '', '', '', now(), date '1970-01-01' + mod(each * 7, 365)"
    " from generate_series(1, 30000) each",
    "insert into loyalty_member (programme_id, customer_id, joined_as, number, joined_at, earns_from)"
    " select %(programme)s, id, id, id::text, moment, moment from customers_customer,"
    " lateral (select timestamptz '2022-01-01' + mod(id * 11, 1460) * interval '1 day' as moment) m",
    "insert into gifts_gift (plan_id, member_id, day, year, state, cost, currency, given_at, problem, tries,"
    " request_hash) select %(plan)s, id, '2026-10-01', 2026, 'given', 1, 'EUR', now(), '', 0, '' from loyalty_member"
    " where mod(id, 2) = 0",
    "analyze customers_customer, loyalty_member, gifts_gift",
]


@pytest.fixture
def plans(programme: Programme) -> dict[str, Plan]:
    found = {each: presents.plan(programme, each) for each in ("birthday", "joining")}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local session_replication_role = 'replica'")
        about = {"shop": programme.shop_id, "programme": programme.pk, "plan": found["birthday"].pk}
        for statement in OTHERS:
            cursor.execute(statement, about)
    return found


@pytest.mark.parametrize(
    ("occasion", "index"), [("birthday", "customers_customer_birthday"), ("joining", "loyalty_member_joined")]
)
def test_the_forecast_reads_no_table_of_members_as_a_whole(plans: dict[str, Plan], occasion: str, index: str) -> None:
    """Where PostgreSQL takes an index: with thirty thousand members both ways cost it about the same."""
    with CaptureQueriesContext(connection) as asked:
        found = expecting.of(plans[occasion], TODAY)
    assert 0 < found.today < found.soon < 30_000 / 6
    (today, _soon) = (each["sql"] for each in asked if "COUNT" in each["sql"])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute(f"explain {today}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert (index in plan, "Seq Scan on loyalty_member" in plan) == (True, False), plan


def test_who_was_given_something_is_not_expected(plans: dict[str, Plan]) -> None:
    whole = expecting.of(plans["birthday"], TODAY)
    Gift.objects.all().delete()
    without = expecting.of(plans["birthday"], TODAY)
    assert (whole.today < without.today, whole.soon < without.soon) == (True, True)


def test_those_who_joined_on_a_day_are_found_year_by_year(plans: dict[str, Plan]) -> None:
    """As the calendar of the shop's zone has it."""
    found = who.with_a_day(plans["joining"], TODAY, TODAY, TODAY)
    zone = plans["joining"].programme.shop.tz
    wanted = {
        number
        for number, joined in Member.objects.values_list("pk", "joined_at")
        if (day := joined.astimezone(zone)).month == TODAY.month and day.day == TODAY.day and joined < NOON
    }
    assert set(found.values_list("pk", flat=True)) == wanted
    assert len(wanted) > 50
