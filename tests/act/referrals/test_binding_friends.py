"""Whether somebody is a referred friend: the first one counts, for ever."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.act.referrals.referred import advocate, bind, buy, customer, day, member
from tests.act.vouchers import giving
from treue.act.loyalty import membership
from treue.act.referrals import binding, codes, errors, touching
from treue.act.referrals.models import Advocate, Referral, Scheme, Touch
from treue.act.vouchers.models import Code
from treue.core.customers.identities import ANONYMOUS, Statement, learn
from treue.core.customers.models import Customer, Visitor
from treue.core.events.happened import Happened
from treue.core.events.models import Event
from treue.core.shop.models import Shop


def event(shop: Shop, person: int, *, name: str = "Page Viewed", at: float = 0, known: bool = True, **facts: object):
    return Happened(
        seq=1,
        shop_id=shop.pk,
        message_id="m",
        name=name,
        person=person,
        source="web",
        occurred_at=day(at),
        recorded_at=day(at),
        facts=facts,
        is_history=False,
        customer=person if known else None,
    )


def visitor(shop: Shop, anonymous_id: str) -> int:
    number = Customer.objects.create(shop=shop, number=f"drawn {anonymous_id}").pk
    Customer.objects.filter(pk=number).delete()
    return Visitor.objects.create(number=number, shop=shop, anonymous_id=anonymous_id).pk


def test_a_new_customer_comes_by_whose_code_they_bring(shop: Shop, scheme: Scheme) -> None:
    anna, ben = advocate(shop), customer(shop, "ben")
    referral = bind(anna, ben)
    assert (referral.advocate, referral.friend, referral.state) == (anna, ben, "invited")
    told = Event.objects.get(name="Friend Referred")
    assert (told.person, told.facts["referral"]) == (anna.member.customer_id, referral.pk)
    assert anna.code not in str(told.facts)


def test_the_first_one_counts_for_ever(shop: Shop, scheme: Scheme) -> None:
    anna, carl, ben = advocate(shop), advocate(shop, "carl"), customer(shop, "ben")
    first = bind(anna, ben)
    with pytest.raises(errors.CameAlready) as refused:
        bind(carl, ben, at=1)
    assert refused.value.referral == first.pk


def _own(shop: Shop, anna: Advocate) -> None:
    bind(anna, anna.member.customer)


def _bought(shop: Shop, anna: Advocate) -> None:
    ben = customer(shop, "ben")
    buy(ben, on=-1)
    bind(anna, ben)


def _unknown(shop: Shop, anna: Advocate) -> None:
    binding.bind(shop=shop, code="ABCD2345", friend=customer(shop, "ben"), way="api", at=day(0), now=day(0))


def _closed(shop: Shop, anna: Advocate) -> None:
    Scheme.objects.update(is_open=False)
    bind(anna, customer(shop, "ben"))


def _gone(shop: Shop, anna: Advocate) -> None:
    ben = customer(shop, "ben")
    Customer.objects.filter(pk=ben.pk).delete()
    bind(anna, ben)


def _left(shop: Shop, anna: Advocate) -> None:
    membership.leave(member=anna.member, at=day(0))
    bind(anna, customer(shop, "ben"))


@pytest.mark.parametrize(
    ("deed", "reason"),
    [
        (_own, errors.OwnCode),
        (_bought, errors.BoughtBefore),
        (_unknown, errors.UnknownCode),
        (_closed, errors.SchemeClosed),
        (_left, errors.UnknownCode),
        (_gone, errors.FriendGone),
    ],
)
def test_who_is_no_new_friend_is_refused(
    shop: Shop, scheme: Scheme, deed: Callable[..., None], reason: type[Exception]
) -> None:
    with pytest.raises(reason):
        deed(shop, advocate(shop))
    assert not Referral.objects.exists()


def test_codes_are_read_as_they_are_typed() -> None:
    code = codes.fresh()
    assert codes.read(codes.grouped(code).lower()) == codes.read(f" {code} ") == code
    assert [codes.read(each) for each in (None, 7, "", "ABC", "0O1ILU00", code + "A", "A" * 5000)] == [None] * 7


def test_a_member_has_one_link(shop: Shop, scheme: Scheme) -> None:
    assert advocate(shop) == advocate(shop)


def test_an_order_with_the_code_as_its_coupon_binds_its_customer(shop: Shop, scheme: Scheme) -> None:
    anna, ben = advocate(shop), customer(shop, "ben")
    buy(ben, on=1, number="A-1")  # written already, or not: the moment of the order is not before itself
    told = event(shop, ben.pk, name="Order Completed", at=1, coupon=codes.grouped(anna.code).lower(), order_id="A-1")
    touching.take([told], now=day(1))
    assert Referral.objects.get().came_by == "code"


def test_a_coupon_that_is_no_code_binds_nobody(shop: Shop, scheme: Scheme) -> None:
    advocate(shop)
    ben = customer(shop, "ben")
    touching.take([event(shop, ben.pk, name="Order Completed", coupon="SUMMER25")], now=day(0))
    touching.take([event(shop, ben.pk, treue_referral={"a": 1}), event(shop, ben.pk, treue_referral=7)], now=day(0))
    assert not Referral.objects.exists()


@pytest.mark.parametrize("hours", [0, 23])
def test_a_browser_without_a_network_came_when_it_says(shop: Shop, scheme: Scheme, hours: int) -> None:
    anna, ben = advocate(shop), customer(shop, "ben")
    opened = replace(event(shop, ben.pk, at=30, treue_referral=anna.code), occurred_at=day(30) - timedelta(hours=hours))
    touching.take([opened], now=day(30))
    assert Referral.objects.get().bound_at == opened.occurred_at


def test_a_browser_that_dates_a_link_back_came_no_earlier_than_a_day_before(shop: Shop, scheme: Scheme) -> None:
    anna, ben = advocate(shop), customer(shop, "ben")
    buy(ben, on=0)
    opened = event(shop, ben.pk, at=30, treue_referral=anna.code)
    touching.take([replace(opened, occurred_at=day(-1))], now=day(30))
    assert not Referral.objects.exists()


def test_a_visitor_who_is_recognised_came_by_the_first_code_they_brought(shop: Shop, scheme: Scheme) -> None:
    anna, carl, ben = advocate(shop), advocate(shop, "carl"), customer(shop, "ben")
    phone = visitor(shop, "phone")
    touching.take([event(shop, phone, at=1, known=False, treue_referral=carl.code)], now=day(1))
    touching.take([event(shop, phone, at=0, known=False, treue_referral=anna.code)], now=day(1))
    assert not Referral.objects.exists()
    learn([Statement(shop, ben.pk, day(2), "m1", True, [(ANONYMOUS, "phone")])])
    bought = event(shop, ben.pk, name="Order Completed", at=3, coupon=carl.code)
    touching.take([bought], now=day(3))
    referral = Referral.objects.get()
    assert (referral.advocate, referral.bound_at, referral.came_by) == (anna, day(0), "link")
    assert not Touch.objects.exists()


def test_a_welcome_voucher_is_given_at_once(shop: Shop, scheme: Scheme) -> None:
    scheme.welcome = giving.campaign(shop)
    scheme.save()
    referral = bind(advocate(shop), customer(shop, "ben"))
    assert Code.objects.get() == referral.voucher
    assert referral.voucher.customer == referral.friend


def test_a_campaign_without_room_leaves_the_friend_referred(shop: Shop, scheme: Scheme) -> None:
    scheme.welcome = giving.campaign(shop, most_codes=1)
    scheme.save()
    anna = advocate(shop)
    bind(anna, customer(shop, "ben"))
    assert bind(anna, customer(shop, "carl")).voucher is None


def test_who_looks_like_the_advocate_gets_no_voucher_before_somebody_looked(shop: Shop, scheme: Scheme) -> None:
    scheme.welcome = giving.campaign(shop)
    scheme.save()
    anna = advocate(shop, email="anna@tea.example")
    referral = bind(anna, customer(shop, "ben", email="anna+ben@tea.example"))
    assert (referral.score, referral.voucher) == (60, None)
    assert member(shop, "dora").pk  # nobody else is held up
