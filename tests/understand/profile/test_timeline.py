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

from treue.core.commerce.models import Batch, Order
from treue.core.customers import persons
from treue.core.customers.models import Customer
from treue.core.events.log import Happening, record
from treue.core.events.models import Event, MovedMonth
from treue.core.staff.models import User
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
        days = happenings.days(events, shop())
        assert [(day.heading, [each.when for each in day.entries]) for day in days] == [
            ("Monday, 30 March 2026", ["0:30"]),
            ("Sunday, 29 March 2026", ["23:30"]),
        ]
        same_day = Place(datetime(2026, 3, 30, 15, tzinfo=ZoneInfo("Europe/Berlin")), 1)
        assert [day.heading for day in happenings.days(events, shop(), behind=same_day)] == [
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
        entries = [each for day in happenings.days(timeline.read(anna).events, shop()) for each in day.entries]
    assert [each.url for each in entries] == [f"/customers/{anna.pk}/orders/{order.pk}/", "", ""]
    assert entries[0].text == "Assam, Sencha, Tasse und 2 weitere · web"


def test_details_show_what_was_told_and_of_very_much_the_first_part(anna: Customer):
    happened(anna.pk, "Danced", a={"b": [1, {"c": None}]}, long="x" * 5_000, yes=True)
    happened(anna.pk, "Danced", 1, many=list(range(500)))
    with override("en"):
        entries = [each for day in happenings.days(timeline.read(anna).events, shop()) for each in day.entries]
    told = dict(entries[1].more)
    assert (told["a b 1"], told["a b 2 c"], told["yes"], len(told["long"])) == ("1", "–", "yes", 300)
    assert len(entries[0].more) == 4 + happenings.MOST_FACTS + 1
    assert entries[0].more[-1] == ("…", "440 more facts")


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_page_speaks_both_languages_and_an_empty_one_says_why(anna: Customer, ask, language: str):
    empty = ask(f"/customers/{anna.pk}/timeline/", language=language)
    with override(language):
        assert gettext(NOTHING_YET) in empty
        only = ask(f"/customers/{anna.pk}/timeline/?kind=purchases", language=language)
        assert gettext("No purchases among the events.") in only
        happened(anna.pk, "Cart Viewed")
        page = ask(f"/customers/{anna.pk}/timeline/", language=language)
        for words in ("Looked at the cart", "Timeline", "Everything", "Purchases", "Nothing earlier is known."):
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
