"""People for the tests of staff."""

from typing import TYPE_CHECKING

import pytest
from django.test import Client

if TYPE_CHECKING:
    from treue.core.staff.models import User

PASSWORD = "a blue flower by the brook"


@pytest.fixture
def ada(db: None) -> "User":
    """The only administrator."""
    from treue.core.staff.models import User

    return User.objects.create_user("ada@example.org", PASSWORD, name="Ada Admin", role="admin")


@pytest.fixture
def otto(db: None) -> "User":
    from treue.core.staff.models import User

    return User.objects.create_user("otto@example.org", PASSWORD, name="Otto Analyse", role="analyst")


@pytest.fixture
def hers(ada: "User") -> Client:
    """Ada's browser, signed in."""
    client = Client()
    client.force_login(ada)
    return client
