"""A membership goes where its customer goes; two of one person become one, and two again."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone
from members import has

from tests.core.lake import buying
from treue.act.loyalty import (
    api,
    corrections,
    families,
    following,
    ledger,
    membership,
    merged,
    nights,
    reading,
    tiering,
    verifying,
)
from treue.act.loyalty.books.outstanding import books
from treue.act.loyalty.ledger import Earning
from treue.act.loyalty.models import Member, Programme, RuleVersion
from treue.core.commerce.models import Order
from treue.core.customers import merging
from treue.core.customers.models import Customer
from treue.core.jobs.work import Silent
from treue.core.shop.models import Shop
from treue.core.staff.models import User

JOINED, NOW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
JANUARY = "2026-01-10 10:00"
EURO = {"kind": "per_amount", "name": "euro", "points": 1, "amount": "1.00"}


@pytest.fixture(autouse=True)
def rules(programme: Programme) -> None:
    document = {"format": 1, "currency": "EUR", "zone": "Europe/Berlin", "rules": [EURO]}
    RuleVersion.objects.create(programme=programme, valid_from=JOINED, document=document)


@pytest.fixture
def kept(shop: Shop) -> Customer:
    return buying.customer(shop, "kept")


@pytest.fixture
def double(shop: Shop) -> Customer:
    return buying.customer(shop, "double")


def joined(programme: Programme, customer: Customer) -> Member:
    return membership.join(programme=programme, customer=customer, at=JOINED)[0]


def follow(shop: Shop) -> None:
    following.follow(shop.pk, Silent(), now=NOW)


def test_the_absorbed_ones_membership_is_the_kept_ones_and_goes_back(
    shop: Shop, programme: Programme, kept: Customer, double: Customer
) -> None:
    member = joined(programme, double)
    buying.order(double, amount=30)
    buying.order(kept, amount=50)
    follow(shop)
    merge = merging.merge(kept=kept, absorbed=double, by=None)
    follow(shop)
    member.refresh_from_db()
    assert (member.customer, has(member.pk)) == (kept, {"pending": 80})
    merging.undo(merge=merge, by=None)
    follow(shop)
    member.refresh_from_db()
    assert (member.customer, has(member.pk)) == (double, {"pending": 30})


def test_the_kept_ones_membership_stays_and_gets_the_orders(
    shop: Shop, programme: Programme, kept: Customer, double: Customer
) -> None:
    member = joined(programme, kept)
    buying.order(double, amount=30)
    merge = merging.merge(kept=kept, absorbed=double, by=None)
    follow(shop)
    assert has(member.pk) == {"pending": 30}
    merging.undo(merge=merge, by=None)
    follow(shop)
    member.refresh_from_db()
    assert (member.customer, has(member.pk)) == (kept, {})


def both(programme: Programme, kept: Customer, double: Customer) -> tuple[Member, Member]:
    """Each bought something, and can spend the points of it."""
    ours, theirs = joined(programme, kept), joined(programme, double)
    buying.order(kept, amount=50, at=JANUARY)
    buying.order(double, amount=30, at=JANUARY)
    follow(programme.shop)
    nights.pass_through(programme.shop_id, Silent(), now=NOW)
    return ours, theirs


def points(*members: Member) -> list[int]:
    return [has(each.pk).get("points", 0) for each in members]


def verified() -> None:
    assert [broken for _rule, broken in verifying.verify() if broken] == []


def test_two_members_become_one_and_their_points_come_together(
    shop: Shop, programme: Programme, kept: Customer, double: Customer
) -> None:
    ours, theirs = both(programme, kept, double)
    assert points(ours, theirs) == [50, 30]
    merging.merge(kept=kept, absorbed=double, by=None)
    follow(shop)
    assert points(ours, theirs) == [80, 0]
    assert list(Member.objects.filter(customer=kept)) == [ours]
    buying.order(double, amount=7, at=JANUARY)
    follow(shop)
    assert reading.balances(ours).points + reading.balances(ours).pending == 87
    verified()


def test_they_are_two_again_with_what_each_had(
    shop: Shop, programme: Programme, kept: Customer, double: Customer
) -> None:
    ours, theirs = both(programme, kept, double)
    merge = merging.merge(kept=kept, absorbed=double, by=None)
    follow(shop)
    merging.undo(merge=merge, by=None)
    follow(shop)
    assert points(ours, theirs) == [50, 30]
    theirs.refresh_from_db()
    assert (theirs.customer, theirs.merged_into) == (double, None)
    again = merging.merge(kept=kept, absorbed=double, by=None)
    follow(shop)
    assert points(ours, theirs) == [80, 0]
    merging.undo(merge=again, by=None)
    assert points(ours, theirs) == [50, 30]
    verified()


def test_the_books_say_the_same_of_two_and_of_one(
    shop: Shop, programme: Programme, kept: Customer, double: Customer
) -> None:
    """What is outstanding, and of which months: neither a merge nor its undoing issues anything or takes it back."""
    ours, _theirs = both(programme, kept, double)
    before = said(programme)
    assert before == ((80, 0), {date(2026, 1, 1): (80, 0, 0)})
    merge = merging.merge(kept=kept, absorbed=double, by=None)
    follow(shop)
    assert said(programme) == before
    merging.undo(merge=merge, by=None)
    follow(shop)
    assert said(programme) == before
    merging.merge(kept=kept, absorbed=double, by=None)
    follow(shop)
    ledger.burn(programme, ours.pk, 70, key="cup", at=timezone.now(), reason="cup")
    assert said(programme) == ((10, 0), {date(2026, 1, 1): (80, 70, 0)})
    verified()


def said(programme: Programme) -> tuple[object, object]:
    """What is outstanding and owed, and what was granted, redeemed and taken back of each month of issue."""
    found = books(programme, date(2099, 1, 1))
    months: dict[date, list[tuple[int, int, int]]] = {}
    for each in found.parts:
        months.setdefault(each.issue_month, []).append((each.granted, each.redeemed, each.taken_back))
    sums = {month: tuple(map(sum, zip(*rows, strict=True))) for month, rows in months.items()}
    return (found.position.outstanding, found.position.owed), sums


def test_what_was_spent_together_is_not_given_back(
    shop: Shop, programme: Programme, kept: Customer, double: Customer
) -> None:
    ours, theirs = both(programme, kept, double)
    merge = merging.merge(kept=kept, absorbed=double, by=None)
    ledger.burn(programme, ours.pk, 70, key="cup", at=NOW, reason="cup")
    merging.undo(merge=merge, by=None)
    assert points(ours, theirs) == [0, 10]
    verified()


def test_what_expired_meanwhile_is_not_given_back(
    programme: Programme, kept: Customer, double: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose points they were loses them."""
    ours, theirs = both(programme, kept, double)
    for_a_while = Earning(theirs.pk, 20, key="summer", at=NOW, reason="summer", expires_at=NOW + timedelta(days=400))
    ledger.earn(programme, [for_a_while])
    merge = merging.merge(kept=kept, absorbed=double, by=None)
    assert points(ours, theirs) == [100, 0]
    monkeypatch.setattr(merged, "timezone", SimpleNamespace(now=lambda: NOW + timedelta(days=401)))
    merging.undo(merge=merge, by=None)
    assert points(ours, theirs) == [50, 30]
    verified()


def test_a_return_of_the_merged_ones_order_is_paid_from_what_stands(
    shop: Shop, programme: Programme, kept: Customer, double: Customer
) -> None:
    ours, theirs = both(programme, kept, double)
    merging.merge(kept=kept, absorbed=double, by=None)
    follow(shop)
    buying.refund(Order.objects.get(person=double.pk), "2026-02-20 10:00", 30)
    follow(shop)
    assert points(ours, theirs) == [50, 0]
    verified()


def test_what_the_merged_one_waits_for_comes_to_the_one_that_stands(
    shop: Shop, programme: Programme, kept: Customer, double: Customer
) -> None:
    programme.return_days = 3_650
    programme.save()
    ours, theirs = joined(programme, kept), joined(programme, double)
    buying.order(double, amount=30, at=JANUARY)
    follow(shop)
    merging.merge(kept=kept, absorbed=double, by=None)
    assert (reading.balances(ours).pending, [each.remaining for each in reading.pending_lots(ours)]) == (30, [30])
    nights.pass_through(shop.pk, Silent(), now=datetime(2036, 6, 1, tzinfo=UTC))
    assert points(ours, theirs) == [30, 0]
    verified()


def test_three_become_one_and_whoever_stood_goes_without_the_others(
    shop: Shop, programme: Programme, kept: Customer, double: Customer
) -> None:
    """The kept one is no member: the first absorbed one's membership stands, until that merge is undone."""
    third = buying.customer(shop, "third")
    first, second = joined(programme, double), joined(programme, third)
    for customer, amount in ((double, 30), (third, 20)):
        buying.order(customer, amount=amount, at=JANUARY)
    follow(shop)
    nights.pass_through(shop.pk, Silent(), now=NOW)
    merge = merging.merge(kept=kept, absorbed=double, by=None)
    merging.merge(kept=kept, absorbed=third, by=None)
    follow(shop)
    assert points(first, second) == [50, 0]
    merging.undo(merge=merge, by=None)
    follow(shop)
    assert points(first, second) == [30, 20]
    second.refresh_from_db()
    assert (second.customer, second.merged_into) == (kept, None)
    verified()


def test_the_card_of_the_merged_one_still_finds_the_member(
    shop: Shop, programme: Programme, kept: Customer, double: Customer
) -> None:
    ours, theirs = both(programme, kept, double)
    merging.merge(kept=kept, absorbed=double, by=None)
    assert api.member_of(shop, theirs.pk) == ours


def test_tiers_count_what_all_memberships_qualified_for(
    shop: Shop, programme: Programme, kept: Customer, double: Customer
) -> None:
    ours, _theirs = both(programme, kept, double)
    before = sum(each.amount for each in tiering.facts_of(ours).orders)
    merging.merge(kept=kept, absorbed=double, by=None)
    facts = tiering.facts_of(Member.objects.get(pk=ours.pk))
    assert (before, sum(each.amount for each in facts.orders)) == (50, 80)


def test_the_page_of_merging_does_not_stand_in_the_way(programme: Programme, kept: Customer, double: Customer) -> None:
    from test_programme_pages import client

    both(programme, kept, double)
    answer = client().get(f"/customers/{kept.pk}/merge/{double.pk}/")
    assert answer.status_code == 200


def test_who_is_a_member_stays_one_where_the_kept_one_had_left(
    shop: Shop, programme: Programme, kept: Customer, double: Customer
) -> None:
    ours, theirs = both(programme, kept, double)
    membership.leave(member=ours, at=NOW)
    merge = merging.merge(kept=kept, absorbed=double, by=None)
    assert (reading.member_of(kept), points(ours, theirs)) == (theirs, [0, 80])
    merging.undo(merge=merge, by=None)
    assert (reading.member_of(kept), reading.member_of(double)) == (ours, theirs)
    assert points(ours, theirs) == [50, 30]
    verified()


def test_a_return_is_paid_from_what_stands_where_nobody_may_owe(
    shop: Shop, programme: Programme, kept: Customer, double: Customer
) -> None:
    """What was brought to the one that stands is still there to be taken back."""
    ours, theirs = both(programme, kept, double)
    Programme.objects.update(debt_limit=0)
    merging.merge(kept=kept, absorbed=double, by=None)
    follow(shop)
    buying.refund(Order.objects.get(person=double.pk), "2026-02-20 10:00", 30)
    follow(shop)
    assert points(ours, theirs) == [50, 0]
    verified()


def test_what_a_reward_had_of_the_merged_ones_order_goes_back_with_it(
    shop: Shop, programme: Programme, kept: Customer, double: Customer
) -> None:
    """The books say of it what they say of one member: all of the month of issue, and no more redeemed."""
    ours, theirs = both(programme, kept, double)
    Programme.objects.update(debt_limit=0)
    merging.merge(kept=kept, absorbed=double, by=None)
    follow(shop)
    cup = ledger.burn(programme, ours.pk, 70, key="cup", at=timezone.now(), reason="cup")
    buying.refund(Order.objects.get(person=double.pk), "2026-02-20 10:00", 30)
    follow(shop)
    assert points(ours, theirs) == [0, 0]
    ledger.give_back(programme, cup, total=70, key="back", at=timezone.now(), reason="cup")
    follow(shop)
    assert points(ours, theirs) == [50, 0]
    assert said(programme) == ((50, 0), {date(2026, 1, 1): (80, 0, 30)})
    verified()


def test_what_was_parted_meanwhile_is_not_levelled(programme: Programme, kept: Customer, double: Customer) -> None:
    """The night asks for many at once and comes to each later."""
    ours, theirs = both(programme, kept, double)
    merge = merging.merge(kept=kept, absorbed=double, by=None)
    as_read = Member.everyone.select_related("programme__shop").get(pk=theirs.pk)
    merging.undo(merge=merge, by=None)
    families.level(as_read, now=NOW)
    assert points(ours, theirs) == [50, 30]


def test_a_correction_that_waited_takes_from_the_one_that_stands(
    shop: Shop, programme: Programme, kept: Customer, double: Customer
) -> None:
    ours, theirs = both(programme, kept, double)
    Programme.objects.update(correction_limit=10)
    theirs.programme.refresh_from_db()
    asking, agreeing = (User.objects.create(email=f"{name}@shop.example") for name in ("asking", "agreeing"))
    asked = corrections.correct(member=theirs, points=-25, reason="goodwill", key="form", by=asking, at=NOW)
    merging.merge(kept=kept, absorbed=double, by=None)
    corrections.approve(correction=asked, by=agreeing, at=NOW)
    assert points(ours, theirs) == [55, 0]
    verified()
