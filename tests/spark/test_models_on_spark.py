"""What each customer is worth and where each stands is the same where a Spark reads the lake."""

from pathlib import Path

import pytest

from tests.spark.cluster import Cluster
from tests.understand.value.tea_buyers import sell, write_lake
from treue.core.shop.models import Shop
from treue.understand.segments import refresh as groups
from treue.understand.segments.models import Cell, Move, Segmentation, Standing
from treue.understand.value import refresh as value
from treue.understand.value.models import Fit, Score

pytestmark = pytest.mark.spark
UNLIKE = ("fit_id", "segmentation_id", "id", "_state")


@pytest.fixture
def shop(transactional_db: None, installation: Path) -> Shop:
    made = Shop.objects.create(name="Tea House")
    sell(made)
    write_lake(made)
    return made


def rows(model: type) -> list[dict[str, object]]:
    found = [{name: value for name, value in vars(row).items() if name not in UNLIKE} for row in model.objects.all()]
    return sorted(found, key=lambda row: [str(value) for value in row.values()])


def test_scores_are_the_same(shop: Shop, spark_cluster: Cluster, settings: object):
    here = value.refresh(shop)
    wanted = rows(Score)
    assert len(wanted) == 80
    Fit.objects.all().delete()
    settings.ENGINE = spark_cluster.url
    there = value.refresh(shop)
    assert (there.model, there.status, there.customers) == (here.model, here.status, here.customers)
    assert there.parameters == pytest.approx(here.parameters, rel=1e-9)
    assert there.spend["parameters"] == pytest.approx(here.spend["parameters"], rel=1e-9)
    for found, expected in zip(rows(Score), wanted, strict=True):
        assert found.pop("next_purchase_on") == expected.pop("next_purchase_on")
        figures = [
            {name: None if each is None else float(each) for name, each in row.items()} for row in (found, expected)
        ]
        assert figures[0] == pytest.approx(figures[1], rel=1e-9, abs=1e-4)


def test_groups_rhythms_and_moves_are_the_same(shop: Shop, spark_cluster: Cluster, settings: object):
    groups.refresh(shop)
    wanted = [rows(model) for model in (Standing, Cell, Move)]
    Segmentation.objects.all().delete()
    settings.ENGINE = spark_cluster.url
    groups.refresh(shop)
    assert [rows(model) for model in (Standing, Cell, Move)] == wanted
    assert [len(each) > 5 for each in wanted] == [True] * 3
