"""Who a value belongs to follows from all that is said, in whatever order it arrives."""

import threading
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from treue.core.customers import given_up, identities, persons
from treue.core.customers.erased import anonymous_hash, before_their_erasure, number_hash
from treue.core.customers.identities import ANONYMOUS, CARD, EMAIL, PHONE, Statement, find, folded, learn
from treue.core.customers.models import Customer, ErasedVisitor, Erasure, Identity, Trait, Visitor
from treue.core.customers.persons import Key
from treue.core.shop.models import Shop

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture
def shop(db) -> Shop:
    return Shop.objects.create(name="Tea House")


def resolve(*keys: Key) -> dict:
    with transaction.atomic(), connection.cursor() as cursor:
        return persons.resolve(cursor, keys)


def customer(shop: Shop, number: str) -> int:
    return resolve(Key(shop.pk, "number", number))[Key(shop.pk, "number", number)].number


def visitor(shop: Shop, anonymous_id: str) -> int:
    return resolve(Key(shop.pk, "anonymous", anonymous_id))[Key(shop.pk, "anonymous", anonymous_id)].number


def say(shop: Shop, who: int, *ids: tuple[str, str], trusted: bool = False, at: datetime = NOON, **traits: str) -> list:
    with transaction.atomic():
        return learn([Statement(shop, who, at, f"m{at:%H%M%S}", trusted, ids, traits)])


@pytest.mark.parametrize(
    ("kind", "told", "kept"),
    [
        (EMAIL, " Anna@Tee.example ", "anna@tee.example"),
        (EMAIL, "anna at tee", None),
        (EMAIL, "a@b@c", None),
        (PHONE, "0171 / 123 45 67", "+491711234567"),
        (PHONE, "+43 1 234567", "+431234567"),
        (PHONE, "0049 171 1234567", "+491711234567"),
        (PHONE, "1", None),
        (PHONE, "none", None),
        (CARD, "1234-5678 9a", "123456789A"),
        (CARD, " ", None),
        (ANONYMOUS, "x" * 256, None),
    ],
)
def test_a_value_is_compared_in_one_form(shop, kind, told, kept):
    assert folded(kind, told, shop) == kept


def test_a_telephone_number_without_a_country_is_of_the_shops(db):
    assert folded(PHONE, "01 234567", Shop.objects.create(name="Café", zone="Europe/Vienna")) == "+431234567"


def test_a_visitor_who_says_who_they_are_is_that_customer_with_all_they_did(shop):
    browsing = visitor(shop, "a1")
    anna = customer(shop, "C-1")
    (recognised,) = say(shop, anna, (ANONYMOUS, "a1"))
    assert (recognised.number, recognised.before, recognised.customer) == (browsing, None, anna)
    assert persons.customers_of([browsing, anna]) == {browsing: anna, anna: anna}
    assert sorted(persons.numbers_of(Customer.objects.get(pk=anna))) == sorted([browsing, anna])
    assert resolve(Key(shop.pk, "anonymous", "a1")) == {Key(shop.pk, "anonymous", "a1"): (browsing, anna)}


def test_a_shared_device_is_nobodys(shop):
    browsing, anna, ben = visitor(shop, "tablet"), customer(shop, "C-1"), customer(shop, "C-2")
    say(shop, anna, (ANONYMOUS, "tablet"))
    (parted,) = say(shop, ben, (ANONYMOUS, "tablet"))
    assert (parted.before, parted.customer) == (anna, None)
    assert persons.customers_of([browsing]) == {}
    assert {each.pk for each in find(shop, "tablet")} == {anna, ben}


def test_what_a_server_says_counts_before_a_browser(shop):
    browsing, anna, ben = visitor(shop, "a1"), customer(shop, "C-1"), customer(shop, "C-2")
    say(shop, ben, (ANONYMOUS, "a1"), trusted=True)
    say(shop, anna, (ANONYMOUS, "a1"))
    assert persons.customers_of([browsing]) == {browsing: ben}


TOLD = {
    "name": "Anna",
    "email": "anna@tee.example",
    "phone": "+49301234567",
    "city": "Köln",
    "country": "DE",
    "birthday": "1990-03-15",
}


def test_what_a_browser_says_stands_on_no_record_and_what_a_server_says_does(shop):
    anna = customer(shop, "C-1")
    say(shop, anna, **TOLD)
    before = Customer.objects.values(*TOLD).get()
    assert before == dict.fromkeys(TOLD, "") | {"birthday": None}
    assert not Trait.objects.exists()
    say(shop, anna, trusted=True, **TOLD)
    say(shop, anna, at=NOON + timedelta(hours=1), **dict.fromkeys(TOLD, "thief@evil.example"))
    assert {name: str(value) for name, value in Customer.objects.values(*TOLD).get().items()} == TOLD


def test_a_number_that_is_an_address_is_theirs_by_a_servers_word_alone(shop):
    key = Key(shop.pk, "number", "Anna@tee.example")
    resolve(key)
    assert Customer.objects.get().email == ""
    with transaction.atomic(), connection.cursor() as cursor:
        persons.resolve(cursor, [key], trusted=[key])
    assert Customer.objects.get().email == "Anna@tee.example"


def test_an_address_that_was_given_up_does_not_come_back_by_being_the_number(shop):
    key = Key(shop.pk, "number", "Anna@tee.example")
    resolve(key)
    with transaction.atomic(), connection.cursor() as cursor:
        about = {"by": given_up.By.SHOP, "now": NOON}
        given_up.give_up(customer=Customer.objects.get(), emails=["anna@tee.example"], **about)
        persons.resolve(cursor, [key], trusted=[key])
    assert Customer.objects.get().email == ""


def test_a_customer_is_found_by_whatever_they_are_known_by(shop):
    anna = customer(shop, "C-1")
    visitor(shop, "a1")
    say(shop, anna, (CARD, "12 34"), (ANONYMOUS, "a1"), email="Anna@tee.example", phone="0171 1234567", trusted=True)
    for value in ("C-1", "anna@TEE.example", "+491711234567", "0171-1234567", "1234", "a1"):
        assert [each.pk for each in find(shop, value)] == [anna], value
    for value in ("c-1", "nobody", "", "\0", "x" * 300):
        assert find(shop, value) == []
    assert find(Shop.objects.create(name="Other"), "C-1") == []


def test_an_address_that_two_customers_give_finds_both(shop):
    anna, ben = customer(shop, "C-1"), customer(shop, "C-2")
    say(shop, anna, email="family@tee.example", trusted=True)
    say(shop, ben, email="family@tee.example", trusted=True)
    assert [each.pk for each in find(shop, "family@tee.example")] == [anna, ben]


@pytest.mark.parametrize(("kind", "value"), [(EMAIL, "anna@tee.example"), (PHONE, "+491711234567"), (CARD, "40128888")])
def test_nothing_a_browser_says_stands_beside_whose_value_it_is(shop, kind, value):
    """Neither a claim of it, nor a customer of that number, nor a browser that is called so."""
    anna, ben = customer(shop, "C-1"), customer(shop, "C-2")
    say(shop, anna, (kind, value), trusted=True)
    say(shop, ben, (kind, value), (ANONYMOUS, value))
    customer(shop, value)
    assert [each.pk for each in find(shop, value)] == [anna]
    assert {each.pk for each in find(shop, value, is_asked_by_staff=True)} == {anna, ben}


@pytest.mark.parametrize(("kind", "value"), [(EMAIL, "ben@tee.example"), (PHONE, "+491711234567"), (CARD, "40128888")])
def test_what_only_a_browser_says_finds_nobody(shop, kind, value):
    say(shop, customer(shop, "C-2"), (kind, value))
    assert find(shop, value) == []


def test_a_card_and_a_number_that_are_alike_find_both(shop):
    anna, ben = customer(shop, "C-1"), customer(shop, "4711")
    say(shop, anna, (CARD, "4711"), trusted=True)
    say(shop, ben, name="Ben", trusted=True)
    assert [each.pk for each in find(shop, "4711")] == [anna, ben]


def test_what_is_told_of_the_erased_from_before_is_known(shop):
    receipt = Erasure.objects.create(shop=shop, number_hash=number_hash(shop.pk, "C-1"), customer_id=77)
    before, after = receipt.erased_at - timedelta(days=1), receipt.erased_at + timedelta(seconds=1)
    whom, moments = [Key(shop.pk, "number", number) for number in ("C-1", "C-1", "C-2")], [before, after, before]
    elsewhere = [key._replace(shop=shop.pk + 1) for key in whom]
    with connection.cursor() as cursor:
        assert before_their_erasure(cursor, whom, moments) == {0}
        assert before_their_erasure(cursor, elsewhere, moments) == set()


def test_of_the_erased_a_number_and_an_anonymous_id_are_told_apart(shop):
    receipt = Erasure.objects.create(shop=shop, number_hash=number_hash(shop.pk, "C-1"), customer_id=77)
    ErasedVisitor.objects.create(erasure=receipt, anonymous_hash=anonymous_hash(shop.pk, "C-2"))
    before = receipt.erased_at - timedelta(days=1)
    whom = [Key(shop.pk, kind, value) for value in ("C-1", "C-2") for kind in ("number", "anonymous")]
    with connection.cursor() as cursor:
        assert before_their_erasure(cursor, whom, [before] * 4) == {0, 3}
        assert before_their_erasure(cursor, whom[3:], [receipt.erased_at]) == set()


NAMES = st.sampled_from(["C-1", "C-2", "C-3"])
IDENTIFIES = st.lists(
    st.tuples(
        NAMES,
        st.sampled_from(["", "a1", "a2"]),
        st.fixed_dictionaries(
            {}, optional={"email": st.sampled_from(["x@y.example", "z@y.example"]), "city": st.sampled_from("AB")}
        ),
        st.booleans(),
        st.integers(0, 3),
    ),
    min_size=2,
    max_size=4,
)


def as_told(shop: Shop, calls: list) -> object:
    """What everybody is known as after these calls, without the numbers that depend on who came first."""
    for name, anonymous, traits, trusted, hour in calls:
        at = NOON + timedelta(hours=hour)
        if anonymous:
            visitor(shop, anonymous)
        with transaction.atomic():
            ids = [(ANONYMOUS, anonymous)] if anonymous else []
            message = f"{name}{anonymous}{sorted(traits.items())}{trusted}{hour}"
            learn([Statement(shop, customer(shop, name), at, message, trusted, ids, traits)])
    numbers = dict(Customer.objects.values_list("pk", "number"))
    visitors = {v.anonymous_id: numbers.get(v.customer_id) for v in Visitor.objects.filter(shop=shop)}
    columns = sorted(Customer.objects.filter(shop=shop).values_list("number", "email", "city"))
    claims = sorted(Identity.objects.filter(shop=shop).values_list("kind", "value", "customer__number", "is_trusted"))
    traits = sorted(Trait.objects.filter(customer__shop=shop).values_list("customer__number", "name", "value"))
    return visitors, columns, claims, traits


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(calls=IDENTIFIES)
def test_any_order_of_the_same_identify_calls_gives_the_same_customers(calls):
    results = [
        as_told(Shop.objects.create(name=f"Tea House {n}"), list(order)) for n, order in enumerate(permutations(calls))
    ]
    assert all(each == results[0] for each in results)


@pytest.mark.django_db(transaction=True)
def test_two_who_claim_one_visitor_at_once_share_it():
    shop = Shop.objects.create(name="Tea House")
    browsing, anna, ben = visitor(shop, "a1"), customer(shop, "C-1"), customer(shop, "C-2")
    start = threading.Barrier(2)

    def claim(who: int) -> None:
        with transaction.atomic():
            start.wait()
            learn([Statement(shop, who, NOON, f"m{who}", False, [(ANONYMOUS, "a1")])])
        connection.close()

    threads = [threading.Thread(target=claim, args=[who]) for who in (anna, ben)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert persons.customers_of([browsing]) == {}
    assert Identity.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_two_writers_who_meet_a_new_person_at_once_agree_on_the_number():
    shop = Shop.objects.create(name="Tea House")
    keys = [Key(shop.pk, kind, f"p{n}") for kind in ("number", "anonymous") for n in range(50)]
    start, found = threading.Barrier(2), []

    def meet(order: list[Key]) -> None:
        start.wait()
        found.append(resolve(*order))
        connection.close()

    threads = [threading.Thread(target=meet, args=[order]) for order in (keys, keys[::-1])]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found[0] == found[1]
    assert len({each.number for each in found[0].values()}) == 100


def test_what_is_said_is_asked_for_by_index(shop, django_assert_max_num_queries):
    anna = customer(shop, "C-1")
    say(shop, anna, (CARD, "1"), email="a@b.example", trusted=True)
    with django_assert_max_num_queries(6):
        assert identities.find(shop, "a@b.example")


def test_a_telephone_number_is_looked_for_by_an_index(shop):
    several = (Customer(shop=shop, number=f"C-{n}", phone=f"0221 / {n:07}") for n in range(2_000))
    Customer.objects.bulk_create([*several, Customer(shop=shop, number="C-X", phone="030 / 1234567")])
    with CaptureQueriesContext(connection) as asked:
        assert len(identities.find(shop, "+49 30 1234567")) == 1
    [looked] = [each["sql"] for each in asked if "regexp_replace" in each["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("analyze customers_customer")  # of a few rows any index finds the one as well
        cursor.execute(f"explain {looked}")
        assert "customers_customer_phone" in str(cursor.fetchall())
