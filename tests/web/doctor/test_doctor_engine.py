"""What the doctor finds of the engine that the installation names."""

import sys
from collections.abc import Callable

import pytest

Found = Callable[..., list[str]]
pytestmark = pytest.mark.usefixtures("shop")


def test_an_installation_that_names_none_is_well(found: Found) -> None:
    assert found("lake.engine") == []


def test_an_address_of_something_else_is_found(found: Found, settings: object) -> None:
    settings.ENGINE = "spark://host:7077"
    assert found("lake.engine") == ["TREUE_ENGINE is no address of a Spark Connect server."]


def test_a_missing_client_is_found(found: Found, settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "grpc", None)
    settings.ENGINE = "sc://127.0.0.1:15002"
    assert found("lake.engine") == [
        "TREUE_ENGINE names a Spark server, but what speaks with it is not installed.",
    ]
