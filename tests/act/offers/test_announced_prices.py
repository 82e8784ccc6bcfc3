"""Prices as the shop announces them: once, never changed, withdrawn where they were wrong."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from tests.act.offers.sales import DAY, LONG_AGO, NOW, price
from tests.at_once import at_once
from treue.act.offers import errors, prices
from treue.act.offers.models import Price
from treue.act.offers.prices import Announced, Written
from treue.act.offers.prior_price import Applied
from treue.core.jobs.work import Silent
from treue.core.shop import removal
from treue.core.shop.models import Shop
from treue.core.staff.models import AuditEntry


def test_what_is_known_is_left_as_it_is(shop: Shop) -> None:
    assert price(shop) == Written(1, 0)
    assert price(shop) == Written(0, 1)
    assert price(shop, audience="members") == Written(1, 0)
    assert Price.objects.count() == 2


def test_another_price_from_the_same_moment_on_is_refused_with_all_that_came_along(shop: Shop) -> None:
    price(shop)
    told = [Announced("TEA-2", Decimal(3), "EUR", NOW), Announced("TEA-1", Decimal(9), "EUR", LONG_AGO)]
    with pytest.raises(errors.PriceKnownOtherwise) as refused:
        prices.announce(shop=shop, prices=told, source="api", now=NOW)
    assert (refused.value.place, refused.value.product) == (1, "TEA-1")
    twice = [Announced("TEA-3", Decimal(each), "EUR", NOW) for each in (3, 4)]
    with pytest.raises(errors.PriceKnownOtherwise):
        prices.announce(shop=shop, prices=twice, source="api", now=NOW)
    assert Price.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("product", {"product": ""}),
        ("product", {"product": "a\0b"}),
        ("product", {"product": " TEA"}),
        ("currency", {"currency": "USD"}),
        ("amount", {"amount": Decimal(0)}),
        ("amount", {"amount": Decimal(-1)}),
        ("amount", {"amount": Decimal("1.234")}),
        ("amount", {"amount": Decimal("NaN")}),
        ("amount", {"amount": Decimal(10) ** 9}),
        ("audience", {"audience": "friends"}),
    ],
)
def test_what_is_no_price_is_refused_with_its_place(shop: Shop, field: str, changed: dict[str, object]) -> None:
    values = {"product": "TEA-1", "amount": Decimal(1), "currency": "EUR", "valid_from": NOW} | changed
    told = [Announced("TEA-0", Decimal(1), "EUR", NOW), Announced(**values)]
    with pytest.raises(errors.ImpossiblePrice) as refused:
        prices.announce(shop=shop, prices=told, source="api", now=NOW)
    assert (refused.value.place, refused.value.field, Price.objects.count()) == (1, field, 0)


def test_the_database_lets_no_price_be_changed_or_deleted(shop: Shop) -> None:
    price(shop)
    for deed in (lambda: Price.objects.update(amount=1), lambda: Price.objects.all()._raw_delete("default")):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            deed()
    connection.check_constraints()  # a table for which something is still to be looked at is not emptied anyway
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("truncate offers_price")
    prices.withdraw(price=Price.objects.get(), now=NOW, by=None)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Price.objects.update(withdrawn_at=None)


def test_what_is_known_is_looked_up_by_its_moment_alone(shop: Shop) -> None:
    """A product may have had another price on each day of some years."""
    for days in range(5):
        price(shop, amount=10 + days, since=NOW - days * DAY)
    told = Announced("TEA-1", Decimal(12), "EUR", NOW - 2 * DAY)
    assert list(prices._known(shop, [told])) == [told.key]


def test_a_price_that_is_withdrawn_while_it_is_said_again_is_refused(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    price(shop)

    def withdrawn_meanwhile(*_given: object) -> int:
        prices.withdraw(price=Price.objects.get(), now=NOW, by=None)
        return 0

    monkeypatch.setattr(prices, "_insert", withdrawn_meanwhile)
    with pytest.raises(errors.PriceKnownOtherwise):
        price(shop)


def test_a_shop_that_is_removed_takes_its_prices_along(shop: Shop) -> None:
    price(shop)
    removal.remove(shop.pk, Silent())
    assert not Price.objects.exists()


def test_a_price_that_was_never_asked_for_is_withdrawn_and_stays(shop: Shop, staff) -> None:
    price(shop, amount=1)
    wrong = Price.objects.get()
    prices.withdraw(price=wrong, now=NOW, by=staff("manager"))
    with pytest.raises(errors.WithdrawnAlready):
        prices.withdraw(price=wrong, now=NOW, by=None)
    assert AuditEntry.objects.get(action="prices.withdrawn").facts["name"] == "TEA-1"
    assert price(shop, amount=10) == Written(1, 0)
    assert [each.amount for each in prices.of(shop, "TEA-1")] == [10, 1]
    found = prices.histories(shop, ["TEA-1"], since=LONG_AGO, until=NOW, known=NOW)["TEA-1"]
    assert found.everybody == [Applied(Decimal(10), LONG_AGO)]


def test_a_history_begins_with_what_held_then(shop: Shop) -> None:
    for days, amount in ((90, 9), (60, 12), (3, None), (1, 11), (-1, 20)):
        price(shop, amount=amount, since=NOW - days * DAY)
    found = prices.histories(shop, ["TEA-1", "TEA-9"], since=NOW - 30 * DAY, until=NOW, known=NOW)
    assert list(found) == ["TEA-1"]
    assert [(each.price, each.since) for each in found["TEA-1"].everybody] == [
        (12, NOW - 60 * DAY),
        (11, NOW - 1 * DAY),
    ]


def test_what_is_sold_has_a_price_for_everybody_now(shop: Shop) -> None:
    price(shop, "A")
    price(shop, "B", audience="members")
    price(shop, "C")
    price(shop, "C", None, NOW - DAY)
    price(shop, "D", since=NOW + DAY)
    assert prices.sold(shop, at=NOW) == ["A"]


@pytest.mark.django_db(transaction=True)
def test_of_64_who_announce_the_same_prices_each_is_written_once(shop: Shop) -> None:
    told = [Announced(f"T-{number}", Decimal(1), "EUR", LONG_AGO) for number in range(20)]

    def deed(number: int) -> None:
        given = told if number % 2 else told[::-1]
        prices.announce(shop=shop, prices=given, source="api", now=NOW)

    assert at_once(deed, refused=()) == {"": 64}
    assert Price.objects.count() == 20


@pytest.mark.django_db(transaction=True)
def test_of_two_prices_at_once_one_is_refused(shop: Shop) -> None:
    def deed(number: int) -> None:
        told = [Announced("TEA-1", Decimal(1 + number), "EUR", datetime(2026, 1, 1, tzinfo=UTC))]
        prices.announce(shop=shop, prices=told, source="api", now=NOW)

    assert at_once(deed, 16, refused=errors.OfferError) == {"": 1, "PriceKnownOtherwise": 15}
