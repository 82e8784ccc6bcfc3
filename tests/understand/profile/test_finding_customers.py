"""Who is found by which words, and who stands first."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from somebody import buyer, person, shop

from treue.core.customers.models import Customer
from treue.understand.profile.listing import Listing
from treue.understand.profile.searching import Search
from treue.understand.profile.sorting import Sort

pytestmark = pytest.mark.django_db

BY_NAME = Sort("name", descending=False)


def found(words: str = "", sort: Sort = BY_NAME, known: dict | None = None, **filters: object) -> list[str]:
    page = Listing(shop(), Search(words, **filters), sort, known or {}).page()
    numbers = dict(Customer.objects.values_list("pk", "number"))
    return [numbers[each] for each in page.ids]


@pytest.fixture
def four() -> None:
    person("K1", "Anna Müller", email="anna.mueller@example.org", city="Köln")
    person("K2", "Bernd Müller-Lüdenscheidt", email="Bernd@Example.com", city="Bad Homburg")
    person("K10", "Zoë O'Brien", email="zoe@example.org", city="Berlin")
    person("4711", email="shop77@example.org")


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("", ["4711", "K1", "K2", "K10"]),
        ("anna", ["K1"]),
        ("ANN", ["K1"]),
        ("müller", ["K1", "K2"]),
        ("Muller", ["K1", "K2"]),
        ("mull anna", ["K1"]),
        ("Müller, Anna", ["K1"]),
        ("K1, anna", ["K1"]),
        ("anna bernd", []),
        ("lüden", ["K2"]),
        ("Müller-Lüd", ["K2"]),
        ("koln", ["K1"]),
        ("homburg bad", ["K2"]),
        ("zoe", ["K10"]),
        ("O'Bri", ["K10"]),
        ("obrien", []),
        ("K1", ["K1", "K10"]),
        ("k10", ["K10"]),
        ("47", ["4711"]),
        ("711", []),
        ("bernd@example.com", ["K2"]),
        ("BERND@EX", ["K2"]),
        ("shop77@", ["4711"]),
        ("shop", ["4711"]),
        ("berlin k1", ["K10"]),
        ("müller & anna", ["K1"]),
        ("???", []),
        ("100%", []),
        ("_", []),
        ("K_0", []),
        ("\\", []),
        ("' or 1=1 --", []),
        ("a' | b:*", []),
    ],
)
def test_words_find_the_beginnings_of_name_city_number_and_address(four, words, numbers):
    assert found(words) == numbers


def test_whose_number_or_address_is_typed_in_full_stands_first():
    person("47110", "Aaron")
    person("4711", "Zacharias")
    assert found("4711") == ["4711", "47110"]
    person("X", "Anna", email="b@example.org.uk")
    person("Y", "Zora", email="B@example.org")
    assert found("b@example.org") == ["Y", "X"]


def test_a_number_with_spaces_is_found_in_full():
    person("A 12 (old)", "Clara")
    assert found("A 12 (old)") == ["A 12 (old)"]


def test_words_find_the_same_under_a_filter():
    buyer("K1", "Anna Müller", email="anna.mueller@example.org", city="Köln")
    buyer("Anna Nord", "Zoë")
    person("K3", "Anna")
    for words in ("anna", "Muller", "koln mull", "K1", "anna.mu", "zoe", "Anna Nord"):
        without = [each for each in found(words) if each != "K3"]
        assert found(words, orders_from=1) == without != [], words
    assert found("anna nord", orders_from=3) == []


def test_names_are_sorted_as_germans_sort_them():
    for number, name in enumerate(("Zoe", "Öztürk", "Oz", "Åse", "anton", "Straßer", "Strasser B", "Ärmel", "")):
        person(f"n{number}", name)
    names = dict(Customer.objects.values_list("number", "name"))
    assert [names[each] for each in found()] == [
        *("anton", "Ärmel", "Åse", "", "Oz", "Öztürk", "Straßer", "Strasser B", "Zoe"),
    ]


def test_customers_without_an_order_are_found_and_stand_last():
    buyer("1", "Anna")
    person("2", "Bernd")
    buyer("3", "Carla", last_order_at=datetime(2026, 7, 1, tzinfo=UTC))
    assert found(sort=Sort("last", descending=True)) == ["3", "1", "2"]
    assert found(sort=Sort("last", descending=False)) == ["1", "3", "2"]
    assert found(sort=Sort("revenue", descending=False))[-1] == "2"


def test_who_never_ordered_has_no_channel_though_the_number_is_typed_in_full():
    person("4711")
    assert found("4711") == ["4711"]
    assert found("4711", channel="App", orders_to=0) == []


@pytest.mark.parametrize("sort", [BY_NAME, Sort("revenue")], ids=str)
def test_who_came_after_the_last_refresh_has_no_orders_yet(sort):
    person("1", "Anna")
    buyer("2", "Anna")
    person("3", "Anna")
    assert sorted(found(orders_to=0, sort=sort)) == ["1", "3"]
    assert sorted(found("anna", orders_to=0, sort=sort)) == ["1", "3"]
    assert found("3", orders_to=0, sort=sort) == ["3"]


@pytest.mark.parametrize("sort", [BY_NAME, Sort("revenue")], ids=str)
def test_the_number_of_somebody_who_was_erased_means_nobody(sort):
    person("1", "Anna")
    person("2", "Bernd")
    Customer.objects.get(number="1").delete()
    page = Listing(shop(), Search(orders_to=0), sort, {}).page()
    assert (len(page.ids), page.count) == (1, 1)


def test_filters_speak_about_the_first_order_and_about_buying():
    buyer("1", channel="App", country="DE", category="Tee", orders=1, revenue=Decimal("19.99"))
    buyer("2", channel="Laden", country="AT", category="", orders=5, revenue=Decimal(500))
    person("3")
    assert found(channel="App") == ["1"]
    assert found(country="AT") == ["2"]
    assert found(category="Tee") == ["1"]
    assert found(category="~unknown") == ["2"]
    assert found(channel="~other", known={"channel": ["App"]}) == ["2"]
    assert found(channel="gone") == []
    assert found(orders_from=2) == ["2"]
    assert found(orders_to=4) == ["1"]
    assert found(orders_to=0) == ["3"]
    assert found(orders_to=0, channel="App") == []
    assert found(revenue_from=Decimal(20)) == ["2"]
    assert found(revenue_to=Decimal("19.99")) == ["1"]
    assert found("1", channel="Laden") == []


def test_since_includes_its_day_and_before_does_not_by_the_clock_of_the_shop():
    buyer("1", last_order_at=datetime(2026, 5, 31, 21, 59, tzinfo=UTC))  # 31 May, 23:59 in Berlin
    buyer("2", last_order_at=datetime(2026, 5, 31, 22, 0, tzinfo=UTC))  # 1 June, midnight in Berlin
    assert found(last_since=date(2026, 6, 1)) == ["2"]
    assert found(last_before=date(2026, 6, 1)) == ["1"]


def test_another_shops_customers_are_not_found():
    from treue.core.shop.models import Shop

    person("1", "Anna")
    other = Shop.objects.create(name="Other")
    Customer.objects.create(shop=other, number="2", name="Anna")
    assert found("anna") == ["1"]
    assert found() == ["1"]
    assert found("2") == []
