"""An installation that names a Spark computes the figures that it computes without."""

import random
import socket
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.db import models
from django.utils import timezone
from django.utils.translation import override

from tests.core.lake.buying import customer, order, refund
from tests.spark.cluster import Cluster
from treue.core.lake import errors, manifest, tables
from treue.core.shop.models import Shop
from treue.understand.metrics.counts import refresh
from treue.understand.metrics.models import CohortCount, PeriodCount, Slice
from treue.understand.profile.models import BuyingProfile
from treue.web.doctor.examining import CHECKS

pytestmark = pytest.mark.spark


@pytest.fixture
def shop(transactional_db: None, installation: Path) -> Shop:
    return Shop.objects.create(name="Tea House")


@pytest.fixture
def bought(shop: Shop) -> None:
    """Fifty orders of three years, one of them given back in part, some of unknown channel or country."""
    chance = random.Random(1)
    for number in range(50):
        made = order(
            customer(shop, f"C{chance.randrange(12)}"),
            f"{chance.choice([2023, 2024, 2025])}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02} 10:00",
            amount=chance.choice([5, 19.99, 120]),
            units=2,
            channel=chance.choice(["web", "shop", ""]),
            country=chance.choice(["DE", "AT", ""]),
            cost=chance.choice([None, 3]),
        )
        if number == 7:
            refund(made, "2025-12-30 10:00", amount=2)


@pytest.fixture
def on_spark(spark_cluster: Cluster, settings: object) -> Iterator[None]:
    settings.ENGINE = spark_cluster.url
    yield
    settings.ENGINE = ""


@pytest.mark.usefixtures("bought")
def test_figures_and_profiles_are_the_same(shop: Shop, spark_cluster: Cluster, settings: object):
    refresh.refresh(shop)
    wanted, customers = stored(shop), customer_file(shop)
    BuyingProfile.objects.all().delete()
    settings.ENGINE = spark_cluster.url
    refresh.refresh(shop)
    assert stored(shop) == wanted
    assert customer_file(shop) == customers
    assert all(len(rows) >= 10 for rows in wanted.values())


@pytest.mark.usefixtures("bought", "on_spark")
def test_nothing_is_left_in_the_shops_folder_but_the_lake(shop: Shop):
    refresh.refresh(shop)
    place = manifest.folder(shop.pk)
    left = {str(path.relative_to(place)) for path in place.rglob("*") if path.is_file() and path.suffix != ".lock"}
    assert left == {manifest.NAME, *manifest.read(shop.pk).files}
    assert {path.name for path in place.iterdir() if path.is_dir()} == {"orders"}


@pytest.mark.usefixtures("on_spark")
def test_a_shop_without_orders_is_an_empty_table(shop: Shop):
    refresh.refresh(shop)
    with tables.opened(shop.pk) as lake:
        found = lake.orders.to_pyarrow()
    assert found.num_rows == 0
    assert found.schema.names == list(tables.ORDERS.names)


def test_a_server_that_is_not_there_is_named_within_seconds(shop: Shop, settings: object, monkeypatch):
    monkeypatch.setattr("treue.core.lake.spark.SECONDS_TO_ANSWER", 1.0)
    refresh.refresh(shop)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        settings.ENGINE = f"sc://127.0.0.1:{port}/;token=secret"
        with pytest.raises(errors.EngineNotThere) as raised, tables.opened(shop.pk):
            pass
    assert raised.value.place == f"127.0.0.1:{port}"
    assert "secret" not in str(raised.value)


@pytest.mark.usefixtures("bought", "on_spark")
def test_the_doctor_finds_a_spark_that_does_not_see_the_folder(shop: Shop):
    def found() -> list[str]:
        with override("en"):
            return [each.fault for each in CHECKS["lake.engine"](timezone.now)]

    refresh.refresh(shop)
    assert found() == []
    orders = manifest.folder(shop.pk) / "orders"
    orders.rename(orders.with_name("elsewhere"))
    assert found() == [f"The Spark server does not find the files in {orders}."]


def test_an_address_that_is_none_is_refused_without_being_quoted(shop: Shop, settings: object):
    refresh.refresh(shop)
    settings.ENGINE = "sc://host:15002/path;token=secret"
    with pytest.raises(errors.UnknownEngine) as raised, tables.opened(shop.pk):
        pass
    assert "secret" not in str(raised.value)


def stored(shop: Shop) -> dict[str, list[tuple]]:
    """Every figure and profile in force, without the numbers of rows."""
    snapshot = Slice.objects.filter(snapshot__shop=shop).latest("snapshot_id").snapshot
    asked = {
        "slices": Slice.objects.filter(snapshot=snapshot),
        "periods": PeriodCount.objects.filter(slice__snapshot=snapshot),
        "cohorts": CohortCount.objects.filter(slice__snapshot=snapshot),
        "profiles": BuyingProfile.objects.filter(shop=shop),
    }
    return {name: sorted(map(repr, rows.values_list(*columns(rows.model)))) for name, rows in asked.items()}


def columns(model: type[models.Model]) -> list[str]:
    own = [field for field in model._meta.concrete_fields if not field.primary_key and field.name != "snapshot"]
    sliced = ["slice__channel", "slice__country", "slice__category"] if hasattr(model, "slice") else []
    return [*sliced, *(field.name for field in own if field.name != "slice")]


def customer_file(shop: Shop) -> list[dict]:
    path = manifest.folder(shop.pk) / manifest.read(shop.pk).customers.file
    assert path.stat().st_mode & 0o777 == 0o600
    return pq.read_table(path).to_pylist()
