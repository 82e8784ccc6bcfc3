"""How far members come, month by month of joining: reckoned in one statement, kept once a day, shown in words."""

from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from members import Members, day

from tests.act.loyalty.setting_up_steps import client
from treue.act.loyalty.funnel import reading, reckoning, showing
from treue.act.loyalty.models import FunnelCohort, Member, Programme
from treue.act.loyalty.tasks import FUNNEL
from treue.core.customers.models import Customer
from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.core.shop.setup import ensure_shop

pytestmark = pytest.mark.django_db
NOW = day(40)
MAY, JUNE = datetime(2026, 5, 10, 12, tzinfo=UTC), datetime(2026, 6, 1, 12, tzinfo=UTC)


def joined(members: Members, name: str, at: datetime) -> int:
    member = members.add(name)
    Member.objects.filter(pk=member).update(joined_at=at, earns_from=at)
    return member


@pytest.fixture
def walked(members: Members) -> Programme:
    """Of May: one who redeemed twice, one who has points that are pending. Of June: one who could redeem, and one who
    only joined. One customer is no member."""
    anna, ben = joined(members, "anna", MAY), joined(members, "ben", MAY)
    carl, _dora = joined(members, "carl", JUNE), joined(members, "dora", JUNE)
    Customer.objects.create(shop=members.programme.shop, number="eve")
    members.earn(anna, 100, at=0)
    members.burn(anna, 10, at=2)
    members.burn(anna, 10, at=4)
    members.earn(ben, 50, at=1, pending=30)
    members.earn(carl, 20, at=3)
    return members.programme


def kept(programme: Programme, *, now: datetime = NOW) -> reading.Funnel:
    reckoning.keep(programme, now=now)
    found = reading.of(programme)
    assert found is not None
    return found


def test_each_step_is_counted_by_month_of_joining_and_as_a_whole(walked: Programme) -> None:
    found = kept(walked)
    assert (found.whole.customers, list(found.whole.counts.values())) == (5, [4, 3, 2, 1, 1])
    assert {f"{each.month:%m}": list(each.counts.values()) for each in found.cohorts} == {
        "06": [2, 1, 1, 0, 0],
        "05": [2, 2, 1, 1, 1],
    }
    assert found.whole.share("enrolled") == 4 / 5
    assert found.whole.share("could_redeem") == 2 / 3


def test_the_time_to_each_step_is_the_median_since_joining(walked: Programme) -> None:
    may = kept(walked).cohorts[1]
    assert may.days == {"earned": 22.5, "could_redeem": 22.0, "redeemed": 24.0, "redeemed_again": 26.0}
    assert kept(walked).cohorts[0].days["redeemed"] is None


def test_a_redemption_that_was_given_back_is_none(walked: Programme, members: Members) -> None:
    carl = Member.objects.get(number="carl").pk
    journal = members.burn(carl, 10, at=5)
    assert kept(walked).whole.counts["redeemed"] == 2
    members.give_back(journal, 10, at=6)
    assert kept(walked).whole.counts["redeemed"] == 1


def test_whoever_was_merged_counts_once_with_what_both_did(walked: Programme) -> None:
    dora, anna = (Member.objects.get(number=name) for name in ("dora", "anna"))
    Member.objects.filter(pk=anna.pk).update(merged_into=dora)
    found = kept(walked)
    assert list(found.whole.counts.values()) == [3, 3, 2, 1, 1]
    assert [each.counts["redeemed_again"] for each in found.cohorts] == [0, 1]  # since whoever joined first


def test_the_cheapest_reward_says_who_could_redeem(walked: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reckoning, "CHEAPEST", [lambda _programme: 60, lambda _programme: None])
    found = kept(walked)
    assert (found.least, found.whole.counts["could_redeem"]) == (60, 1)


def test_the_month_is_the_shops(members: Members) -> None:
    joined(members, "late", datetime(2026, 5, 31, 22, 30, tzinfo=UTC))  # in Berlin it is June
    assert [f"{each.month:%Y-%m}" for each in kept(members.programme).cohorts] == ["2026-06"]


def test_a_month_is_over_when_it_is_in_the_shops_zone(members: Members) -> None:
    """The night of Berlin begins at 22 o'clock UTC of the day before, and what it kept is shown all day."""
    joined(members, "late", datetime(2026, 5, 31, 12, tzinfo=UTC))
    found = kept(members.programme, now=datetime(2026, 5, 31, 22, 11, tzinfo=UTC))
    assert showing.cohorts(found).rows[0][0].cell.text.replace("\xa0", " ") == "May 2026"


def test_it_is_kept_once_a_day(walked: Programme) -> None:
    assert reckoning.keep_daily(walked, now=NOW)
    assert not reckoning.keep_daily(walked, now=NOW + timedelta(hours=2))
    assert reckoning.keep_daily(walked, now=NOW + timedelta(days=1))
    assert FunnelCohort.objects.filter(programme=walked).count() == 3


def test_however_many_members_there_are_it_is_one_statement(walked: Programme, members: Members) -> None:
    for number in range(20):
        members.earn(joined(members, f"more {number}", MAY), 10)
    with CaptureQueriesContext(connection) as told:
        reckoning.keep(walked, now=NOW)
    said = [each["sql"] for each in told if not each["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(said) <= 5, said
    reads, *writes = [each for each in said if "loyalty_entry" in each or "FOR NO KEY" in each or "INSERT" in each]
    assert "loyalty_entry" in reads, "what takes long comes before the first lock"
    assert "insert" not in reads.lower()
    assert not any("loyalty_entry" in each for each in writes)
    with CaptureQueriesContext(connection) as told:
        reading.of(walked)
    assert len(told) == 1


def test_no_join_of_it_goes_member_by_member(walked: Programme) -> None:
    """Every table is read once: on ten million entries a nested loop would be the end of it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local enable_nestloop = off")
        facts = {"programme": walked.pk, "shop": walked.shop_id, "zone": "Europe/Berlin", "least": 1}
        facts |= {"earn": 1, "points": 1, "pending": 2, "spent": 2}
        cursor.execute("explain " + reckoning.COHORTS, facts)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Nested Loop" not in plan
    assert "SubPlan" not in plan


def test_what_stands_out_is_said_and_too_few_are_called_so(walked: Programme) -> None:
    assert showing.sentence(kept(walked)) == "4 members so far: too few to say where they stop."
    counts = {"enrolled": 400, "earned": 300, "could_redeem": 290, "redeemed": 58, "redeemed_again": 20}
    FunnelCohort.objects.filter(month=None).update(customers=1_000, **counts)
    found = reading.of(walked)
    assert showing.sentence(found) == (
        "80.0% of the members who could redeem have not done so: this is where most of them stop."
    )
    assert "58 ÷ 290 = 20.0%" in showing.figures(found)[3].how.formula


def test_a_cohort_is_compared_with_the_one_before(walked: Programme) -> None:
    kept(walked)
    may = {"enrolled": 100, "earned": 80, "could_redeem": 60, "redeemed": 30, "redeemed_again": 10}
    june = may | {"earned": 90, "could_redeem": 72}
    for month, counts in (("2026-05-01", may), ("2026-06-01", june)):
        FunnelCohort.objects.filter(month=month).update(**counts)
    found = reading.of(walked)
    earned = showing.figures(found)[1].change
    assert (earned.arrow, earned.text, earned.verdict) == ("▲", "10.0\xa0percentage points", "good")
    assert "June 2026 against May 2026 (80.0%)" in earned.against.replace("\xa0", " ")
    row = [placed.cell.text.replace("\xa0", " ") for placed in showing.cohorts(found).rows[0]]
    assert row[:4] == ["June 2026", "100", "90 · 90% (+10)", "72 · 80% (+5)"]


def page(role: str = "manager", language: str = "en") -> str:
    answer = client(role, language).get(reverse("programme_funnel"))
    assert answer.status_code == 200
    return unescape(answer.content.decode()).replace("\xa0", " ")


def test_the_page_begins_empty_is_reckoned_on_request_and_can_be_saved() -> None:
    shop = ensure_shop()
    assert "Say what a purchase earns" in page()
    programme = Programme.objects.create(shop=shop, name="Tea Circle")
    assert "the first one comes tonight" in page("analyst")
    assert client("analyst").post(reverse("programme_funnel_again")).status_code == 403
    members = Members(programme)
    members.earn(members.add("anna"), 20)
    client().post(reverse("programme_funnel_again"))
    work.run(Job.objects.get(kind=FUNNEL).pk)
    shown = page()
    assert "1 member so far: too few to say where they stop." in shown
    assert "The only month so far; beside each number its share" in shown
    assert "Median days since joining" in shown
    german = page(language="de")
    assert "1 Mitglied bisher" in german
    assert "Bisher der einzige Monat; neben jeder Zahl ihr Anteil" in german
    answer = client("analyst").get(reverse("programme_funnel_csv"))
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("month,customers,enrolled,earned,could_redeem")
    assert lines[-1].startswith(",1,1,1,1,0,0")


def test_without_a_programme_there_is_nothing_to_save() -> None:
    assert client().get(reverse("programme_funnel_csv")).status_code == 404
    assert client().post(reverse("programme_funnel_again")).status_code == 404
