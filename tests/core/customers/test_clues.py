"""Who a visitor is of whom a server says an address, a telephone or a card, whatever is said first."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import permutations

import pytest
from django.db import connection, transaction

from treue.core.customers import clues, erasure, identities, merging, persons
from treue.core.customers.clues import Hint
from treue.core.customers.identities import ANONYMOUS, CARD, EMAIL, PHONE, Statement
from treue.core.customers.models import Clue, Customer, Visitor
from treue.core.customers.persons import Key
from treue.core.shop.models import Shop

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
MAIL, OFFICE, PLASTIC = (EMAIL, "anna@tea.example"), (PHONE, "0171 1234567"), (CARD, "12-34")


@pytest.fixture
def shop(transactional_db: None, installation: object) -> Shop:
    return Shop.objects.create(name="Tea House", zone="Europe/Berlin")


def number(shop: Shop, kind: str, value: str) -> int:
    key = Key(shop.pk, kind, value)
    with transaction.atomic(), connection.cursor() as cursor:
        return persons.resolve(cursor, [key])[key].number


def claim(shop: Shop, who: str, *said: tuple[str, str], trusted: bool = True) -> None:
    traits = {kind: value for kind, value in said if kind in (EMAIL, PHONE)}
    others = [each for each in said if each[0] not in traits]
    with transaction.atomic():
        customer = number(shop, "number", who)
        identities.learn([Statement(shop, customer, NOON, f"m {who}", trusted, others, traits)])


def hint(shop: Shop, *said: tuple[str, str], visitor: str = "v") -> None:
    with transaction.atomic():
        identities.hear_of_visitors([Hint(shop, number(shop, "anonymous", visitor), NOON, said)])


def who(visitor: str = "v") -> str | None:
    return Visitor.objects.filter(anonymous_id=visitor).values_list("customer__number", flat=True).first()


@pytest.mark.parametrize("said", [MAIL, OFFICE, PLASTIC, (EMAIL, "ANNA@TEA.EXAMPLE"), (PHONE, "+49 171 1234567")])
@pytest.mark.parametrize("claimed_first", [True, False])
def test_a_clue_leads_to_the_one_customer_who_has_it(shop: Shop, said: tuple[str, str], claimed_first: bool):
    steps = [lambda: claim(shop, "C-1", MAIL, OFFICE, PLASTIC), lambda: hint(shop, said)]
    for step in steps if claimed_first else reversed(steps):
        step()
    assert who() == "C-1"


# What is said, and who the visitor is then. c1, c2: by a server; b2: by a browser; h: of the visitor.
CASES: list[tuple[dict[str, Callable[[Shop], None]], str | None]] = [
    (
        {
            "c1": lambda shop: claim(shop, "C-1", MAIL),
            "c2": lambda shop: claim(shop, "C-2", MAIL),
            "h": lambda shop: hint(shop, MAIL),
        },
        None,
    ),
    (
        {
            "c1": lambda shop: claim(shop, "C-1", MAIL, PLASTIC),
            "c2": lambda shop: claim(shop, "C-2", MAIL),
            "h": lambda shop: hint(shop, MAIL, PLASTIC),
        },
        "C-1",
    ),
    (
        {
            "c1": lambda shop: claim(shop, "C-1", MAIL),
            "c2": lambda shop: claim(shop, "C-2", PLASTIC),
            "h": lambda shop: hint(shop, MAIL, PLASTIC),
        },
        None,
    ),
    (
        {
            "c1": lambda shop: claim(shop, "C-1", MAIL),
            "b2": lambda shop: claim(shop, "C-2", MAIL, trusted=False),
            "h": lambda shop: hint(shop, MAIL),
        },
        "C-1",
    ),
    ({"b2": lambda shop: claim(shop, "C-2", MAIL, trusted=False), "h": lambda shop: hint(shop, MAIL)}, None),
    (
        {
            "c1": lambda shop: claim(shop, "C-1", MAIL),
            "by name": lambda shop: claim(shop, "C-2", (ANONYMOUS, "v")),
            "h": lambda shop: hint(shop, MAIL),
        },
        "C-2",
    ),
]


@pytest.mark.parametrize(("said", "expected"), CASES)
def test_who_it_is_does_not_depend_on_what_is_said_first(shop: Shop, said: dict, expected: str | None):
    for place, order in enumerate(permutations(said)):
        other = Shop.objects.create(name=f"Tea House {place}", zone="Europe/Berlin")
        for name in order:
            said[name](other)
        assert Visitor.objects.get(shop=other).customer_id == (
            Customer.objects.get(shop=other, number=expected).pk if expected else None
        ), order


def test_a_clue_leads_to_whom_a_file_knows_once_it_is_brought_in(shop: Shop):
    hint(shop, OFFICE)
    Customer.objects.create(shop=shop, number="C-1", phone="0049 171 1234567")
    assert who() is None
    identities.look_again(shop)
    assert who() == "C-1"
    Customer.objects.update(phone="")
    identities.look_again(shop)
    assert who() is None


def test_two_who_share_an_address_get_the_visitor_when_they_are_made_one(shop: Shop):
    claim(shop, "C-1", MAIL)
    claim(shop, "C-2", MAIL)
    hint(shop, MAIL)
    kept, absorbed = Customer.objects.order_by("number")
    done = merging.merge(kept=kept, absorbed=absorbed, by=None)
    assert who() == "C-1"
    merging.undo(merge=done, by=None)
    assert who() is None


@pytest.mark.parametrize("shared", [False, True])
def test_who_is_erased_takes_the_visitor_and_the_clue_along(shop: Shop, shared: bool):
    """Of an address that two share nobody knows whose the visit was."""
    claim(shop, "C-1", MAIL)
    if shared:
        claim(shop, "C-2", MAIL)
    hint(shop, MAIL)
    hint(shop, PLASTIC, visitor="another")
    erasure.erase(customer=Customer.objects.get(number="C-1"), by=None)
    assert list(Visitor.objects.values_list("anonymous_id", flat=True)) == ["another"]
    assert list(Clue.objects.values_list("kind", flat=True)) == ["card"]


def test_a_clue_and_a_claim_that_are_told_at_once_meet(shop: Shop):
    """Neither sees the other before it is committed; so one waits."""
    number(shop, "number", "C-1")
    said, over = threading.Event(), threading.Event()

    def hinting() -> None:
        with transaction.atomic():
            identities.hear_of_visitors([Hint(shop, number(shop, "anonymous", "v"), NOON, [PLASTIC])])
            said.set()
            over.wait(1)
        connection.close()

    thread = threading.Thread(target=hinting)
    thread.start()
    said.wait(30)
    claim(shop, "C-1", PLASTIC)
    over.set()
    thread.join()
    assert who() == "C-1"
    assert clues.all_of(shop)
