"""Paging forth and back through the list shows everybody once, in order, whichever way the list is found."""

import random
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from somebody import buyer, person, shop

from treue.core.customers.models import Customer
from treue.understand.profile import listing, walking
from treue.understand.profile.listing import Listing, Position
from treue.understand.profile.models import BuyingProfile
from treue.understand.profile.searching import Search
from treue.understand.profile.sorting import COLUMNS, Sort

pytestmark = pytest.mark.django_db

SORTS = [Sort(name, descending) for name in COLUMNS for descending in (True, False)]
SEARCHES = [
    Search(),
    Search("an"),
    Search("k"),
    Search("k1"),
    Search(channel="App"),
    Search("a", orders_from=2),
    Search(orders_from=2, orders_to=3),
    Search(last_since=date(2026, 1, 5)),
    Search(revenue_to=Decimal(40), orders_to=3),
    Search(last_before=date(2026, 1, 5)),
    Search(orders_to=0),
    Search("b", orders_to=0),
]
SIZE = 4


@pytest.fixture
def crowd() -> list[dict[str, object]]:
    """Sixty customers, many of them alike, as the plain twin knows them."""
    chance = random.Random(7)
    people = []
    for number in range(60):
        values = {"id": number, "number": f"K{number}", "name": chance.choice(["Anna", "Andi", "Bea", "Ben", ""])}
        bought = {
            "orders": chance.randint(1, 4),
            "revenue": Decimal(chance.choice([10, 20, 30, 90])),
            "last_order_at": datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=chance.randint(0, 9)),
            "first_order_at": datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=chance.randint(0, 9)),
            "channel": chance.choice(["App", "Laden"]),
        }
        if chance.random() < 0.8:
            made = buyer(values["number"], values["name"], **bought)
        else:
            made, bought = person(values["number"], values["name"]), {}
        people.append({**values, **bought, "id": made.pk})
    return people


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, shop().tz)


def fits(one: dict[str, object], search: Search) -> bool:
    texts = (one["name"].lower(), one["number"].lower())
    if search.words and not any(text.startswith(search.words) for text in texts):
        return False
    if search.orders_to == 0:
        return "orders" not in one
    if search.by_buying and "orders" not in one:
        return False
    return (
        (not search.channel or one["channel"] == search.channel)
        and (search.orders_from is None or one["orders"] >= search.orders_from)
        and (search.orders_to is None or one["orders"] <= search.orders_to)
        and (search.revenue_to is None or one["revenue"] <= search.revenue_to)
        and (search.last_since is None or one["last_order_at"] >= midnight(search.last_since))
        and (search.last_before is None or one["last_order_at"] < midnight(search.last_before))
    )


def expected(people: list[dict[str, object]], search: Search, sort: Sort) -> list[int]:
    field = COLUMNS[sort.name].split(".")[1]
    fitting = [one for one in people if fits(one, search)]
    exact = [one["id"] for one in fitting if search.words and one["number"].lower() == search.words]
    others = [one for one in fitting if one["id"] not in exact]
    key = {
        one["id"]: (one["name"] or one["number"]).lower() if field == "name_key" else one.get(field) for one in others
    }
    keyed = sorted((each for each in key if key[each] is not None), key=lambda each: (key[each], each))
    without = sorted(each for each in key if key[each] is None)
    return exact + (keyed[::-1] + without[::-1] if sort.descending else keyed + without)


def forth(found: Listing) -> list[listing.Page]:
    pages = [found.page(size=SIZE)]
    while pages[-1].has_next:
        pages.append(found.page(Position(after=pages[-1].ids[-1], page=len(pages) + 1), size=SIZE))
    return pages


def back(found: Listing, last: listing.Page, number: int) -> list[listing.Page]:
    pages = [last]
    while pages[0].has_previous:
        number -= 1
        pages.insert(0, found.page(Position(before=pages[0].ids[0], page=number), size=SIZE))
    return pages


@pytest.fixture(params=[(0, 100), (3, 100), (9, 100), (1000, 100), (0, 10), (3, 10)], ids=str)
def steps(request, monkeypatch) -> int:
    """How far is walked before all who fit are sorted: never, sometimes, always far enough; and how many are many."""
    first, many = request.param
    monkeypatch.setattr(walking, "FIRST_STEPS", first)
    monkeypatch.setattr(walking, "TIMES_AS_MANY", 3)
    monkeypatch.setattr(walking, "MOST_COUNTED", many)
    monkeypatch.setattr(walking, "MOST_COUNTED_FOR_WORDS", many)
    return first


def test_every_list_is_paged_forth_and_back_as_the_plain_twin_sorts_it(crowd, steps):
    for search in SEARCHES:
        for sort in SORTS:
            found = Listing(shop(), search, sort, {})
            want = expected(crowd, search, sort)
            pages = forth(found)
            told = f"{search} by {sort}, {steps} steps"
            assert [each for page in pages for each in page.ids] == want, told
            assert [page.first for page in pages] == [1 + SIZE * number for number in range(len(pages))], told
            assert [each for chunk in found.chunks(7) for each in chunk] == want, told
            assert {page.count for page in pages} == {len(want) if len(want) <= walking.MOST_COUNTED else None}, told
            backwards = back(found, pages[-1], len(pages))
            assert [each for page in backwards for each in page.ids] == want, told


def test_a_page_after_somebody_who_is_gone_begins_the_list_anew(crowd, steps):
    found = Listing(shop(), Search(), Sort(), {})
    assert found.page(Position(after=999_999_999)).ids == found.page().ids
    assert found.page(Position(before=999_999_999)).ids == found.page().ids
    assert found.page(Position(before=found.page().ids[0])).ids == found.page().ids


def test_more_than_are_counted_have_no_count(crowd, monkeypatch):
    monkeypatch.setattr(walking, "MOST_COUNTED", 59)
    assert Listing(shop(), Search(), Sort(), {}).page().count is None
    monkeypatch.setattr(walking, "MOST_COUNTED", 60)
    assert Listing(shop(), Search(), Sort(), {}).page().count == 60


def test_a_search_for_words_is_counted_less_far_whichever_way_it_is_found(crowd, steps, monkeypatch):
    monkeypatch.setattr(walking, "MOST_COUNTED", 100)
    for most, count in ((60, 60), (59, None)):
        monkeypatch.setattr(walking, "MOST_COUNTED_FOR_WORDS", most)
        for sort in SORTS:
            assert Listing(shop(), Search("k"), sort, {}).page(size=SIZE).count == count
    assert Listing(shop(), Search(orders_from=1), Sort(), {}).page(size=SIZE).count is not None


def test_an_empty_shop_has_an_empty_page():
    page = Listing(shop(), Search(), Sort(), {}).page()
    assert (page.ids, page.count, page.has_previous, page.has_next) == ([], 0, False, False)
    assert not Customer.objects.exists()
    assert not BuyingProfile.objects.exists()


@pytest.mark.parametrize(("text", "sort"), [("-revenue", Sort("revenue")), ("name", Sort("name", descending=False))])
def test_an_order_is_read_from_the_address(text, sort):
    assert Sort.of(text) == sort
    assert str(Sort.of(text)) == text


@pytest.mark.parametrize("text", ["", "-", "p.id; drop table", "-unknown"])
def test_an_unknown_order_is_the_latest_order_first(text):
    assert str(Sort.of(text)) == "-last"
