"""A shop with a literal history, brought in and computed the way the worker does it."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from tests.emptying import empty
from treue.core import home

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

    from treue.core.shop.models import Shop

HEADER = "order,customer,time,product,quantity,price,category,channel,country"
Row = tuple[str, date, str, str, str, str]


def tea_house() -> Iterator[Row]:
    """A window of 90 days; the last order lies in October 2025, so that September is the last whole month.

    40 customers of the online shop order tea each month from January; ten of them never come back after February.
    40 customers of the branch in Austria order coffee every second month.
    """
    for month in range(1, 10):
        for number in range(40 if month <= 2 else 30):
            yield f"a{number}", date(2025, month, 5), "Tea", "Online", "DE", "20"
    for month in range(1, 10, 2):
        for number in range(40):
            yield f"b{number}", date(2025, month, 10), "Coffee", "Branch", "AT", "30"
    yield "a0", date(2025, 10, 2), "Tea", "Online", "DE", "20"


def written(rows: Iterator[Row], path: Path) -> Path:
    lines = [
        f"O{number},{customer},{day} 10:00,P1,1,{price},{category},{channel},{country}"
        for number, (customer, day, category, channel, country, price) in enumerate(rows, start=1)
    ]
    path.write_text("\n".join([HEADER, *lines]) + "\n")
    return path


@pytest.fixture(scope="module")
def orders_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tea_house(), tmp_path_factory.mktemp("files") / "orders.csv")


@pytest.fixture(scope="module")
def tea_shop(
    django_db_setup: None,
    django_db_blocker: "DjangoDbBlocker",
    tmp_path_factory: pytest.TempPathFactory,
    orders_file: Path,
) -> Iterator["Shop"]:
    """One shop for a whole module whose tests only read it, or change it in a transaction that is undone.

    It is committed, because figures are computed on a connection of their own.
    """
    from treue.core.shop.models import Shop

    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setenv("TREUE_HOME", str(tmp_path_factory.mktemp("home")))
        home.prepare()
        yield opened(Shop.objects.create(name="Tea House", window_days=90), orders_file)
        empty()


@pytest.fixture
def shop(db: None, tea_shop: "Shop") -> "Shop":
    tea_shop.refresh_from_db()
    return tea_shop


@pytest.fixture
def empty_shop(transactional_db: None, installation: Path) -> "Shop":
    from treue.core.shop.models import Shop

    return Shop.objects.create(name="Tea House", window_days=90)


def opened(shop: "Shop", path: Path) -> "Shop":
    """The shop with a file of orders brought in and its figures computed."""
    from treue.core.jobs.work import Silent
    from treue.listen.imports.demo import bring_in
    from treue.understand.metrics.counts.refresh import refresh

    bring_in(shop, "orders", path, Silent())
    refresh(shop)
    return shop


@pytest.fixture
def open_shop(empty_shop: "Shop") -> "Callable[[Path], Shop]":
    return lambda path: opened(empty_shop, path)


@pytest.fixture
def as_role(db: None) -> Callable[..., Client]:
    """A browser signed in as somebody: `as_role("manager", language="de")`."""
    from treue.core.staff.models import User

    def signed_in(role: str = "manager", **fields: object) -> Client:
        user = User.objects.filter(role=role).first()
        client = Client()
        client.force_login(user or User.objects.create_user(f"{role}@example.org", role=role, name=role, **fields))
        return client

    return signed_in
