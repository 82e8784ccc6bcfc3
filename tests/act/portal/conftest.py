"""A shop with a programme and a portal, and browsers that come to it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from visitors import Browser

    from treue.act.loyalty.models import Member, Programme
    from treue.act.portal.models import Portal
    from treue.core.customers.models import Customer
    from treue.core.shop.models import Shop


@pytest.fixture
def shop(transactional_db: None, installation: Path) -> "Shop":
    from treue.core.shop.models import Shop

    return Shop.objects.create(name="Tea House", zone="Europe/Berlin")


@pytest.fixture
def programme(shop: "Shop") -> "Programme":
    from decimal import Decimal

    from django.utils import timezone

    from treue.act.loyalty import setting_up
    from treue.act.loyalty.models import Programme

    programme = Programme(shop=shop, name="Tea Circle")
    rules = setting_up.simple_rules(shop, points=2, amount=Decimal(1), welcome=0)
    setting_up.save(programme=programme, rules=rules, now=timezone.now(), by=None)
    return programme


@pytest.fixture
def portal(programme: "Programme") -> "Portal":
    from treue.act.portal.models import Portal

    return Portal.objects.create(shop=programme.shop, is_on=True)


@pytest.fixture
def anna(portal: "Portal") -> "Customer":
    """A customer who is no member."""
    from treue.core.customers.models import Customer

    return Customer.objects.create(shop=portal.shop, number="7", name="Anna Beispiel", email="Anna@example.org")


@pytest.fixture
def member(anna: "Customer", programme: "Programme") -> "Member":
    from django.utils import timezone

    from treue.act.loyalty import membership

    return membership.join(programme=programme, customer=anna, at=timezone.now())[0]


@pytest.fixture
def browser_of() -> Callable[..., "Browser"]:
    from visitors import Browser

    return Browser


@pytest.fixture
def browse(portal: "Portal") -> "Browser":
    from visitors import Browser

    return Browser()


@pytest.fixture
def signed_in(browse: "Browser", member: "Member") -> Iterator["Browser"]:
    browse.sign_in("anna@example.org")
    return browse
