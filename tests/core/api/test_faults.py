"""What a program is told when Treue itself cannot go on."""

import logging
from decimal import Decimal

import pytest
from asking import Asking
from django.db import connection
from pydantic import ValidationError

from treue.core.api import values
from treue.core.customers import identities
from treue.core.events.api import EventOut
from treue.core.staff import keys


def test_what_nobody_expected_is_an_error_of_ours(
    reader: Asking, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(identities, "find", lambda shop, value: 1 / 0)
    with caplog.at_level(logging.ERROR):
        answer = reader.get("/customers", identity="anna@example.org")
    assert (answer.status, answer.type) == (500, "internal-error")
    assert "ZeroDivisionError" in caplog.text
    assert "anna" not in caplog.text


def test_a_database_that_is_gone_is_asked_again_later(reader: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(token: str, **_moment: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("select pg_terminate_backend(pg_backend_pid())")

    with monkeypatch.context() as for_now:
        for_now.setattr(keys, "use", cut)
        answer = reader.get("/customers")
    connection.close()
    assert (answer.status, answer.type, answer.headers["Retry-After"]) == (503, "unavailable", "5")
    assert reader.get("/customers").status == 200


def test_an_error_in_an_answer_does_not_quote_it() -> None:
    with pytest.raises(ValidationError) as error:
        EventOut(facts="anna@example.org", name="x")
    assert "anna" not in str(error.value)


@pytest.mark.parametrize(
    ("number", "decimals", "written"),
    [
        ("24.9000", 2, "24.90"),
        ("2.000", 0, "2"),
        ("0.1250", 2, "0.125"),
        ("1E+3", 2, "1000.00"),
        ("0", 0, "0"),
        ("100", 0, "100"),
        ("-0.5", 2, "-0.50"),
    ],
)
def test_numbers_are_written_plainly(number: str, decimals: int, written: str) -> None:
    assert values.plain(Decimal(number), decimals=decimals) == written
