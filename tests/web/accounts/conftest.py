"""People for the tests of sign-in."""

from typing import TYPE_CHECKING

import pytest
from django.test import Client

if TYPE_CHECKING:
    from treue.core.staff.models import User


@pytest.fixture
def password() -> str:
    return "a blue flower by the brook"


@pytest.fixture
def clara(db: None, password: str) -> "User":
    from treue.core.staff.models import User

    return User.objects.create_user("clara@example.org", password, name="Clara Vorlage", role="manager")


@pytest.fixture
def hers(clara: "User") -> Client:
    """Clara's browser, signed in."""
    client = Client()
    client.force_login(clara)
    return client
