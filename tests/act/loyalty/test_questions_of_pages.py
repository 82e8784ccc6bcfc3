"""What a member's page and the API ask the database: each thing once, with tiers and merged memberships."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.act.rewards.treats import tiers
from tests.core.api.asking import Asking
from tests.core.lake import buying
from treue.act.loyalty import following, granting, ledger, membership, nights
from treue.act.loyalty.ledger import Earning
from treue.act.loyalty.models import Lot, Member, Programme, RuleVersion
from treue.core.customers import merging
from treue.core.jobs.work import Silent
from treue.core.shop.models import Shop
from treue.core.staff import keys
from treue.core.staff.models import User

pytestmark = pytest.mark.django_db
EURO = {"kind": "per_amount", "name": "euro", "points": 1, "amount": "1.00"}
MOST_OF_THE_PAGE, MOST_OF_THE_API = 17, 5


@pytest.fixture
def anna(shop: Shop, programme: Programme) -> Member:
    """Two memberships in one, with orders, a tier given by hand, and points that wait, last and expire."""
    now = timezone.now()
    document = {"format": 1, "currency": "EUR", "zone": "Europe/Berlin", "rules": [EURO]}
    RuleVersion.objects.create(programme=programme, valid_from=now - timedelta(days=90), document=document)
    tiers(programme)
    kept, double = buying.customer(shop, "kept", name="Anna Blau"), buying.customer(shop, "double")
    begun = now - timedelta(days=80)
    ours, theirs = (membership.join(programme=programme, customer=each, at=begun)[0] for each in (kept, double))
    for days, customer, amount in ((60, kept, 50), (50, double, 30), (2, kept, 20), (1, double, 10)):
        buying.order(customer, amount=amount, at=f"{now - timedelta(days=days):%Y-%m-%d %H:%M}")
    following.follow(shop.pk, Silent(), now=now)
    nights.pass_through(shop.pk, Silent(), now=now)
    last_day = (now + timedelta(days=60)).date()
    for number, of in enumerate((ours, theirs)):
        granting.grant(member=of, level="gold", last_day=last_day, reason="goodwill", key=str(number), at=now)
        lasts = {"available_from": now, "expires_at": now + timedelta(days=9)}
        ledger.earn(programme, [Earning(of.pk, 7, key=f"gift {number}", at=now, reason="goodwill", **lasts)])
    merging.merge(kept=kept, absorbed=double, by=None)
    following.follow(shop.pk, Silent(), now=now)
    return Member.objects.get(pk=ours.pk)


def test_a_members_page_asks_for_each_thing_once(anna: Member, django_assert_max_num_queries: object) -> None:
    manager = Client()
    manager.force_login(User.objects.create_user(email="kim@example.org", role="manager", language="en"))
    path = f"/customers/{anna.customer_id}/loyalty/"
    manager.get(path)
    with django_assert_max_num_queries(MOST_OF_THE_PAGE):
        page = manager.get(path).content.decode()
    assert Lot.objects.filter(member=anna, remaining__gt=0).count() > 2
    assert page.count("Goodwill, by") == 2
    assert all(each in page for each in ('id="pending"', 'id="lots"', "Gold", "Goodwill", 'id="history"', "Order "))


def test_a_member_is_read_by_program_without_asking_twice(
    shop: Shop, anna: Member, django_assert_max_num_queries: object
) -> None:
    reader = Asking(keys.add(shop=shop, name="till", scopes=["read"], by=None)[1])
    with django_assert_max_num_queries(MOST_OF_THE_API):
        answer = reader.get(f"/loyalty/members/{anna.pk}")
    assert answer.body["tier"]["code"] == "gold"
    assert answer.body["balances"] == {"points": 94, "pending": 30, "held": 0, "qualifying": 80}
