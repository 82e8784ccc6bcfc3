"""A cluster for the tests that ask for one, and the shops that both engines read."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import ibis
import pytest
from ibis import BaseBackend

from tests.spark import cluster, shops

INSTALLED = Path(__file__).parents[2] / ".venv-spark"


@pytest.fixture(scope="session")
def spark_home() -> Path:
    """The Spark that `make test-spark` installs. Its absence skips, and fails where TREUE_SPARK=required."""
    found = next(INSTALLED.glob("lib/python3*/site-packages/pyspark"), None)
    missing = "Spark (make test-spark installs it)" if found is None else "Java" if not shutil.which("java") else None
    if missing and os.environ.get("TREUE_SPARK") == "required":
        pytest.fail(f"{missing} is not installed")
    if missing:
        pytest.skip(f"{missing} is not installed")
    return found


@pytest.fixture(scope="session")
def spark_cluster(spark_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[cluster.Cluster]:
    with cluster.running(spark_home, tmp_path_factory.mktemp("spark")) as up:
        yield up


@pytest.fixture(scope="session")
def spark(spark_cluster: cluster.Cluster) -> Iterator[BaseBackend]:
    from pyspark.sql import SparkSession

    backend = ibis.pyspark.connect(SparkSession.builder.remote(spark_cluster.url).create())
    yield backend
    backend.disconnect()


@pytest.fixture(scope="session")
def duckdb() -> Iterator[BaseBackend]:
    backend = ibis.duckdb.connect()
    yield backend
    backend.disconnect()


@pytest.fixture(scope="session")
def shop_files(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for each of `shops.SHOPS`."""
    folder = tmp_path_factory.mktemp("shops")
    shops.write(folder, real_data)
    return folder
