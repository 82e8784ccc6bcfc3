"""Who gets a gift on which day, and that it is once."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from tests.act.gifts.presents import (
    BORN,
    JOINED,
    NOON,
    TODAY,
    at,
    born_on,
    broken,
    days_given,
    member,
    night,
    nights_between,
    plan,
    points,
    voucher_plan,
)
from tests.act.rewards import treats
from tests.act.vouchers import giving as vouchers
from treue.act.gifts import drawing, errors, expecting, finding, giving, nights, plans
from treue.act.gifts.models import Draw, Gift, Plan
from treue.act.loyalty import membership
from treue.act.loyalty.models import Lot, Member, Programme
from treue.act.vouchers.models import Code
from treue.core.customers import consent, erasure, merging
from treue.core.events.models import Event
from treue.core.jobs.work import Silent

DAY = timedelta(days=1)


def test_on_the_birthday_points_come_once_with_their_own_end(programme: Programme) -> None:
    anna, _ben = member(programme), member(programme, "ben", born=date(1990, 11, 30))
    plan(programme)
    assert night(programme) == {"given": 1}
    assert night(programme) == {"given": 0}
    assert (points(anna), days_given(anna), broken()) == (100, [TODAY], [])
    lot = Lot.objects.get()
    assert lot.expires_at == datetime(2026, 12, 29, 23, tzinfo=UTC)  # the midnight after the 30th day, in Berlin
    told = Event.objects.get(name="Gift Given")
    assert told.person == anna.customer_id
    assert told.facts["points"] == 100
    assert told.facts["occasion"] == "birthday"
    assert Event.objects.filter(name="Points Earned").count() == 1


def test_a_voucher_is_theirs_alone_and_the_log_has_no_code(programme: Programme) -> None:
    anna = member(programme)
    of = voucher_plan(programme)
    night(programme)
    gift, code = Gift.objects.get(), Code.objects.get()
    assert (gift.code, code.customer_id, gift.points, points(anna)) == (code, anna.customer_id, None, 0)
    told = Event.objects.get(name="Gift Given").facts
    assert told["campaign"] == {"name": of.campaign.name}
    assert code.text not in str(told)


def test_the_day_is_that_of_the_shop(programme: Programme) -> None:
    """At 23:30 in UTC it is tomorrow in Berlin, in winter and in summer."""
    anna, ben = member(programme), member(programme, "ben", born=date(1990, 7, 2))
    plan(programme)
    nights.pass_through(programme.shop_id, Silent(), now=datetime(2026, 11, 28, 22, 59, tzinfo=UTC))
    assert points(anna) == 0
    nights.pass_through(programme.shop_id, Silent(), now=datetime(2026, 11, 28, 23, 0, tzinfo=UTC))
    assert points(anna) == 100
    nights.pass_through(programme.shop_id, Silent(), now=datetime(2027, 7, 1, 21, 59, tzinfo=UTC))
    assert points(ben) == 0
    nights.pass_through(programme.shop_id, Silent(), now=datetime(2027, 7, 1, 22, 0, tzinfo=UTC))
    assert points(ben) == 100


@pytest.mark.parametrize(
    ("born", "hours"), [(date(1990, 3, 28), 23), (date(1990, 10, 25), 25)], ids=["23 hours", "25 hours"]
)
def test_a_day_on_which_clocks_change_is_one_day(programme: Programme, born: date, hours: int) -> None:
    anna = member(programme, born=born)
    plan(programme, lasts_days=1)
    day = born.replace(year=2027 if hours == 23 else 2026)
    begin = datetime(day.year, day.month, day.day, tzinfo=programme.shop.tz).astimezone(UTC)
    for moment in (begin - DAY / 24, begin, begin + timedelta(hours=hours) - DAY / 1440):
        nights.pass_through(programme.shop_id, Silent(), now=moment)
        assert points(anna) == (0 if moment < begin else 100)
    end = begin + timedelta(hours=hours) + DAY
    assert Lot.objects.get().expires_at == end


def test_29_february_is_kept_on_the_28th_in_other_years(programme: Programme) -> None:
    anna = member(programme, born=date(1992, 2, 29), joined=datetime(2024, 2, 29, 12, tzinfo=UTC))
    plan(programme)
    plan(programme, "joining")
    for year in (2026, 2027, 2028):
        nights_between(programme, date(year, 2, 26), date(year, 3, 3))
    twice = [date(2026, 2, 28), date(2027, 2, 28), date(2028, 2, 29)]
    assert days_given(anna) == sorted(twice * 2)


def test_an_anniversary_of_joining_is_none_on_the_day_itself(programme: Programme) -> None:
    anna, new = member(programme), member(programme, "new", joined=at(date(2026, 6, 15)))
    plan(programme, "joining")
    night(programme, date(2026, 6, 15))
    assert (days_given(anna), days_given(new)) == ([date(2026, 6, 15)], [])
    night(programme, date(2027, 6, 15))
    assert days_given(new) == [date(2027, 6, 15)]


def test_nights_without_a_server_are_caught_up_for_days_and_not_for_months(programme: Programme) -> None:
    for number, day in enumerate((24, 23)):
        member(programme, f"m{number}", born=date(1990, 11, day))
    member(programme, "long ago", born=date(1990, 8, 1))
    plan(programme)
    assert night(programme) == {"given": 1}
    assert Gift.objects.get().member.customer.number == "m0"


def test_a_plan_does_not_reach_back_before_its_first_day_nor_beyond_its_last(programme: Programme) -> None:
    member(programme, born=date(1990, 11, 27))
    member(programme, "late", born=date(1990, 12, 2))
    plan(programme, valid_from=date(2026, 11, 28), valid_until=date(2026, 12, 1))
    nights_between(programme, TODAY, date(2026, 12, 6))
    assert Gift.objects.count() == 0


def test_it_can_come_days_before(programme: Programme) -> None:
    anna = member(programme, born=date(1990, 1, 3))
    plan(programme, days_before=7)
    night(programme, date(2026, 12, 26))
    assert points(anna) == 0
    night(programme, date(2026, 12, 27))
    assert days_given(anna) == [date(2027, 1, 3)]
    nights_between(programme, date(2026, 12, 28), date(2027, 1, 5))
    assert points(anna) == 100


def test_a_birthday_moved_taken_out_or_entered_anew_gives_no_second_gift_in_the_year(programme: Programme) -> None:
    anna = member(programme, born=date(1990, 5, 10))
    plan(programme)
    night(programme, date(2026, 5, 10))
    for said in (date(1990, 12, 1), None, date(1990, 12, 3), date(1990, 2, 1)):
        born_on(anna, said)
        day = said.replace(year=2027 if said.month < 5 else 2026) if said else date(2026, 12, 2)
        night(programme, day)
    assert days_given(anna) == [date(2026, 5, 10)]
    born_on(anna, date(1990, 5, 1))
    nights_between(programme, date(2027, 4, 28), date(2027, 5, 15))
    assert days_given(anna) == [date(2026, 5, 10), date(2027, 5, 10)]


def test_of_two_who_are_merged_one_gift_counts(programme: Programme) -> None:
    anna, double = member(programme), member(programme, "double", born=date(1990, 12, 5))
    plan(programme)
    night(programme)
    merging.merge(kept=double.customer, absorbed=anna.customer, by=None)
    night(programme, date(2026, 12, 5))
    assert Gift.objects.filter(state="given").count() == 1
    assert points(Member.objects.get(customer=double.customer)) == 100


def test_what_waits_for_both_of_two_who_are_merged_is_given_once(programme: Programme) -> None:
    anna, double = member(programme), member(programme, "double")
    of = plan(programme)
    finding.find(of, today=TODAY, now=NOON)
    merging.merge(kept=anna.customer, absorbed=double.customer, by=None)
    assert night(programme) == {"given": 1}
    assert (Gift.objects.count(), points(anna)) == (1, 100)


def test_who_left_was_erased_or_refused_gets_nothing(programme: Programme) -> None:
    left, erased, refused, silent = (member(programme, name) for name in ("left", "erased", "refused", "silent"))
    of = plan(programme)
    finding.find(of, today=TODAY, now=NOON)
    membership.leave(member=left, at=NOON)
    erasure.erase(customer=erased.customer, by=None)
    about = {"purpose": "loyalty", "channel": "none", "source": "form"}
    consent.withdraw(customer=refused.customer, happened_at=NOON, **about)
    assert night(programme) == {"given": 1}
    assert Gift.objects.get().member == silent
    assert night(programme, TODAY + DAY) == {"given": 0}
    assert Gift.objects.count() == 1


def test_a_plan_is_for_a_tier_and_those_above_it(programme: Programme) -> None:
    treats.tiers(programme)
    anna, ben = member(programme), member(programme, "ben")
    Member.objects.filter(pk=anna.pk).update(tier="gold")
    Member.objects.filter(pk=ben.pk).update(tier="silver")
    plan(programme, lowest_tier="gold")
    assert night(programme) == {"given": 1}
    assert (points(anna), points(ben)) == (100, 0)


def test_a_plan_for_a_tier_that_is_gone_is_for_nobody(programme: Programme) -> None:
    member(programme)
    plan(programme, lowest_tier="platinum")
    assert night(programme) == {"given": 0}


def test_the_budget_and_the_number_end_it_and_what_waits_comes_when_there_is_more(programme: Programme) -> None:
    for number in range(4):
        member(programme, f"m{number}")
    of = plan(programme, most_gifts=3, budget=Decimal(2))
    assert night(programme) == {"given": 2}
    of.refresh_from_db()
    assert (of.given, of.spent) == (2, 2)
    assert set(Gift.objects.filter(state="waiting").values_list("problem", "tries")) == {("UsedUp", 1)}
    terms = plans.Terms(**{name: getattr(of, name) for name in plans.Terms.__dataclass_fields__} | {"budget": None})
    plans.change(plan=of, terms=terms, by=None)
    assert night(programme, TODAY + DAY) == {"given": 1}
    assert night(programme, TODAY + 9 * DAY) == {"given": 0}


def test_what_waited_is_given_by_the_terms_of_now(programme: Programme) -> None:
    member(programme)
    of = plan(programme, budget=Decimal("0.50"))
    assert night(programme) == {"given": 0}
    now = {name: getattr(of, name) for name in plans.Terms.__dataclass_fields__}
    now |= {"points": None, "lasts_days": None, "campaign": vouchers.campaign(programme.shop)}
    plans.change(plan=of, terms=plans.Terms(**(now | {"cost": Decimal(3), "budget": Decimal(5)})), by=None)
    assert night(programme, TODAY + DAY) == {"given": 1}
    given = Gift.objects.get()
    assert (given.points, given.journal, given.cost) == (None, None, Decimal(3))
    assert given.code is not None
    of.refresh_from_db()
    assert of.spent == Decimal(3)
    assert "campaign" in Event.objects.get(name="Gift Given").facts


def test_one_who_cannot_have_it_keeps_nobody_from_theirs_and_is_named(
    programme: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, ben = member(programme), member(programme, "ben")
    plan(programme)
    earn = giving.ledger.earn

    def fails_for_anna(of: Programme, earnings: list) -> list:
        if earnings[0].member == anna.pk:
            raise RuntimeError
        return earn(of, earnings)

    with monkeypatch.context() as patched:
        patched.setattr(giving.ledger, "earn", fails_for_anna)
        with pytest.raises(errors.SomeFailed) as failed:
            night(programme)
    assert (failed.value.count, failed.value.plans) == (1, ["Plan 1"])
    assert (points(anna), points(ben)) == (0, 100)
    assert Gift.objects.get(member=anna).problem == "RuntimeError"
    assert night(programme, TODAY + DAY) == {"given": 1}
    assert (points(anna), Gift.objects.get(member=anna).problem) == (100, "")


def test_a_stopped_plan_gives_nothing_until_it_goes_on(programme: Programme) -> None:
    anna = member(programme)
    of = plan(programme)
    finding.find(of, today=TODAY, now=NOON)
    assert plans.stop(plan=of, by=None)
    assert not plans.stop(plan=of, by=None)
    assert night(programme) == {"given": 0}
    assert giving.give(Gift.objects.get().pk, now=NOON) is None
    plans.resume(plan=of, by=None)
    night(programme, TODAY + DAY)
    assert points(anna) == 100


def test_a_surprise_is_drawn_once_by_a_seed_that_can_be_reckoned_anew(programme: Programme) -> None:
    them = [member(programme, f"m{number}") for number in range(9)]
    plan(programme, "surprise", winners=3)
    assert night(programme) == {"given": 3}
    assert night(programme) == {"given": 0}
    draw = Draw.objects.get()
    numbers = [each.pk for each in them]
    assert (draw.candidates, draw.fingerprint) == (9, drawing.fingerprint(numbers))
    chosen = set(Gift.objects.values_list("member", flat=True))
    assert chosen == set(drawing.choose(draw.seed, numbers, 3))


def test_a_monthly_surprise_is_nobodys_twice_within_its_months(programme: Programme) -> None:
    for number in range(5):
        member(programme, f"m{number}")
    plan(programme, "surprise", first_draw=date(2026, 8, 31), is_monthly=True, months_apart=2)
    nights_between(programme, date(2026, 8, 30), date(2026, 12, 2))
    days = [date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 31), date(2026, 11, 30)]
    assert list(Draw.objects.order_by("day").values_list("day", flat=True)) == days
    drawn = [set(Gift.objects.filter(day=day).values_list("member", flat=True)) for day in days]
    assert [len(each) for each in drawn] == [2, 2, 2, 2]
    assert all(not before & later for before, later in pairwise(drawn))
    assert [each.candidates for each in Draw.objects.order_by("day")] == [5, 3, 3, 3]


def test_what_is_expected_is_what_comes(programme: Programme) -> None:
    for number in range(40):
        member(programme, f"m{number}", born=BORN + number * DAY)
    of = plan(programme, cost=Decimal("2.50"))
    found = expecting.of(of, TODAY)
    assert (found.today, found.soon, found.cost) == (1, 30, Decimal("75.00"))
    nights_between(programme, TODAY, TODAY + 29 * DAY)
    assert Gift.objects.count() == 30
    assert expecting.of(Plan.objects.get(), TODAY + 29 * DAY).today == 0
    surprise = plan(programme, "surprise", winners=7, is_monthly=True)
    assert expecting.of(surprise, TODAY).soon == 7
    limited = plan(programme, most_gifts=3)
    assert expecting.of(limited, TODAY).soon == 3
    new = plan(programme, "joining", valid_from=JOINED.date())
    assert expecting.of(new, date(2027, 6, 10)).soon == 40


def test_a_surprise_of_ones_own_is_given_once_by_its_key_and_not_too_often(programme: Programme) -> None:
    anna = member(programme)
    of = plan(programme, "surprise", months_apart=6)
    give = {"plan": of, "member": anna, "now": NOON}
    first = giving.give_surprise(key="k1", **give)
    assert giving.give_surprise(key="k1", **give).pk == first.pk
    with pytest.raises(errors.GivenLately) as refused:
        giving.give_surprise(key="k2", **give)
    assert (refused.value.given_on, refused.value.months) == (TODAY, 6)
    with pytest.raises(errors.KeyReused):
        giving.give_surprise(key="k1", plan=of, member=member(programme, "ben"), now=NOON)
    with pytest.raises(errors.OnlySurprises):
        giving.give_surprise(key="k3", plan=plan(programme), member=anna, now=NOON)
    assert points(anna) == 100
    later = at(date(2027, 5, 30))
    giving.give_surprise(key="k4", plan=of, member=anna, now=later)
    assert (points(anna), broken()) == (200, [])
