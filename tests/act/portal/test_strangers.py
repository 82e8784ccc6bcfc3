"""Who joins first and buys afterwards is the same customer as who buys first and joins afterwards."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from test_whose_word_counts import a_page_says
from visitors import Browser

from tests.core.lake import buying
from treue.act.loyalty import awarding
from treue.act.loyalty.models import Account, Member, Wallet
from treue.act.portal import known, strangers
from treue.act.portal.models import Portal, Session
from treue.core.customers import merging, writing
from treue.core.customers.models import Customer, Merge
from treue.core.shop import locking
from treue.core.shop.models import Shop

ADDRESS = "berta@example.org"


@pytest.fixture
def stranger(portal: Portal) -> Customer:
    """Joined through the portal; the shop knows nothing of her."""
    browse = Browser()
    browse.sign_in(ADDRESS)
    browse.post("/m/join/", {"name": "Berta"})
    found = Customer.objects.get()
    assert (found.email, strangers.OURS.fullmatch(found.number) is not None) == (ADDRESS, True)
    return found


def the_shop_says(shop: Shop, number: str = "C-17", email: str = "Berta@Example.org") -> Customer:
    pk, _is_new = writing.put(shop=shop, number=number, values={"email": email}, now=timezone.now())
    return Customer.objects.get(pk=pk)


def customers() -> list[str]:
    return list(Customer.objects.order_by("number").values_list("number", flat=True))


def test_who_joined_before_the_shop_knew_them_is_its_customer(stranger: Customer, shop: Shop) -> None:
    berta = the_shop_says(shop)
    assert strangers.unite_all() == 1
    assert customers() == ["C-17"]
    assert (Member.objects.get().customer, known.by_address(shop, ADDRESS)) == (berta, berta)
    assert Customer.objects.get().name == "Berta"
    assert strangers.unite_all() == 0


def test_what_they_bought_meanwhile_earns(stranger: Customer, shop: Shop) -> None:
    berta = the_shop_says(shop)
    at = timezone.now() + timedelta(hours=1)
    buying.order(berta, f"{at.astimezone(shop.tz):%Y-%m-%d %H:%M}", 10)
    strangers.unite_all()
    awarding.reckon(Member.objects.get(), now=at)
    assert sum(Account.objects.filter(wallet__lte=Wallet.PENDING).values_list("balance", flat=True)) == 20


def test_who_signs_in_is_known_at_once(stranger: Customer, shop: Shop) -> None:
    berta = the_shop_says(shop)
    Browser().sign_in(ADDRESS)
    assert Session.objects.latest("pk").customer == berta


def test_a_browser_that_was_signed_in_goes_on_as_the_customer(portal: Portal, shop: Shop) -> None:
    browse = Browser()
    browse.sign_in(ADDRESS)
    browse.post("/m/join/", {"name": "Berta"})
    the_shop_says(shop)
    strangers.unite_all()
    assert browse.get("/m/").status_code == 200


def test_of_two_customers_with_the_address_nobody_knows_which_it_is(stranger: Customer, shop: Shop) -> None:
    the_shop_says(shop, "C-17")
    the_shop_says(shop, "C-18")
    assert (strangers.unite_all(), len(customers())) == (0, 3)


def test_two_whom_the_shop_knows_by_numbers_of_its_own_stay_two(portal: Portal, shop: Shop) -> None:
    the_shop_says(shop, "C-17")
    the_shop_says(shop, "C-18")
    assert not strangers.unite(shop, ADDRESS)
    assert len(customers()) == 2


def test_a_browsers_word_unites_nobody(stranger: Customer, shop: Shop) -> None:
    a_page_says(shop, "C-17", email=ADDRESS)
    assert (strangers.unite_all(), len(customers())) == (0, 2)


def test_an_address_that_the_member_gave_up_unites_nobody(stranger: Customer, shop: Shop) -> None:
    writing.change(customer_id=stranger.pk, shop=shop, values={"email": "new@example.org"}, now=timezone.now())
    the_shop_says(shop)
    assert (strangers.unite_all(), len(customers())) == (0, 2)


def test_whom_a_colleague_made_two_again_stay_two(stranger: Customer, shop: Shop) -> None:
    the_shop_says(shop)
    strangers.unite_all()
    merging.undo(merge=Merge.objects.get(), by=None)
    assert (strangers.unite_all(), len(customers())) == (0, 2)


def test_while_an_import_runs_they_wait(stranger: Customer, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "PATIENCE_SECONDS", 0.1)
    the_shop_says(shop)
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s, %s)", [locking.LOCK_CLASS, shop.pk])
        assert strangers.unite_all() == 0
        cursor.execute("select pg_advisory_unlock(%s, %s)", [locking.LOCK_CLASS, shop.pk])
    other.close()
    assert strangers.unite_all() == 1


def test_a_record_of_a_file_says_it_too(stranger: Customer, shop: Shop) -> None:
    with transaction.atomic():
        Customer.objects.create(shop=shop, number="C-17", email="BERTA@example.org")
    assert (strangers.unite_all(), customers()) == (1, ["C-17"])
