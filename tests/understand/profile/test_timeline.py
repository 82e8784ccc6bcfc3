"""What happened with a customer: read without losing one, told in both languages, by day."""

import json
from datetime import UTC, date, datetime, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import gettext, override
from somebody import person, shop

from treue.core.commerce.completing import REACTION, cancelling
from treue.core.commerce.models import Batch, Order
from treue.core.customers import persons
from treue.core.customers.models import Customer
from treue.core.events import reading, registry, telling
from treue.core.events.log import Happening, record
from treue.core.events.models import Event, MovedMonth, Parked
from treue.core.staff.models import User
from treue.design.figures import Entry
from treue.understand.profile import happenings, happenings_wording, timeline
from treue.understand.profile.happenings_wording import PLACEHOLDER, WORDINGS, Kind
from treue.understand.profile.timeline import PAGE, Only, Place

pytestmark = pytest.mark.django_db
NOTHING_YET = (
    "Nothing has happened with this customer since Treue keeps a log. New orders, what they do in the shop, and "
    "consents stand here as soon as they come in."
)
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def anna() -> Customer:
    return person("K7", "Anna Blau", email="anna@example.org")


@pytest.fixture
def ask():
    def fetch(path: str, *, role: str = "service", language: str = "de", fragment: bool = False, status: int = 200):
        user, _new = User.objects.get_or_create(email=f"{role}-{language}@example.org", role=role, language=language)
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        answer = client.get(path, headers={"HX-Request": "true"} if fragment else {})
        assert answer.status_code == status
        return unescape(answer.content.decode()).replace("\xa0", " ")

    return fetch


def happened(customer: int, event: str, minutes: float = 0, source: str = "web", /, **facts: object) -> None:
    moment = NOON + timedelta(minutes=minutes)
    message = f"{event} {customer} {minutes} {Event.objects.count()}"
    record(shop(), [Happening(message, event, customer, source, moment, facts)])


def several(customer: Customer, count: int, *, at_once: bool = False) -> None:
    moments = [NOON + timedelta(hours=0 if at_once else number) for number in range(count)]
    told = [Happening(f"m{n}", "Page Viewed", customer.pk, "web", at, {"n": n}) for n, at in enumerate(moments)]
    record(shop(), told)


def walked(customer: Customer, only: Only | None = None) -> list[int]:
    """The facts of all events, page by page, as the timeline gives them."""
    seen, behind = [], None
    while True:
        page = timeline.read(customer, only=only, behind=behind)
        assert len(page.events) <= PAGE
        seen += [event.facts["n"] for event in page.events]
        behind = page.older
        if behind is None:
            return seen
        behind = Place.parse(str(behind))


@pytest.mark.parametrize("count", [0, 1, PAGE - 1, PAGE, PAGE + 1, 3 * PAGE])
@pytest.mark.parametrize("at_once", [False, True])
def test_page_by_page_every_event_is_seen_once_the_latest_first(anna: Customer, count: int, *, at_once: bool):
    several(anna, count, at_once=at_once)
    assert walked(anna) == list(reversed(range(count)))


def test_the_histories_of_all_numbers_of_a_person_are_one(anna: Customer, monkeypatch: pytest.MonkeyPatch):
    for number in range(120):
        happened((anna.pk, 900_001, 900_002)[number % 3], "Page Viewed", number, n=number)
    happened(900_003, "Page Viewed", 5, n=999)
    monkeypatch.setattr(persons, "numbers_of", lambda customer: [customer.pk, 900_001, 900_002])
    assert walked(anna) == list(reversed(range(120)))


def test_nobody_sees_what_happened_with_somebody_else(anna: Customer):
    ben = person("K8", "Ben Rot")
    happened(ben.pk, "Product Viewed", n=1)
    assert walked(anna) == []


def test_a_kind_holds_its_events_and_behaviour_whatever_nobody_has_worded(anna: Customer):
    names = ("Order Completed", "Product Viewed", "Consent Given", "Danced", "Order Refunded", "Preferences Changed")
    for number, name in enumerate(names):
        happened(anna.pk, name, number, n=number)
    kinds = {kind: walked(anna, happenings_wording.only(kind)) for kind in ("", *Kind, "nonsense")}
    assert kinds == {
        "": [5, 4, 3, 2, 1, 0],
        "purchases": [4, 0],
        "behaviour": [3, 1],
        "contact": [5, 2],
        "nonsense": [5, 4, 3, 2, 1, 0],
    }


@pytest.mark.parametrize(
    "text", ["", "x", "1", "1-", "-1", "1-x", "9" * 30 + "-1", "99999999999999999-1", "１-1", "1-1-1"]
)
def test_a_made_up_place_leads_to_the_beginning_or_nowhere(anna: Customer, ask, text: str):
    happened(anna.pk, "Danced")
    assert "Danced" in ask(f"/customers/{anna.pk}/timeline/?before={text}") or Place.parse(text) == Place.parse("1-1")


SAID = [
    ("Order Completed", {"order": "A-1", "total": "88.00", "currency": "EUR"}, "Bestellung A-1 über 88,00 €"),
    ("Order Completed", {"order_id": 17, "total": 88, "currency": "usd"}, "Bestellung 17 über 88,00 $"),
    ("Order Completed", {"revenue": 5, "currency": None}, "Bestellung über 5,00 €"),
    ("Order Completed", {"order": "A-1", "total": "much"}, "Bestellung A-1"),
    ("Order Completed", {"total": float("1e300"), "order": ["x"]}, "Eine Bestellung"),
    ("Order Refunded", {"order": "A-1", "total": 3}, "Erstattung von 3,00 € für die Bestellung A-1"),
    ("Order Cancelled", {"order": "A-1"}, "Bestellung A-1 storniert"),
    ("Product Viewed", {"name": "Assam"}, "Assam angesehen"),
    ("Product Viewed", {"sku": "T1", "name": " "}, "T1 angesehen"),
    ("Product Viewed", {}, "Ein Produkt angesehen"),
    ("Product Added", {"name": "Assam", "quantity": 2}, "2 × Assam in den Warenkorb gelegt"),
    ("Product Added", {"name": "Assam", "quantity": 1}, "Assam in den Warenkorb gelegt"),
    ("Product Added", {"name": "Assam", "quantity": True}, "Assam in den Warenkorb gelegt"),
    ("Products Searched", {"query": "tee"}, "Nach „tee“ gesucht"),
    ("Page Viewed", {"path": "/tee"}, "Die Seite „/tee“ geöffnet"),
    ("Consent Given", {"purpose": "marketing", "channel": "email"}, "Eingewilligt: Werbung (E-Mail)"),
    ("Consent Withdrawn", {"purpose": "Tests", "channel": "none"}, "Einwilligung widerrufen: Tests"),
    ("Danced", {"name": "Assam"}, "Danced"),
    ("Consent Given", {}, "Consent Given"),
]


@pytest.mark.parametrize(("name", "facts", "said"), SAID)
def test_each_event_is_said_as_far_as_it_is_known(name: str, facts: dict, said: str):
    with override("de"):
        sentence = happenings_wording.sentence(Event(name=name, facts=facts), "EUR")
    assert sentence.replace("\xa0", " ") == said


@pytest.mark.parametrize("name", WORDINGS)
def test_every_sentence_is_there_in_german_with_the_same_places(name: str):
    for sentence in WORDINGS[name].sentences:
        with override("en"):
            english = str(sentence)
        with override("de"):
            german = str(sentence)
        assert english != german
        assert sorted(PLACEHOLDER.findall(english)) == sorted(PLACEHOLDER.findall(german))
        assert set(PLACEHOLDER.findall(english)) <= {*happenings_wording.READ, "total"}


def test_days_are_those_of_the_shop_and_go_on_over_the_page(anna: Customer):
    shop().zone = "Europe/Berlin"
    late = [datetime(2026, 3, 29, hour, 30, tzinfo=UTC) for hour in (21, 22)]  # 23:30 and, a day later, 0:30
    record(shop(), [Happening(f"m{at}", "Danced", anna.pk, "web", at) for at in late])
    events = timeline.read(anna).events
    with override("en"):
        days = happenings.days(events, anna)
        assert [(day.heading, [each.when for each in day.entries]) for day in days] == [
            ("Monday, 30 March 2026", ["0:30"]),
            ("Sunday, 29 March 2026", ["23:30"]),
        ]
        same_day = Place(datetime(2026, 3, 30, 15, tzinfo=ZoneInfo("Europe/Berlin")), 1)
        assert [day.heading for day in happenings.days(events, anna, behind=same_day)] == [
            "",
            "Sunday, 29 March 2026",
        ]


def test_an_order_leads_to_its_page_and_an_unknown_one_nowhere(anna: Customer):
    batch = Batch.objects.create(shop=shop(), source="test")
    order = Order.objects.create(
        shop=shop(), number="A-1", customer=anna, ordered_at=NOON, amount=9, units=1, batch=batch
    )
    products = [{"name": name} for name in ("Assam", "Sencha", "Tasse", "Kanne", "Dose")]
    happened(anna.pk, "Order Completed", 2, order="A-1", products=products)
    happened(anna.pk, "Order Completed", 1, order="A-2")
    happened(anna.pk, "Product Viewed", 0, order="A-1")
    with override("de"):
        entries = [each for day in happenings.days(timeline.read(anna).events, anna) for each in day.entries]
    assert [each.url for each in entries] == [f"/customers/{anna.pk}/orders/{order.pk}/", "", ""]
    assert entries[0].text == "Assam, Sencha, Tasse und 2 weitere · web"
    assert [each.mark for each in entries] == ["", "Wartet", ""]  # nobody has read any of them yet


def test_the_order_of_another_customer_is_named_and_leads_nowhere(anna: Customer):
    """Who sends back what another one bought; the order stays to be seen on the page of whoever bought it."""
    batch = Batch.objects.create(shop=shop(), source="test")
    order = {"ordered_at": NOON, "amount": 9, "units": 1, "batch": batch, "shop": shop()}
    Order.objects.create(number="B-1", customer=person("K8", "Ben Rot"), **order)
    happened(anna.pk, "Order Refunded", 1, order="B-1", total=9)
    entry = happenings.days(timeline.read(anna).events, anna)[0].entries[0]
    assert (entry.title, entry.url) == ("Refund of €9.00 for order B-1", "")


def test_a_cancellation_that_another_told_of_before_is_no_mere_change(anna: Customer):
    for source, is_server in (("web", False), ("till", True)):
        told_as = cancelling("A-1", is_named=is_server, is_from_server=is_server)
        about = {"person": anna.pk, "source": source, "occurred_at": NOON, "facts": {"order": "A-1"}}
        record(shop(), [Happening(name="Order Cancelled", **told_as._asdict(), **about)])
    day = happenings.days(timeline.read(anna).events, anna)[0]
    assert [(each.title, each.kind) for each in day.entries] == [("Order A-1 cancelled", "alarm")] * 2


def test_that_is_known_of_it_also_when_its_month_has_left_the_log():
    event = Event(name="Order Updated", facts={"order": "A-1"})
    event.kept_id = "cancellation settled hashed 0123"
    with override("en"):
        assert happenings_wording.sentence(event, "EUR") == "Order A-1 cancelled"


def test_details_show_what_was_told_and_of_very_much_the_first_part(anna: Customer):
    happened(anna.pk, "Danced", a={"b": [1, {"c": None}]}, long="x" * 5_000, yes=True)
    happened(anna.pk, "Danced", 1, many=list(range(500)))
    with override("en"):
        entries = [each for day in happenings.days(timeline.read(anna).events, anna) for each in day.entries]
    told = dict(entries[1].more)
    assert (told["a b 1"], told["a b 2 c"], told["yes"], len(told["long"])) == ("1", "–", "yes", 300)
    assert len(entries[0].more) == 4 + telling.MOST_FACTS + 1
    assert entries[0].more[-1] == ("…", "440 more facts")


def entries(customer: Customer, language: str = "en") -> list[Entry]:
    with override(language):
        return [each for day in happenings.days(timeline.read(customer).events, customer) for each in day.entries]


def test_pages_looked_at_one_after_another_are_one_line_that_holds_them_all(anna: Customer):
    for number in range(12):
        happened(anna.pk, "Page Viewed", number, path=f"/tea/{number % 5}", n=number)
    happened(anna.pk, "Danced", 12)
    happened(anna.pk, "Page Viewed", 13, path="/after")
    after, danced, run = entries(anna)
    assert (after.within, danced.within) == ((), ())
    assert (run.title, run.when) == ("Opened 12 pages", "13:00–13:11")
    assert run.text == "/tea/1, /tea/0, /tea/4 and 2 more · web"
    assert [dict(each.more)["n"] for each in run.within] == [str(number) for number in reversed(range(12))]
    german = entries(anna, "de")[2]
    assert (german.title, german.when) == ("12 Seiten geöffnet", "13:00–13:11\xa0Uhr")


def test_two_in_a_row_a_long_pause_and_midnight_make_no_run(anna: Customer):
    for minutes in (0, 1, 40, 41, 82, 83, 84):
        happened(anna.pk, "Product Viewed", minutes, name="Assam")
    assert [len(each.within) for each in entries(anna)] == [3, 0, 0, 0, 0]
    ben = person("K8", "Ben Rot")
    for minutes in (658, 659, 660, 661):  # 23:58 to 0:01 in Berlin
        happened(ben.pk, "Product Viewed", minutes)
    assert [len(each.within) for each in entries(ben)] == [0, 0, 0, 0]


def test_orders_and_what_nobody_worded_never_make_a_run(anna: Customer):
    for number in range(4):
        happened(anna.pk, "Order Completed", number, order=f"A-{number}")
    for number in range(4, 8):
        happened(anna.pk, "Danced", number)
    assert [len(each.within) for each in entries(anna)] == [0] * 8


def test_a_run_over_the_end_of_a_page_loses_nothing_and_repeats_nothing(anna: Customer):
    told = [
        Happening(f"m{n}", "Page Viewed", anna.pk, "web", NOON + timedelta(minutes=n), {"n": n})
        for n in range(2 * PAGE + 7)
    ]
    record(shop(), told)
    behind, seen, lines = None, [], []
    while True:
        page = timeline.read(anna, behind=behind)
        for day in happenings.days(page.events, anna, behind=behind):
            lines += day.entries
            seen += [dict(line.more)["n"] for each in day.entries for line in each.within or [each]]
        if page.older is None:
            break
        behind = page.older
    assert seen == [str(n) for n in reversed(range(2 * PAGE + 7))]
    assert [len(each.within) for each in lines] == [PAGE, PAGE, 7]


@pytest.mark.parametrize("name", happenings_wording.RUNS)
def test_every_run_is_said_in_german_too(name: str):
    events = [Event(name=name, facts={})] * 1_200
    with override("en"):
        english = happenings_wording.run(events)
    with override("de"):
        german = happenings_wording.run(events)
    assert "1,200" in english
    assert "1.200" in german
    assert english != german


@pytest.fixture
def order_reaction(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reaction that takes in orders, at its place behind all that is in the log."""
    monkeypatch.setattr(registry, "REACTIONS", {REACTION: registry.named(REACTION)})
    with connection.cursor() as cursor:
        cursor.execute("delete from events_cursor")
    reading.begin()


def read_all() -> None:
    with connection.cursor() as cursor:
        cursor.execute("update events_cursor set xid = '9000000000'")


def parked(event: Event, error: str = "") -> None:
    about = {"seq": event.seq, "recorded_at": event.recorded_at, "place": 1, "person": event.person, "shard": 1}
    Parked.objects.create(reaction=REACTION, error=error, attempts=1 if error else 0, **about)


@pytest.mark.usefixtures("order_reaction")
def test_an_order_that_is_not_taken_in_yet_is_marked_with_the_reason(anna: Customer):
    happened(anna.pk, "Order Completed", 0, order_id="A-1", currency="usd")
    happened(anna.pk, "Order Refunded", 1, order_id="A-1")
    happened(anna.pk, "Order Completed", 2, "files", order="A-2")
    happened(anna.pk, "Product Viewed", 3)
    assert [each.mark for each in entries(anna)] == ["", "", "Waiting", "Waiting"]
    assert "that usually takes a few seconds" in entries(anna)[2].text
    read_all()
    assert [each.mark for each in entries(anna)] == ["", "", "", ""]
    first, second = Event.objects.filter(source="web").order_by("seq")[:2]
    parked(first, "NoRate")
    parked(second)
    refund, order = entries(anna)[2:]
    assert (refund.mark, order.mark) == ("Waiting", "Not taken in")
    assert "There is no exchange rate for its currency (USD)." in order.text
    assert "An earlier event of this customer could not be taken in" in refund.text
    assert [each.mark for each in entries(anna, "de")[2:]] == ["Wartet", "Nicht übernommen"]


@pytest.mark.usefixtures("order_reaction")
def test_where_taking_in_orders_is_held_up_the_timeline_does_not_promise_seconds(anna: Customer):
    happened(anna.pk, "Order Completed", 0, order_id="A-1")
    with connection.cursor() as cursor:
        cursor.execute("update events_cursor set failed_at = now(), error = 'OperationalError'")
    assert "taking them in is held up" in entries(anna)[0].text


@pytest.mark.usefixtures("order_reaction")
def test_the_timeline_asks_the_database_as_often_for_many_orders_as_for_one(anna: Customer, ask):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            ask(f"/customers/{anna.pk}/timeline/")
        return len(queries)

    happened(anna.pk, "Order Completed", 0, order_id="A-0")
    asked()
    one = asked()
    for number in range(1, 30):
        happened(anna.pk, "Order Completed", number, order_id=f"A-{number}")
    assert asked() == one


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_page_speaks_both_languages_and_an_empty_one_says_why(anna: Customer, ask, language: str):
    empty = ask(f"/customers/{anna.pk}/timeline/", language=language)
    with override(language):
        assert gettext(NOTHING_YET) in empty
        only = ask(f"/customers/{anna.pk}/timeline/?kind=purchases", language=language)
        assert gettext("No purchases among the events.") in only
        happened(anna.pk, "Cart Viewed")
        page = ask(f"/customers/{anna.pk}/timeline/", language=language)
        for words in (
            "Looked at the cart",
            "Timeline",
            "Everything",
            "Purchases",
            "No earlier events. Orders that files brought stand under Overview.",
        ):
            assert gettext(words) in page
    assert "anna@example.org" in page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "Von dem, was vor April 2024 geschah, sind weniger Einzelheiten aufbewahrt."),
        ("en", "Of what happened before April 2024, fewer details are kept."),
    ],
)
def test_its_end_says_that_less_is_known_of_older_months(anna: Customer, ask, language: str, words: str):
    path = f"/customers/{anna.pk}/timeline/"
    assert words not in ask(path, language=language)
    for month in (date(2024, 2, 1), date(2024, 3, 1)):
        MovedMonth.objects.create(shop=shop(), month=month, file=f"{month}.parquet")
    assert words in ask(path, language=language), "where nothing is left, too"
    several(anna, PAGE + 1)
    first = ask(path, language=language)
    assert words not in first
    older = path + "?" + first.split('id="earlier" href="?')[1].split('"')[0]
    assert words in ask(older, language=language, fragment=True)


def test_the_older_part_comes_as_a_fragment_and_as_a_page_of_its_own(anna: Customer, ask):
    several(anna, PAGE + 5)
    path = f"/customers/{anna.pk}/timeline/"
    older = path + "?" + ask(path).split('id="earlier" href="?')[1].split('"')[0]
    fragment, page = ask(older, fragment=True), ask(older)
    assert "<h1" not in fragment
    assert "<h1" in page
    assert fragment.count("<li") == 5
    assert "Zu den neuesten Ereignissen" in page
    assert "Zu den neuesten Ereignissen" not in fragment


def test_what_sources_tell_is_never_read_as_markup(anna: Customer, ask):
    happened(anna.pk, "<b>x</b>", 0, "<i>", name="<script>alert(1)</script>")
    happened(anna.pk, "Product Viewed", name="<script>alert(2)</script>")
    page = Client()
    user = User.objects.create_user("x@example.org", role="admin")
    page.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    text = page.get(f"/customers/{anna.pk}/timeline/").content.decode()
    assert "<script>alert" not in text
    assert "<b>x</b>" not in text


def test_who_may_not_see_customers_sees_no_timeline(anna: Customer, ask):
    ask(f"/customers/{anna.pk}/timeline/", role="analyst", status=403)
    ask(f"/customers/{anna.pk}/timeline/", role="analyst", fragment=True, status=403)
    ask("/customers/999999/timeline/", status=404)


def test_the_index_is_read_in_order_and_nobodys_history_is_sorted_whole(anna: Customer):
    """With statistics that know only of few events a person, as in a shop where nearly all have few."""
    several(anna, 300)
    record(shop(), [Happening(f"o{n}", "Danced", 10_000 + n, "web", NOON) for n in range(3_000)])
    with connection.cursor() as cursor:
        cursor.execute("analyze events_event")
    with CaptureQueriesContext(connection) as asked:
        timeline.read(anna)
    statement = next(each["sql"] for each in asked.captured_queries if "lateral" in each["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"explain (analyze, timing off, format json) {statement}")
        plan = json.dumps(cursor.fetchone()[0])
    assert '"Merge Append"' in plan
    assert '"Actual Rows": 300' not in plan
