"""The page of the recommendations, its file, and the panel on a customer's page."""

from html import unescape

import pytest
from django.test import Client
from recommended import FIGURES, learned, recommended, way

from tests.core.lake.buying import customer, order, product
from treue.core.shop.models import Shop
from treue.core.staff.models import User
from treue.understand.metrics.models import Snapshot
from treue.understand.recommendations.models import Offer, Run

pytestmark = pytest.mark.django_db(transaction=True)


def client(language: str = "en", role: str = "manager") -> Client:
    name = f"{language}@example.org"
    known = User.objects.filter(email=name).first()
    user = known or User.objects.create_user(name, role=role, language=language)
    asking = Client()
    asking.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return asking


def said(path: str, language: str = "en") -> str:
    return " ".join(unescape(client(language).get(path).content.decode()).replace("\xa0", " ").split())


@pytest.fixture
def offered(shop: Shop) -> Shop:
    run = learned(shop)
    tea = product(shop, "TEA-1")
    tea.name = "Green tea"
    tea.save()
    Offer.objects.create(run=run, product=tea, again=12, new=200, dearer=0)
    Offer.objects.create(run=run, product=product(shop, "=TEA"), again=3, new=0, dearer=1)
    return shop


def test_it_says_how_good_they_are_and_what_is_recommended_most(offered: Shop):
    text = said("/recommendations/")
    for each in (
        "What was bought up to 30 Jun 2026 counts.",
        "23% of the customers who bought something new found it among the 10 products that would have been recommended",
        "among those that are bought most it were 10%.",
        "For new products this is used now: Bought together (BM25), by the season. It stood furthest up when all ways",
        "So many of the 200 customers who bought such a product within 30 days found it among the first 10.",
        "NDCG@10: 0.123; What is bought most in 30 days: 0.000",
        "New to them: “Treue, as chosen then: Bought together (BM25)” stands furthest up",
        "Buy again: “Treue” stands furthest up",
        "“Green tea” is recommended most: to 53% of the customers",
        "Bought together (BM25), by the season",
    ):
        assert each in text
    assert text.index("Green tea") < text.index("=TEA")


def test_it_says_so_in_german(offered: Shop):
    text = said("/recommendations/", "de")
    for each in (
        "Empfehlungen",
        "Es zählt, was bis zum 30.06.2026 gekauft wurde.",
        "23 % der Kunden, die etwas Neues kauften, fanden es unter den 10 Artikeln",
        "„Green tea“ wird am häufigsten empfohlen: 53 % der Kunden",
    ):
        assert each in text


@pytest.mark.parametrize(
    ("own", "customers", "verdict"),
    [
        (0.1, 200, "What is bought most would have done better: 20% of the customers who bought something new"),
        (0.13, 200, "Whether this does better than what is bought most cannot be told yet: 13% of the customers"),
        (0.2, 200, "Whether this does better than what is bought most cannot be told yet: 20% of the customers"),
        (0.27, 200, "Whether this does better than what is bought most cannot be told yet: 27% of the customers"),
        (0.29, 200, "29% of the customers who bought something new found it among the 10 products"),
        (0.29, 100, "Whether this does better than what is bought most cannot be told yet: 29% of the customers"),
    ],
)
def test_better_is_said_of_what_is_more_than_chance(shop: Shop, own: float, customers: int, verdict: str):
    """With 200 customers, 20% and 28% differ by 1.9 standard errors."""
    ways = [way("treue (als)", own, 0.1, customers), way("popular in 30 days", 0.2, 0.2, customers)]
    learned(shop, method="als", figures=FIGURES | {"new": ways})
    assert verdict in said("/recommendations/")


def test_another_way_that_did_best_is_named(shop: Shop):
    ways = [way("treue (als)", 0.1, 0.1), way("popular in 30 days", 0.2, 0.2)]
    dearer = [way("treue", 0.3, 0.3), way("popular", 0, 0)]
    learned(shop, method="als", figures=FIGURES | {"new": ways, "dearer": dearer})
    text = said("/recommendations/")
    assert "NDCG@5: 0.300" in text, "as many as are given out"
    assert "New to them: “What is bought most in 30 days” stands furthest up" in text
    assert "Nothing is recommended" in text


@pytest.mark.parametrize("figures", [{}, {"new": [way("treue (bm25)", 1, 1, 19)] * 2}])
def test_of_too_few_nothing_is_claimed(shop: Shop, figures: dict[str, object]):
    learned(shop, figures=figures, choice="too few to compare")
    text = said("/recommendations/")
    assert "Too few customers bought something new to them in the last 30 days" in text
    assert "Too little was bought to compare ways to recommend." in text


def test_it_says_that_the_figures_are_ahead(offered: Shop):
    Snapshot.objects.create(shop=offered, as_of="2026-06-30", window_days=90, currency="EUR", is_current=True)
    assert "The figures have reached" not in said("/recommendations/")
    Snapshot.objects.update(as_of="2026-07-02")
    assert "The figures have reached 2 Jul 2026 already; the recommendations follow" in said("/recommendations/")
    assert "Die Kennzahlen reichen schon bis zum 02.07.2026" in said("/recommendations/", "de")


def test_before_the_first_night_it_says_so(shop: Shop):
    assert "This was not done yet." in said("/recommendations/")


def test_where_no_order_tells_its_products_it_says_what_to_do(shop: Shop):
    learned(shop, status="no purchases", method="", figures={})
    assert "Once orders say which products they hold" in said("/recommendations/")


def test_the_file_holds_every_product_and_no_formula(offered: Shop):
    answer = client().get("/recommendations/products.csv")
    assert answer["Content-Disposition"] == 'attachment; filename="treue-recommendations-2026-06-30.csv"'
    assert b"".join(answer.streaming_content).decode("utf-8-sig").splitlines() == [
        "product,name,buy_again,new_to_you,dearer",
        "TEA-1,Green tea,12,200,0",
        "'=TEA,,3,0,1",
    ]


def test_there_is_no_file_before_the_first_night(shop: Shop):
    assert client().get("/recommendations/products.csv").status_code == 404


def test_a_customers_page_says_what_they_may_want_and_why(shop: Shop):
    anna, run = customer(shop, "anna"), learned(shop)
    tea, pot, best = (product(shop, code) for code in ("TEA-1", "POT-1", "TEA-9"))
    order(anna, "2026-06-01 10:00", product=tea)
    recommended(run, anna, tea, kind="again", reason="due")
    recommended(run, anna, pot, reason="bought_together", because_of=tea)
    recommended(run, anna, best, kind="dearer", reason="dearer_in_category", because_of=tea)
    text = said(f"/customers/{anna.pk}/")
    for each in (
        "What they may want next",
        "As of 30 Jun 2026",
        "Bought regularly, and due by now",
        "Because they bought “TEA-1”",
        "Because they bought “TEA-1”, which costs less",
    ):
        assert each in text
    german = said(f"/customers/{anna.pk}/", "de")
    for each in ("Was als Nächstes infrage kommt", "Weil „TEA-1“ gekauft wurde"):
        assert each in german


def test_a_customers_page_says_why_there_is_nothing(shop: Shop):
    anna = customer(shop, "anna")
    assert "Recommendations are worked out each night. This was not done yet." in said(f"/customers/{anna.pk}/")
    learned(shop)
    assert "Nothing that is still sold could be recommended to them." in said(f"/customers/{anna.pk}/")
    Run.objects.update(status=Run.Status.NO_PURCHASES)
    assert "Nobody bought a product that is known by its code." in said(f"/customers/{anna.pk}/")
