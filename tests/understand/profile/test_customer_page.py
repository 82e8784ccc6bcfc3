"""A customer's page and those of their orders: the figures by hand, the way through many orders, who may look."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone
from somebody import person, shop

from treue.core.commerce.models import Batch, Order, OrderLine, Product, Refund, RefundMatch
from treue.core.customers.models import Customer
from treue.core.staff.models import User
from treue.understand.metrics.models import Snapshot

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
NOON = datetime(2026, 1, 1, 11, 0, tzinfo=UTC)


@pytest.fixture
def visit():
    def fetch(path: str, *, role: str = "manager", language: str = "de", status: int = 200) -> str:
        user, _new = User.objects.get_or_create(email=f"{role}-{language}@example.org", role=role, language=language)
        client = Client()
        client.force_login(user, backend=BACKEND)
        answer = client.get(path)
        assert answer.status_code == status
        return unescape(answer.content.decode()).replace("\xa0", " ")

    return fetch


@pytest.fixture
def anna() -> Customer:
    Snapshot.objects.create(
        shop=shop(currency="EUR"), as_of="2026-11-21", window_days=365, currency="EUR", is_current=True
    )
    return person("K7", "Anna Blau", email="anna@example.org", city="Halle")


def ordered(customer: Customer, number: str, days: int, amount: object, *, units: int = 1, back: object = 0) -> Order:
    """An order some days into 2026, of which `back` came back with half of its units, or all where all is back."""
    batch = Batch.objects.first() or Batch.objects.create(shop=customer.shop, source="test")
    product, _new = Product.objects.get_or_create(shop=customer.shop, code="T1", name="Assam")
    order = Order.objects.create(
        shop=customer.shop,
        number=number,
        customer=customer,
        ordered_at=NOON + timedelta(days=days),
        amount=Decimal(amount),
        units=units,
        batch=batch,
    )
    OrderLine.objects.create(
        order=order, ordinal=1, bought_at=order.ordered_at, product=product, quantity=units, amount=Decimal(amount)
    )
    if back:
        came_back(order, Decimal(back), units if back == amount else units / 2)
    return order


def came_back(order: Order, amount: Decimal, units: float) -> None:
    refund = Refund.objects.create(
        shop=order.shop,
        number=f"G{order.number}",
        document=f"G{order.number}",
        ordinal=1,
        customer=order.customer,
        quantity=Decimal(units),
        amount=amount,
        refunded_at=order.ordered_at + timedelta(days=3),
        reason="Zu spät",
        batch=order.batch,
    )
    RefundMatch.objects.create(refund=refund, order=order, ordinal=1, units=Decimal(units), amount=amount)
    Order.objects.filter(pk=order.pk).update(refunded_amount=amount, refunded_units=Decimal(units))


def test_the_figures_are_those_of_the_orders_less_what_came_back(visit, anna):
    ordered(anna, "A1", 0, 100)
    ordered(anna, "A2", 30, 60, units=2, back=20)
    ordered(anna, "A3", 90, 50, back=50)
    said = visit(f"/customers/{anna.pk}/")
    assert "140,00 € ÷ 2 = 70,00 €" in said
    assert "2 Bestellungen bisher, die letzte am 31.01.2026." in said
    assert "Kam ganz zurück" in said
    assert "Kundin" not in said


def test_from_four_visits_on_it_tells_the_rhythm_and_the_longest_pause(visit, anna):
    for number, days in enumerate((0, 20, 40, 70)):
        ordered(anna, f"A{number}", days, 10)
    said = visit(f"/customers/{anna.pk}/", language="en")
    assert "Orders about every 20 days." in said
    assert "never before was the pause so long" in said
    assert "Median of 20, 20, 30 = 20" in said
    assert "Shortest 20, longest 30 days." in said


def test_who_ordered_within_the_window_is_active_to_the_day(visit, anna):
    last = ordered(anna, "A1", 0, 10)
    Order.objects.filter(pk=last.pk).update(ordered_at=datetime(2025, 11, 21, 23, 30, tzinfo=UTC))  # the 22nd in Berlin
    assert "aktiv" in visit(f"/customers/{anna.pk}/")
    Order.objects.filter(pk=last.pk).update(ordered_at=datetime(2025, 11, 21, 22, 30, tzinfo=UTC))
    assert "verloren" in visit(f"/customers/{anna.pk}/")


def test_an_order_after_the_last_day_is_listed_and_not_counted(visit, anna):
    ordered(anna, "A1", 0, 10)
    ordered(anna, "A2", 330, 99)
    said = visit(f"/customers/{anna.pk}/")
    assert "Noch nicht in den Zahlen" in said
    assert "10,00 € ÷ 1" in said


@pytest.mark.parametrize("language", ["de", "en"])
def test_somebody_without_orders_has_a_page(visit, anna, language):
    said = visit(f"/customers/{anna.pk}/", language=language)
    assert "anna@example.org" in said
    assert "–" in said


def test_many_orders_are_turned_over_without_losing_one(visit, anna):
    for number in range(45):
        ordered(anna, f"A{number:02}", number // 2, 10)
    seen: list[str] = []
    path = f"/customers/{anna.pk}/"
    forth = path
    while forth:
        page = visit(forth)
        seen += [f"A{n:02}" for n in reversed(range(45)) if f">A{n:02}<" in page]
        forth = _next(page, path, "next")
    assert seen == [f"A{n:02}" for n in reversed(range(45))]
    assert _next(page, path, "prev")
    back = visit(_next(page, path, "prev"))
    assert [n for n in range(45) if f">A{n:02}<" in back] == list(range(5, 25))


def _next(page: str, path: str, rel: str) -> str:
    before, found, _after = page.partition(f'" rel="{rel}"')
    return path + before.rpartition('href="')[2].partition("#")[0] if found else ""


def test_an_order_shows_its_lines_and_what_came_back_with_the_reason(visit, anna):
    order = ordered(anna, "A2", 30, 60, units=2, back=20)
    said = visit(f"/customers/{anna.pk}/orders/{order.pk}/")
    assert "Assam" in said
    assert "1 · 20,00 €" in said
    assert "Zu spät" in said


def test_another_customers_order_is_not_found_under_this_one(visit, anna):
    order = ordered(anna, "A1", 0, 10)
    other = person("K8", "Otto Gelb")
    visit(f"/customers/{other.pk}/orders/{order.pk}/", status=404)


@pytest.mark.parametrize("path", ["/customers/999999999/", "/customers/999999999/orders/1/"])
def test_nobody_there_is_a_page_that_says_so(visit, anna, path):
    visit(path, status=404)


@pytest.mark.parametrize("query", ["?after=x", "?before=99999999999999999999", "?after=0&before=0"])
def test_a_made_up_place_shows_the_latest_orders(visit, anna, query):
    ordered(anna, "A1", 0, 10)
    assert ">A1<" in visit(f"/customers/{anna.pk}/{query}")


def test_an_analyst_sees_no_person(visit, anna):
    order = ordered(anna, "A1", 0, 10)
    visit(f"/customers/{anna.pk}/", role="analyst", status=403)
    visit(f"/customers/{anna.pk}/orders/{order.pk}/", role="analyst", status=403)


def test_names_and_products_are_never_read_as_markup(visit, anna):
    Customer.objects.filter(pk=anna.pk).update(name="<script>1</script>")
    order = ordered(anna, "A1", 0, 10)
    Product.objects.update(name="<b>Tee</b>")
    user = User.objects.create_user("kim@example.org", role="manager")
    client = Client()
    client.force_login(user, backend=BACKEND)
    for path in (f"/customers/{anna.pk}/", f"/customers/{anna.pk}/orders/{order.pk}/"):
        content = client.get(path).content
        assert b"<script>1" not in content
        assert b"<b>Tee" not in content


def placed(customer: Customer, moment: datetime, **fields: object) -> Order:
    order = ordered(customer, "A1", 0, 50)
    Order.objects.filter(pk=order.pk).update(ordered_at=moment, **fields)
    return order


@pytest.mark.parametrize(
    ("language", "words", "card"),
    [
        ("en", "The first order came today; it counts in the figures from tomorrow on.", "From tomorrow on."),
        ("de", "Die erste Bestellung kam heute; in den Zahlen zählt sie ab morgen.", "Ab morgen."),
    ],
)
def test_a_first_order_of_today_is_told_and_counts_from_tomorrow_on(visit, anna, language, words, card):
    placed(anna, timezone.now())
    said = visit(f"/customers/{anna.pk}/", language=language)
    assert words in said
    assert said.count(card) == 4
    assert "None of the orders counts" not in said


def test_a_first_order_after_the_last_day_of_the_figures_is_told_with_its_day(visit, anna):
    placed(anna, datetime(2026, 11, 22, 11, 0, tzinfo=UTC))
    said = visit(f"/customers/{anna.pk}/", language="en")
    assert "The first order came on 22 Nov 2026; the figures reach to 21 Nov 2026 and do not count it yet." in said


def test_a_first_order_of_today_that_came_back_whole_is_not_promised_to_count(visit, anna):
    placed(anna, timezone.now(), refunded_amount=50, refunded_units=1)
    said = visit(f"/customers/{anna.pk}/", language="en")
    assert "None of the orders counts up to 21 Nov 2026" in said
