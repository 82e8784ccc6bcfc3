"""The list of members: who is in it, by what they are found, and what it says of them."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from test_tiers_of_members import tiers

from tests.core.lake import buying
from treue.act.loyalty import ledger, membership
from treue.act.loyalty.ledger import Earning
from treue.act.loyalty.models import Member, Programme, TierVersion
from treue.core.shop.models import Shop
from treue.core.staff.models import User

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def programme() -> Programme:
    return Programme.objects.create(shop=Shop.objects.create(name="Tea House"), name="Tea Circle")


@pytest.fixture
def joined(programme: Programme) -> Callable[..., Member]:
    def join(number: str, name: str) -> Member:
        customer = buying.customer(programme.shop, number, name=name, email=f"{number.lower()}@example.org")
        return membership.join(programme=programme, customer=customer, at=NOW - timedelta(days=30))[0]

    return join


def asked(query: str = "", language: str = "en", role: str = "service") -> str:
    client = Client(headers={"accept-language": language})
    client.force_login(User.objects.create_user(f"{uuid4()}@example.org", "", role=role))
    answer = client.get(reverse("programme_members") + query)
    assert answer.status_code == 200
    return answer.content.decode()


def names(query: str = "") -> list[str]:
    text = asked(query)
    return sorted((name for name in ("Anna Behr", "Ben Adam", "Cleo Dorn") if name in text), key=text.index)


def test_the_newest_stand_first_with_what_they_have(programme: Programme, joined: Callable[..., Member]) -> None:
    anna, ben = joined("C-1", "Anna Behr"), joined("C-2", "Ben Adam")
    later = NOW + timedelta(days=5)
    ledger.earn(programme, [Earning(anna.pk, 1_240, "a", NOW, "order")])
    ledger.earn(programme, [Earning(ben.pk, 380, "b", NOW, "order", available_from=later)])
    text = asked()
    assert names() == ["Ben Adam", "Anna Behr"]
    assert "1,240" in text
    assert "380" in text
    assert "1.240" in asked(language="de")


def test_they_are_found_by_name_number_address_and_card(joined: Callable[..., Member]) -> None:
    anna, _ben = joined("C-1", "Anna Behr"), joined("C-2", "Ben Adam")
    card = f"{anna.number[:4]}+{anna.number[4:]}"
    for words in ("behr", "c-1", "c-1@example.org", card, anna.number):
        assert names(f"?q={words}") == ["Anna Behr"]
    assert "No member is found for “zorro”" in asked("?q=zorro")


def test_the_card_of_a_membership_that_was_merged_finds_the_one_that_stands(joined: Callable[..., Member]) -> None:
    anna, ben = joined("C-1", "Anna Behr"), joined("C-2", "Ben Adam")
    Member.everyone.filter(pk=ben.pk).update(merged_into=anna, left_at=NOW)
    assert names(f"?q={ben.number}") == names() == ["Anna Behr"]


def test_those_who_left_are_a_list_of_their_own(joined: Callable[..., Member]) -> None:
    anna, _ben = joined("C-1", "Anna Behr"), joined("C-2", "Ben Adam")
    Member.objects.filter(pk=anna.pk).update(left_at=NOW)
    assert names() == ["Ben Adam"]
    assert names("?who=left") == ["Anna Behr"]
    assert "?who=left&amp;q=behr" in asked("?q=behr")
    assert "among those who fit the filters" in asked("?q=adam&who=left")


def test_of_a_tier_and_of_none(programme: Programme, joined: Callable[..., Member]) -> None:
    """A tier that there is no more is none."""
    TierVersion.objects.create(programme=programme, valid_from="2026-01-01", document=tiers())
    for name, tier in (("Anna Behr", "gold"), ("Ben Adam", ""), ("Cleo Dorn", "bronze")):
        member = joined(name[0], name)
        Member.objects.filter(pk=member.pk).update(tier=tier)
    assert names("?tier=gold") == ["Anna Behr"]
    assert names("?tier=-") == ["Cleo Dorn", "Ben Adam"]
    assert asked().count("Gold") == 2  # offered, and said of Anna
    assert "No member fits these filters" in asked("?tier=silver")


def test_another_shops_members_are_not_found(joined: Callable[..., Member]) -> None:
    joined("C-1", "Anna Behr")
    elsewhere = Programme.objects.create(shop=Shop.objects.create(name="Coffee House"), name="Bean Circle")
    customer = buying.customer(elsewhere.shop, "C-9", name="Cleo Dorn")
    cleo = membership.join(programme=elsewhere, customer=customer, at=NOW)[0]
    assert names() == ["Anna Behr"]
    assert names("?q=dorn") == names(f"?q={cleo.number}") == []


@pytest.mark.parametrize("query", ["?q=%00", "?q=%25", "?q='", "?q=a%5C", "?tier=%00x", "?before=x", "?q=" + "9" * 400])
def test_what_is_asked_wrongly_does_no_harm(joined: Callable[..., Member], query: str) -> None:
    joined("C-1", "Anna Behr")
    assert 'id="members"' in asked(query)


def test_the_newest_are_those_who_joined_last(joined: Callable[..., Member]) -> None:
    anna, _ben = joined("C-1", "Anna Behr"), joined("C-2", "Ben Adam")
    Member.objects.filter(pk=anna.pk).update(joined_at=NOW, earns_from=NOW)
    assert names() == ["Anna Behr", "Ben Adam"]


@pytest.mark.usefixtures("programme")
def test_where_nobody_has_joined_it_says_how_they_do() -> None:
    assert "Nobody has joined yet" in asked()


def test_where_there_is_no_programme_it_says_who_begins_one() -> None:
    Shop.objects.create(name="Tea House")
    assert "There is no loyalty programme yet" in asked()


@pytest.mark.usefixtures("programme")
@pytest.mark.parametrize(("role", "is_led_back"), [("service", False), ("manager", True)])
def test_who_may_not_see_the_programme_is_not_led_there(role: str, *, is_led_back: bool) -> None:
    assert (f'href="{reverse("programme")}"' in asked(role=role)) == is_led_back


def test_as_many_questions_for_many_members_as_for_few(joined: Callable[..., Member]) -> None:
    def questions() -> int:
        with CaptureQueriesContext(connection) as found:
            asked()
        return len(found)

    joined("C-1", "Anna Behr")
    few = questions()
    for number in range(2, 12):
        joined(f"C-{number}", "Ben Adam")
    assert questions() == few
