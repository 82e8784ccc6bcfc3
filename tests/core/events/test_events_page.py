"""The events of the log: narrowed down, page by page by key, and one with its fate."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override
from happening import NOON, Reacting, happen, happening, several

from treue.core.customers.models import Customer
from treue.core.events import browsing, fate, naming, partitions
from treue.core.events.browsing import PAGE, Wanted
from treue.core.events.fate import State
from treue.core.events.log import record
from treue.core.events.models import Event
from treue.core.events.moments import Place
from treue.core.events.reacting import drain
from treue.core.shop.models import Shop

SignIn = Callable[..., Client]


@pytest.fixture
def log(shop: Shop) -> Shop:
    """120 events of two sources, five recorded at the same moment each time."""
    for start in range(0, 120, 5):
        record(
            shop,
            [
                happening(
                    f"a{n}", n % 3, source="till" if n % 4 == 0 else "web", occurred_at=NOON - timedelta(minutes=n)
                )
                for n in range(start, start + 5)
            ],
        )
    return shop


def walked(shop: Shop, wanted: Wanted = Wanted()) -> list[str]:  # noqa: B008 - frozen
    names, behind = [], None
    while True:
        found = browsing.page(shop, wanted, behind=behind)
        assert len(found.events) <= PAGE
        names += [each.name for each in found.events]
        if found.older is None:
            return names
        behind = Place.parse(str(found.older))


def place(event: Event) -> str:
    return str(Place(event.recorded_at, event.seq))


def page(client: Client, **asked: str) -> str:
    return client.get(reverse("log"), asked).text


def test_page_by_page_every_event_is_told_once_the_latest_first(log: Shop):
    assert walked(log) == [f"a{n}" for n in reversed(range(120))]


def test_events_of_a_source_and_of_a_part_of_a_name(log: Shop):
    assert walked(log, Wanted(source="till")) == [f"a{n}" for n in range(116, -1, -4)]
    assert walked(log, Wanted(name="A11")) == [*(f"a{n}" for n in range(119, 109, -1)), "a11"]
    assert walked(log, Wanted(name="a1", source="till")) == ["a116", "a112", "a108", "a104", "a100", "a16", "a12"]
    assert walked(log, Wanted(name="%")) == []


def test_events_of_a_customer_stand_in_the_order_in_which_they_happened(log: Shop):
    assert walked(log, Wanted(numbers=[0])) == [f"a{n}" for n in range(0, 120, 3)]
    assert walked(log, Wanted(numbers=[0, 1])) == [f"a{n}" for n in range(120) if n % 3 < 2]
    assert walked(log, Wanted(numbers=[0], source="till")) == [f"a{n}" for n in range(0, 120, 12)]


def test_failed_and_waiting_ones_are_found(shop: Shop, reacting: Reacting):
    for name in ("test.seen", "test.other"):
        reacting(name).poison = {"a1"}
    happen(shop, "a0", "a1", "a2", person=1)
    happen(shop, "a1", "a3", person=2)
    drain()
    assert walked(shop, Wanted(state="failed")) == ["a1", "a1"]
    assert walked(shop, Wanted(state="waiting")) == ["a3", "a2"]
    assert walked(shop, Wanted(state="waiting", name="2")) == ["a2"]
    assert walked(shop, Wanted(state="failed", numbers=[2])) == ["a1"]


def test_a_page_looks_through_so_many_and_the_next_one_goes_on(log: Shop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(browsing, "MOST_LOOKED_AT", 30)
    found = browsing.page(log, Wanted(name="a7"))
    assert list(found.events) == []
    assert found.looked_back_to == Event.objects.get(name="a90").recorded_at
    assert walked(log, Wanted(name="a7")) == [*(f"a{n}" for n in range(79, 69, -1)), "a7"]


def test_how_far_was_looked_is_said_and_leads_further(signed_in: SignIn, log: Shop, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(browsing, "MOST_LOOKED_AT", 30)
    monkeypatch.setattr("treue.core.events.event_showing.MOST_LOOKED_AT", 30)
    client = signed_in()
    first = page(client, name="a7")
    assert "None of 30 events back to" in first
    assert "Look further back" in first
    assert "Looked through 30 events, back to" in page(client, name="a9")


def test_the_page_narrows_down_and_keeps_what_was_asked_for(signed_in: SignIn, log: Shop):
    client = signed_in()
    first = page(client, source="web")
    assert ">a119</a>" in first
    assert ">a116</a>" not in first
    assert '<option value="web" selected>' in first
    older = first.split('rel="next"')[0].rpartition('href="')[2].split("#")[0].replace("&amp;", "&")
    assert "source=web" in older
    second = client.get(reverse("log") + older).text
    assert ">a119</a>" not in second
    assert "To the latest events" in second


@pytest.mark.parametrize("language", ["de", "en"])
def test_nothing_found_says_so_in_both_languages(signed_in: SignIn, log: Shop, language: str):
    client = signed_in(language=language)
    with override(language):
        assert gettext("No event in the log fits this filter.") in page(client, name="nothing like it")
        assert gettext("No customer has this number.") in page(client, customer="K404")
        assert gettext("Clear filters") in page(client, name="nothing like it")


@pytest.mark.parametrize("asked", [{"before_event": "x"}, {"state": "odd"}, {"name": "a\0b"}, {"source": "%" * 999}])
def test_what_nobody_could_have_asked_for_is_answered(signed_in: SignIn, log: Shop, asked: dict[str, str]):
    assert signed_in().get(reverse("log"), asked).status_code == 200


def test_a_customer_is_found_by_the_shops_own_number_and_after_a_merge_too(signed_in: SignIn, shop: Shop):
    kept = Customer.objects.create(shop=shop, number="K7", name="Anna")
    gone = Customer.objects.create(shop=shop, number="K8", name="Anna B", merged_into=kept)
    record(shop, [happening("a1", kept.pk), happening("a2", gone.pk), happening("a3", 999_999)])
    client = signed_in()
    for number in ("K7", " K8 "):
        found = page(client, customer=number)
        print(found.split('id="latest"')[1][:1500])
        assert ">a1</a>" in found
        assert ">a2</a>" in found
        assert ">a3</a>" not in found


def test_who_may_not_see_customers_finds_nobody_by_number(
    signed_in: SignIn, shop: Shop, monkeypatch: pytest.MonkeyPatch
):
    kept = Customer.objects.create(shop=shop, number="K7", name="Anna Blau")
    record(shop, [happening("a1", kept.pk, facts={"name": "Assam"}), happening("a3", 999_999)])
    client = without_customers(signed_in, monkeypatch)
    found = page(client, customer="K7")
    assert ">a3</a>" in found
    assert 'name="customer"' not in found
    one = client.get(reverse("log_event", args=[place(Event.objects.get(name="a1"))])).text
    assert "It is shown to those who may see customers." in one
    assert "Assam" not in one
    assert "Anna" not in one


def without_customers(signed_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> Client:
    from treue.core.staff.models import User
    from treue.core.staff.roles import Permission

    may = User.may
    monkeypatch.setattr(User, "may", lambda self, what: what != Permission.SEE_CUSTOMERS and may(self, what))
    return signed_in()


def test_an_event_tells_its_body_whose_it_is_and_what_became_of_it(signed_in: SignIn, shop: Shop, reacting: Reacting):
    anna = Customer.objects.create(shop=shop, number="K7", name="Anna Blau")
    reacting("test.seen").poison = {"a1"}
    reacting("test.fine")
    reacting("test.other", on={"a9"})
    facts = {"products": [{"name": "Assam"}]}
    record(shop, [happening("a1", anna.pk, facts=facts), happening("a2", anna.pk)])
    drain()
    first, second = Event.objects.order_by("seq")
    assert {name: each.state for (_seq, name), each in fate.of([first]).items()} == {
        "test.seen": State.FAILED,
        "test.fine": State.DEALT_WITH,
        "test.other": State.UNCONCERNED,
    }
    assert fate.of([second])[second.seq, "test.seen"].state == State.BEHIND
    client = signed_in()
    found = client.get(reverse("log_event", args=[place(first)])).text
    for words in ("Anna Blau", "products 1 name", "Assam", "ZeroDivisionError", "1 attempt so far", "Dealt with"):
        assert words in found
    waiting = client.get(reverse("log_event", args=[place(second)])).text
    assert "An earlier event of the same person failed; this one follows it." in waiting
    assert reverse("log_event", args=[place(first)]) in page(client)


def test_what_no_reaction_has_come_to_is_still_to_be_read(shop: Shop, reacting: Reacting):
    reacting("test.late", starts=timezone.now() + timedelta(days=1))
    reacting()
    happen(shop, "a1")
    (event,) = Event.objects.all()
    found = fate.of([event])
    assert (found[event.seq, "test.seen"].state, found[event.seq, "test.late"].state) == (State.AHEAD, State.BEFORE)
    with connection.cursor() as cursor:
        cursor.execute("update events_cursor set failed_at = now() where reaction = 'test.seen'")
    assert fate.of([event])[event.seq, "test.seen"].stuck_since


@pytest.mark.parametrize("place", ["x", "1-1", "9" * 17 + "-1"])
def test_an_event_that_is_not_there_is_not_found(signed_in: SignIn, shop: Shop, place: str):
    assert signed_in().get(reverse("log_event", args=[place])).status_code == 404


def test_what_sources_tell_is_never_read_as_markup(signed_in: SignIn, shop: Shop):
    record(shop, [happening("<b>x</b>", source="<i>", facts={"<u>": "<script>alert(1)"})])
    client = signed_in()
    for found in (page(client), client.get(reverse("log_event", args=[place(Event.objects.get())])).text):
        assert "<b>x" not in found
        assert "<script>alert" not in found
        assert "<i>" not in found


def test_names_can_be_chosen_that_rooms_know_or_that_came_in(log: Shop):
    assert naming.seen(log)[1] == ["till", "web"]
    assert "a7" in naming.seen(log)[0]
    assert {"Order Completed", "Product Viewed", "Consent Given", "Page Viewed"} <= naming.KNOWN


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(),
        Wanted(source="shop"),
        Wanted(name="rare"),
        Wanted(state="failed"),
        Wanted(numbers=[7]),
        Wanted(numbers=[7], name="a1"),
    ],
)
def test_pages_walk_an_index_and_nothing_is_sorted_whole(shop: Shop, wanted: Wanted):
    """In a log of 20,000 whose statistics are known; what is read of it is what a page needs, or the most it may."""
    record(shop, several(20_000, person=None))
    record(shop, several(100, person=7, start=30_000))
    with connection.cursor() as cursor:
        cursor.execute("analyze events_event")
    behind = Place(timezone.now(), 2**40)
    with CaptureQueriesContext(connection) as asked:
        browsing.page(shop, wanted, behind=behind)
    statement = next(each["sql"] for each in asked.captured_queries if "from events_event e" in each["sql"])
    with connection.cursor() as cursor:
        cursor.execute("set enable_sort = off")
        cursor.execute(f"explain (analyze, timing off, format json) {statement}")
        nodes = list(walk(cursor.fetchone()[0][0]["Plan"]))
        cursor.execute("reset enable_sort")
    this_month = partitions.name_of(timezone.now().date())
    reads = [each for each in nodes if each.get("Relation Name") == this_month]
    assert {each["Node Type"] for each in reads} <= {"Index Scan"}
    assert not [each for each in nodes if each["Node Type"] == "Sort" and each["Actual Rows"] > PAGE + 1]
    if not wanted.name:
        assert sum(each["Actual Rows"] for each in reads) <= 101


def walk(node: dict) -> Iterator[dict]:
    yield node
    for each in node.get("Plans", ()):
        yield from walk(each)
