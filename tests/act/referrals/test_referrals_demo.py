"""What the demo shop has of referrals."""

from collections import Counter
from datetime import timedelta

from tests.act.referrals.referred import day
from tests.core.lake import buying
from treue.act.loyalty import membership, verifying
from treue.act.loyalty.models import Programme
from treue.act.referrals import demo, reading
from treue.act.referrals.models import Referral, Scheme
from treue.core.shop.models import Shop

NOW = day(0)
State = Referral.State


def programme(shop: Shop) -> Programme:
    return Programme.objects.create(shop=shop, name="Tea Circle", return_days=14)


def bought(shop: Shop, number: str, days_ago: int) -> None:
    moment = (NOW - timedelta(days=days_ago)).strftime("%Y-%m-%d %H:%M")
    buying.order(buying.customer(shop, number), moment, 40)


def test_the_demo_has_friends_who_bought_some_who_did_not_in_time_and_some_to_look_at(shop: Shop) -> None:
    made = programme(shop)
    for number in range(20):
        customer = buying.customer(shop, f"M-{number}")
        membership.join(programme=made, customer=customer, at=NOW - timedelta(days=300))
    for number in range(80):
        bought(shop, f"C-{number}", 1 + number)
    for _time in range(2):
        demo.write(shop, now=NOW)
    states = Counter(Referral.objects.values_list("state", flat=True))
    assert sum(states.values()) == demo.FRIENDS
    assert states[State.REVIEW] == demo.AT_ONCE
    assert min(states[each] for each in (State.REWARDED, State.ORDERED, State.LAPSED)) > 0
    assert not Referral.objects.filter(rewarded_at__gt=NOW).exists()
    first, *_others = reading.ambassadors(made, sort="-friends", most=3)
    assert first.friends > 5
    assert not [rule for rule, found in verifying.verify() if found]


def test_a_shop_with_few_customers_has_the_scheme_alone(shop: Shop) -> None:
    programme(shop)
    bought(shop, "C-1", 20)
    demo.write(shop, now=NOW)
    assert (Scheme.objects.count(), Referral.objects.count()) == (1, 0)
