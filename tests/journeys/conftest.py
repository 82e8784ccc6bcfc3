"""A house that runs for all stories of one file."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.journeys.houses import House


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator["House"]:
    from tests.journeys import houses

    with houses.opened(tmp_path_factory.mktemp("house")) as house:
        yield house
