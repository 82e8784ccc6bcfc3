"""Which engine reads the lake, and what is said where it cannot."""

import sys

import pytest

from tests.core.lake.buying import customer, order
from treue.core.lake import checking, errors, tables, writing
from treue.core.shop.models import Shop


@pytest.fixture
def written(shop: Shop) -> Shop:
    made = order(customer(shop))
    writing.write(shop, as_of=made.ordered_at.date())
    return shop


def test_without_a_setting_the_lake_is_read_in_this_process(written: Shop):
    with tables.opened(written.pk) as lake:
        assert lake.engine.backend.name == "duckdb"


@pytest.mark.parametrize("name", ["spark", "duckdb", "spark://host:7077", "http://host:15002"])
def test_what_is_no_address_of_spark_connect_is_refused(written: Shop, settings: object, name: str):
    settings.ENGINE = name
    with pytest.raises(errors.UnknownEngine), tables.opened(written.pk):
        pass


def test_a_spark_without_its_client_is_named(written: Shop, settings: object, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "grpc", None)
    settings.ENGINE = "sc://127.0.0.1:15002"
    with pytest.raises(errors.EngineNotInstalled, match="make spark"), tables.opened(written.pk):
        pass


def test_lake_and_database_are_compared_without_the_engine(written: Shop, settings: object):
    settings.ENGINE = "nonsense"
    assert checking.check(written) == []
