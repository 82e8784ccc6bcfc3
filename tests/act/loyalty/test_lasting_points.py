"""Points that expire by inactivity last as long as their member comes back; whose points expire is told before."""

from datetime import datetime, timedelta

import pytest
from members import Members, day, has

from treue.act.loyalty import expiry, ledger, nights, noticing
from treue.act.loyalty.ledger import Earning
from treue.act.loyalty.models import Lot, Member, Programme, Seal
from treue.act.loyalty.noticing import SOON
from treue.core.events.models import Event
from treue.core.jobs.work import Silent


@pytest.fixture
def programme(programme: Programme) -> Programme:
    """Berlin is two hours ahead of UTC in summer: its days end at 22:00."""
    programme.shop.zone = "Europe/Berlin"
    programme.shop.save()
    return programme


@pytest.fixture
def waiting(programme: Programme) -> Programme:
    programme.expiry = expiry.written(expiry.AfterInactivity(months=12))
    programme.save()
    return programme


def earn(programme: Programme, member: int, points: int, at: datetime, *, by_activity: bool = True, **more) -> int:
    given = {"expires_at": programme.expires_at(at), "by_activity": by_activity, "reason": "order"} | more
    earning = Earning(member, points, key=f"earn {member} {at} {points}", at=at, **given)
    return ledger.earn(programme, [earning])[0].journal


def last_days(member: int) -> list[str]:
    lots = Lot.objects.filter(member=member, remaining__gt=0).order_by("pk")
    return [f"{each.expires_at:%Y-%m-%d %H:%M}" for each in lots]


def told() -> list[tuple[int, str, int]]:
    events = Event.objects.filter(name=SOON).order_by("seq")
    return [(each.facts["points"], each.facts["last_day"], each.facts["days"]) for each in events]


def pass_days(programme: Programme, since: datetime, days: int) -> None:
    for each in range(days):
        while noticing.tell(programme, at=since + timedelta(days=each), most=2):
            pass


# By inactivity


def test_earning_again_puts_the_expiry_of_all_points_off(waiting: Programme, members: Members) -> None:
    anna = members.add("anna")
    earn(waiting, anna, 100, day(0))
    assert last_days(anna) == ["2027-06-01 22:00"]
    earn(waiting, anna, 50, day(30))
    assert last_days(anna) == ["2027-07-01 22:00", "2027-07-01 22:00"]


def test_so_does_redeeming(waiting: Programme, members: Members) -> None:
    anna = members.add("anna")
    earn(waiting, anna, 100, day(0))
    ledger.burn(waiting, anna, 40, key="cup", at=day(60), reason="cup")
    assert last_days(anna) == ["2027-07-31 22:00"]


@pytest.mark.parametrize("way", ["rolled back", "released"])
def test_what_was_used_up_meanwhile_lasts_like_the_rest_when_it_comes_back(
    waiting: Programme, members: Members, way: str
) -> None:
    anna, about = members.add("anna"), {"key": "back", "reason": way}
    earn(waiting, anna, 100, day(0))
    if way == "rolled back":
        back = ledger.burn(waiting, anna, 100, key="cup", at=day(60), reason="cup")
    else:
        back = ledger.hold(waiting, anna, 100, until=day(400), key="cup", at=day(60), reason="cup")
    earn(waiting, anna, 50, day(300))
    if way == "rolled back":
        ledger.give_back(waiting, back, total=100, at=day(310), **about)
    else:
        ledger.release(waiting, back, at=day(310), **about)
    assert last_days(anna) == ["2028-03-28 22:00", "2028-03-28 22:00"]


def test_what_has_a_day_of_its_own_keeps_it_when_it_comes_back(waiting: Programme, members: Members) -> None:
    anna = members.add("anna")
    earn(waiting, anna, 100, day(0), by_activity=False)
    burned = ledger.burn(waiting, anna, 100, key="cup", at=day(60), reason="cup")
    earn(waiting, anna, 50, day(300))
    ledger.give_back(waiting, burned, total=100, key="back", at=day(310), reason="rolled back")
    assert last_days(anna)[0] == "2027-06-01 22:00"


def merged(members: Members) -> tuple[int, int]:
    """A membership, and one that was merged into it."""
    stands, other = members.add("anna"), members.add("ben")
    Member.everyone.filter(pk=other).update(customer=Member.everyone.get(pk=stands).customer_id, merged_into=stands)
    return stands, other


def test_what_waits_in_a_merged_membership_lasts_with_the_one_that_stands(waiting: Programme, members: Members) -> None:
    anna, other = merged(members)
    about = {"available_from": day(10), "expires_at": waiting.expires_at(day(10))}
    earn(waiting, other, 100, day(0), **about)
    earn(waiting, other, 30, day(0), by_activity=False, **about)
    earn(waiting, anna, 50, day(30))
    assert last_days(other) == ["2027-07-01 22:00", "2027-06-11 22:00"]
    ledger.burn(waiting, anna, 10, key="cup", at=day(60), reason="cup")
    assert last_days(other) == ["2027-07-31 22:00", "2027-06-11 22:00"]
    nights.pass_through(waiting.shop_id, Silent(), now=day(400))
    assert (has(anna), has(other)) == ({"points": 140}, {})


def test_many_earn_at_once_and_each_ones_merged_membership_lasts(waiting: Programme, members: Members) -> None:
    anna, other = merged(members)
    carl = members.add("carl")
    for member in (other, carl):
        earn(waiting, member, 100, day(0), available_from=day(10), expires_at=waiting.expires_at(day(10)))
    given = [
        Earning(member, 5, key=f"many {member}", at=day(at), reason="order", expires_at=waiting.expires_at(day(at)))
        for member, at in ((anna, 30), (carl, 40))
    ]
    ledger.earn(waiting, given)
    assert (last_days(other)[0], last_days(carl)[0]) == ("2027-07-01 22:00", "2027-07-11 22:00")


def test_what_is_told_again_later_is_no_new_activity(waiting: Programme, members: Members) -> None:
    anna = members.add("anna")
    for at in (day(0), day(90)):
        ledger.earn(
            waiting, [Earning(anna, 100, key="once", at=at, reason="order", by_activity=True, expires_at=day(300))]
        )
    assert last_days(anna) == ["2027-06-01 22:00"]


def test_what_the_shop_does_is_no_activity(waiting: Programme, members: Members) -> None:
    anna = members.add("anna")
    journal = earn(waiting, anna, 100, day(0))
    members.take_back(journal, 10, at=60)
    ledger.adjust(
        waiting, anna, 5, key="goodwill", at=day(70), reason="goodwill", expires_at=waiting.expires_at(day(0))
    )
    assert last_days(anna) == ["2027-06-01 22:00", "2027-06-01 22:00"]


def test_an_order_that_is_told_late_shortens_nothing(waiting: Programme, members: Members) -> None:
    anna = members.add("anna")
    earn(waiting, anna, 100, day(30))
    earn(waiting, anna, 10, day(0))
    assert last_days(anna) == ["2027-07-01 22:00", "2027-06-01 22:00"]


def test_points_with_a_day_of_their_own_keep_it(waiting: Programme, members: Members) -> None:
    anna = members.add("anna")
    earn(waiting, anna, 20, day(0), by_activity=False, expires_at=day(10))
    earn(waiting, anna, 100, day(5))
    assert last_days(anna) == ["2026-06-11 12:00", "2027-06-06 22:00"]


def test_activity_comes_too_late_for_what_has_expired(waiting: Programme, members: Members) -> None:
    anna = members.add("anna")
    earn(waiting, anna, 100, day(0))
    with pytest.raises(Exception, match="points"):
        ledger.burn(waiting, anna, 40, key="cup", at=day(366), reason="cup")
    members.expire(at=366)
    assert has(anna) == {}


def test_buying_does_not_bring_back_what_had_expired_and_nobody_booked_yet(
    waiting: Programme, members: Members
) -> None:
    """What a member has must not hang on when a job ran. In the last minute it is in time."""
    carl, dora = members.add("carl"), members.add("dora")
    for member, at in ((carl, day(365.5)), (dora, day(365.4))):
        earn(waiting, member, 100, day(0))
        earn(waiting, member, 50, at)
    anna, other = merged(members)
    earn(waiting, other, 100, day(0))
    earn(waiting, anna, 50, day(365.5), available_from=day(400), expires_at=waiting.expires_at(day(400)))
    assert (has(carl), has(dora), has(other)) == ({"points": 50}, {"points": 150}, {})


def test_points_that_are_given_to_somebody_wait_for_their_activity(waiting: Programme, members: Members) -> None:
    anna, bea = members.add("anna"), members.add("bea")
    earn(waiting, anna, 100, day(0))
    ledger.transfer(waiting, anna, bea, 60, key="gift", at=day(1), reason="gift")
    earn(waiting, bea, 10, day(90))
    assert last_days(bea) == ["2027-08-30 22:00", "2027-08-30 22:00"]


def test_nothing_is_put_off_where_points_expire_otherwise(programme: Programme, members: Members) -> None:
    programme.expiry = expiry.written(expiry.After(months=12))
    anna = members.add("anna")
    earn(programme, anna, 100, day(0), by_activity=False)
    earn(programme, anna, 50, day(30), by_activity=False)
    assert last_days(anna) == ["2027-06-01 22:00", "2027-07-01 22:00"]


# Told before


@pytest.fixture
def yearly(programme: Programme) -> Programme:
    programme.expiry = expiry.written(expiry.OnDayOfYear(years=0))
    programme.noticed_until = day(0)
    programme.save()
    return programme


def test_it_is_told_60_and_14_days_before_once(yearly: Programme, members: Members) -> None:
    anna = members.add("anna")
    earn(yearly, anna, 100, day(0))
    earn(yearly, anna, 20, day(1))
    pass_days(yearly, day(2), 260)
    assert told() == [(120, "2026-12-31", 60), (120, "2026-12-31", 14)]
    yearly.noticed_until = day(0)  # somebody was stopped before it was written down how far they came
    pass_days(yearly, day(2), 260)
    assert len(told()) == 2


def test_the_day_of_telling_is_the_shops(yearly: Programme, members: Members) -> None:
    earn(yearly, members.add("anna"), 100, day(0))
    pass_days(yearly, day(2), 260)
    moments = Event.objects.filter(name=SOON).order_by("seq").values_list("occurred_at", flat=True)
    assert [f"{each:%Y-%m-%d %H:%M}" for each in moments] == ["2026-10-31 23:00", "2026-12-16 23:00"]


def test_what_is_gone_by_then_is_not_told(yearly: Programme, members: Members) -> None:
    anna = members.add("anna")
    earn(yearly, anna, 100, day(0))
    pass_days(yearly, day(2), 160)
    ledger.burn(yearly, anna, 70, key="cup", at=day(165), reason="cup")
    pass_days(yearly, day(166), 60)
    assert told() == [(100, "2026-12-31", 60), (30, "2026-12-31", 14)]


def test_points_that_came_later_than_the_notice_are_not_told_by_it(yearly: Programme, members: Members) -> None:
    earn(yearly, members.add("anna"), 100, day(180))  # 28 November: 33 days before
    pass_days(yearly, day(0), 260)
    assert told() == [(100, "2026-12-31", 14)]


def test_a_programme_that_never_told_begins_now(yearly: Programme, members: Members) -> None:
    earn(yearly, members.add("anna"), 100, day(0))
    yearly.noticed_until = None
    assert noticing.tell(yearly, at=day(200), most=10) == 0
    assert told() == []
    yearly.refresh_from_db()
    assert yearly.noticed_until == day(200)


def test_many_are_told_in_chunks(yearly: Programme, members: Members) -> None:
    for name in ("anna", "bea", "cem", "dora", "emil"):
        earn(yearly, members.add(name), 10, day(0))
    assert noticing.tell(yearly, at=day(160), most=2) == 5
    assert len(told()) == 5


# The night


def test_a_step_that_fails_keeps_no_other_from_its_work(
    yearly: Programme, members: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object, **_named: object) -> int:
        raise RuntimeError("no tiers today")

    monkeypatch.setitem(nights.STEPS, "activating", fail)
    anna = members.add("anna")
    earn(yearly, anna, 100, day(0))
    with pytest.raises(RuntimeError, match="no tiers today"):
        nights.pass_through(yearly.shop_id, Silent(), now=day(300))
    assert has(anna) == {}
    assert Seal.objects.count() == 1
