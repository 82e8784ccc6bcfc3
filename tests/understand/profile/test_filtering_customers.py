"""The filters over the list: what each finds, what they offer, and the list saved as CSV."""

import csv
from datetime import UTC, date, datetime
from html import unescape

import pytest
from django.test import Client
from somebody import buyer, person, shop

from treue.core.staff.models import AuditEntry, User
from treue.understand.metrics.models import Slice, Snapshot
from treue.understand.profile import listfile

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def ask():
    def fetch(
        query: str = "", *, role: str = "manager", language: str = "de", path: str = "", status: int = 200
    ) -> str:
        user, _new = User.objects.get_or_create(email=f"{role}@example.org", defaults={"role": role})
        User.objects.filter(pk=user.pk).update(language=language)
        client = Client()
        client.force_login(user, backend=BACKEND)
        answer = client.get(f"/customers/{path}{query}", follow=True)
        assert answer.status_code == status
        return unescape(b"".join(answer).decode()).replace("\xa0", " ")

    return fetch


@pytest.fixture
def people():
    """Known up to 21 November 2026 with a window of a year: Anna is active, Bert is lost to the day, Cem never came."""
    snapshot = Snapshot.objects.create(
        shop=shop(currency="EUR"), as_of="2026-11-21", window_days=365, currency="EUR", is_current=True
    )
    counted = {"repeat_customers": 0, "orders": 1, "revenue": 1, "lifetime_seconds": 0, "trailing_buyers": 0}
    days = {
        "trailing_orders": 0,
        "costed_revenue": 0,
        "cost": 0,
        "first_order": date(2025, 1, 1),
        "last_order": date(2026, 1, 1),
    }
    for channel in ("App", "Laden", "~unknown"):
        Slice.objects.create(snapshot=snapshot, channel=channel, customers=3, **counted, **days)
    anna = buyer("K1", "Anna Blau", orders=12, revenue=900, channel="App", last_order_at=at(2025, 11, 22, 8))
    bert = buyer("K2", "Bert Gelb", orders=1, revenue=20, channel="", country="FR", last_order_at=at(2025, 11, 21, 22))
    return anna, bert, person("K3", "Cem Rot")


def at(year: int, month: int, day: int, hour: int) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "ABC"),
        ("?last=within-365", "A"),
        ("?last=over-365", "B"),
        ("?orders=0", "C"),
        ("?orders=1", "B"),
        ("?orders=10-", "A"),
        ("?orders=1-11", "B"),
        ("?revenue_from=20,5", "A"),
        ("?revenue_from=20", "AB"),
        ("?channel=App", "A"),
        ("?channel=~unknown", "B"),
        ("?country=FR", "B"),
        ("?category=Kaffee&orders=12", "A"),
        ("?q=be&last=over-30", "B"),
        ("?q=anna&last=over-365", ""),
        ("?orders=many&last=yesterday&revenue_from=NaN", "ABC"),
        ("?orders=9999999999999-&revenue_from=1e99", "ABC"),
        ("?orders=2-²&last=over-²", "ABC"),
        ("?revenue_from=1e-999999", "ABC"),
        ("?revenue_from=-20", "ABC"),
        ("?revenue_from=1.000", ""),
        ("?revenue_from=890,50 €", "A"),
    ],
)
def test_each_filter_finds_those_who_fit(ask, people, query, found):
    said = ask(query)
    assert [name for name in ("Anna Blau", "Bert Gelb", "Cem Rot") if name in said] == [
        name for name in ("Anna Blau", "Bert Gelb", "Cem Rot") if name[0] in found
    ]


def test_the_filters_keep_what_was_asked_and_name_the_window(ask, people):
    said = ask("?last=over-365&orders=3-7&revenue_from=20&channel=App&country=FR")
    assert 'value="over-365" selected>Verloren: seit 365 Tagen nicht' in said
    assert 'value="3-7" selected>3 bis 7' in said
    assert 'name="revenue_from" value="20"' in said
    assert 'value="App" selected>App (3)' in said
    assert 'value="FR" selected>Frankreich' in said
    assert "Auf diese Auswahl passt niemand." in said


@pytest.mark.parametrize("given", ["-20", "1e99", "viel", "NaN", "1.00,5", "1e-999999"])
@pytest.mark.parametrize(
    ("language", "right", "told"),
    [
        ("de", "Bitte einen Betrag ab 0, zum Beispiel 1.284,10", "„{}“ ist kein Betrag"),
        ("en", "Enter an amount of 0 or more, such as 1,284.10", "“{}” is no amount to filter by"),
    ],
)
def test_what_is_no_amount_stays_in_its_field_with_what_is_right(ask, people, given, language, right, told):
    said = ask(f"?revenue_from={given}", language=language)
    assert told.format(given) in said
    assert f'value="{given}" autocomplete="off" aria-invalid="true" aria-describedby="revenue_from-error"' in said
    assert f'<span class="error" id="revenue_from-error">{right}</span>' in said


def test_more_than_anybody_can_have_spent_is_refused_with_the_most(ask, people):
    assert "Bitte einen Betrag bis 1.000.000.000.000<" in ask(f"?revenue_from={'9' * 40}")


@pytest.mark.parametrize("given", ["", "0", "20,5", "0.920"])
def test_of_an_amount_that_is_understood_nothing_is_told(ask, people, given):
    said = ask(f"?revenue_from={given}")
    assert "ist kein Betrag" not in said
    assert "aria-invalid" not in said


@pytest.mark.parametrize(
    ("language", "typed", "field", "lost"),
    [
        ("de", "1.000", "1000", True),
        ("de", "1.000,50", "1000,5", True),
        ("de", "1,000.50", "1000,5", True),
        ("de", "1.037,50 €", "1037,5", True),
        ("de", "1,000", "1", False),
        ("en", "1.000", "1", False),
        ("en", "1,000", "1000", True),
        ("en", "1.000,50", "1000.5", True),
    ],
)
def test_an_amount_is_read_in_the_pages_language(ask, people, language, typed, field, lost):
    said = ask(f"?revenue_from={typed}", language=language)
    assert f'name="revenue_from" value="{field}"' in said
    assert ("Anna Blau" not in said) == lost


@pytest.mark.parametrize(("written", "typed", "other"), [("de", "800,125", "en"), ("en", "800.125", "de")])
def test_the_address_means_the_same_amount_on_a_page_of_another_language(ask, people, written, typed, other):
    assert "sort=name&revenue_from=800.1250" in ask(f"?sort=-name&revenue_from={typed}", language=written)
    assert "Anna Blau" in ask("?revenue_from=800.1250", language=other)


def test_nobody_found_under_filters_offers_to_search_without_them(ask, people):
    said = ask("?q=anna&last=over-365")
    assert "unter denen, auf die die Filter passen" in said
    assert 'href="/customers/?q=anna"' in said


def test_before_the_first_figures_the_filters_work_by_today(ask):
    buyer("K1", "Anna Blau", last_order_at=datetime.now(UTC))
    assert "Anna Blau" in ask("?last=within-30")


@pytest.mark.parametrize(("language", "separator", "revenue"), [("de", ";", "900,0000"), ("en", ",", "900.0000")])
def test_the_list_is_saved_as_it_is_shown(ask, people, language, separator, revenue):
    rows = list(
        csv.reader(ask("?last=within-365", path="customers.csv", language=language).splitlines(), delimiter=separator)
    )
    assert tuple(rows[0]) == (f"\ufeff{listfile.HEAD[0]}", *listfile.HEAD[1:])
    assert [row[:2] for row in rows[1:]] == [["K1", "Anna Blau"]]
    assert dict(zip(listfile.HEAD, rows[1], strict=True))["revenue"] == revenue


def test_saving_everybody_includes_those_without_orders_and_leaves_a_trace_without_a_name(ask, people):
    said = ask(path="customers.csv")
    assert [line.split(";")[0] for line in said.splitlines()[1:]] == ["K1", "K2", "K3"]
    entry = AuditEntry.objects.get(action="customers.exported")
    assert "Anna" not in f"{entry.subject} {entry.facts}"


def test_a_name_that_is_a_formula_is_never_executed(ask, people):
    person("=1+1", '=HYPERLINK("http://example.org")')
    said = ask("?orders=0", path="customers.csv")
    assert "\n'=1+1;" in said
    assert ";=HYPERLINK" not in said


@pytest.mark.parametrize("role", ["service", "analyst"])
def test_only_those_who_may_take_everybody_out_of_the_house(ask, people, role):
    ask(path="customers.csv", role=role, status=403)


def test_service_is_not_offered_what_it_may_not_do(ask, people):
    assert "customers.csv" not in ask(role="service")
    assert "customers.csv" in ask()
