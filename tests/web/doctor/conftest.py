"""A shop that is well, and checks that can be made one by one."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from treue.core.shop.models import Shop

EMPTIED = "events_cursor, procrastinate_jobs, procrastinate_workers, procrastinate_periodic_defers"


@pytest.fixture
def shop(transactional_db: None, installation: Path) -> Iterator["Shop"]:
    from django.db import connection

    from treue.core.shop.models import Shop

    def empty() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"truncate {EMPTIED} cascade")

    empty()
    yield Shop.objects.create(name="Tea House")
    empty()


@pytest.fixture
def found() -> Callable[..., list[str]]:
    """What a check finds, the sentences alone: `found("log.horizon")`; in English."""
    from django.utils import timezone, translation

    from treue.web.doctor.examining import CHECKS

    def make(name: str, clock: Callable[[], datetime] = timezone.now) -> list[str]:
        with translation.override("en"):
            findings = list(CHECKS[name](clock))
        assert all(each.remedy for each in findings)
        return [each.fault for each in findings]

    return make
