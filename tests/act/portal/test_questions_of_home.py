"""What the portal's pages ask the database: each thing once, and no more of many offers than of two."""

from datetime import timedelta

from django.utils import timezone
from visitors import Browser

from tests.act.offers import sales
from tests.act.rewards import treats
from tests.asked import questions
from treue.act.loyalty.models import Member

HOUR = timedelta(hours=1)
MOST_OF_HOME = 22


def running(member: Member, number: int, **more: object) -> None:
    now = timezone.now()
    sales.price(member.programme.shop, f"TEA-{number}", since=now - timedelta(days=99))
    span = {"starts_at": now - HOUR, "ends_at": now + HOUR, "products": [f"TEA-{number}"]}
    sales.offer(member.programme, published_at=now - 2 * HOUR, **span | more)


def test_home_asks_for_each_thing_once(
    signed_in: Browser, member: Member, django_assert_max_num_queries: object
) -> None:
    treats.tiers(member.programme)
    treats.earn(member, 700)
    treats.reward(member.programme, lowest_tier="silver")
    treats.reward(member.programme, points=300, most_per_member=2)
    running(member, 1, lowest_tier="silver")
    signed_in.get("/m/")
    with django_assert_max_num_queries(MOST_OF_HOME):
        page = signed_in.get("/m/").content.decode()
    assert all(each in page for each in ("Reward 1", "Reward 2", "Offer 1", "Gold", "700"))


def test_twelve_offers_ask_as_much_as_two(signed_in: Browser, member: Member) -> None:
    def look() -> None:
        assert signed_in.get("/m/offers/").content.decode().count("€8.00") == count

    count = 2
    for number in range(count):
        running(member, number)
    look()
    of_two = questions(look)
    for number in range(count, 12):
        running(member, number)
    count = 12
    assert questions(look) == of_two
