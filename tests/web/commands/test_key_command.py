"""`treue key …`."""

from pathlib import Path

import pytest
from django.test import Client
from report_runs import Reporter, Run, run_treue

from treue.core.staff.models import ApiKey


@pytest.fixture
def treue_key(
    transactional_db: None,
    installation: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Reporter:
    """`treue key …` as a person types it."""
    monkeypatch.setenv("DATABASE_URL", "the test's own")  # nothing is to be started
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: object) -> Run:
        return run_treue(monkeypatch, capsys, "key", *arguments)

    return run


def asked(token: str) -> int:
    return Client(headers={"Authorization": f"Bearer {token}"}).get("/api/v1/customers").status_code


def test_a_key_is_printed_alone(treue_key: Reporter) -> None:
    ended = treue_key("add", "till", "--scope", "read")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("treue_")
    assert ended.out.count("\n") == 1
    assert asked(ended.out.strip()) == 200


def test_a_key_to_write_needs_to_be_asked_for(treue_key: Reporter) -> None:
    treue_key("add", "both", "--scope", "write", "--scope", "read", "--days", "7")
    treue_key("add", "one", "--scope", "write")
    both, one = ApiKey.objects.order_by("pk")
    assert (both.scopes, one.scopes) == (["read", "write"], ["write"])
    assert both.expires_at
    assert one.expires_at is None


def test_keys_are_listed_without_being_shown(treue_key: Reporter) -> None:
    assert "There are no keys." in treue_key("list").out
    token = treue_key("add", "till", "--scope", "read").out.strip()
    listed = treue_key("list").out
    assert "till" in listed
    assert ApiKey.objects.get().prefix in listed
    assert token not in listed


def test_a_revoked_key_is_over_and_its_name_is_free(treue_key: Reporter) -> None:
    token = treue_key("add", "till", "--scope", "read").out.strip()
    assert "Revoked: till." in treue_key("revoke", "till").err
    assert asked(token) == 401
    assert "There is no key named till." in treue_key("revoke", "till").sentence
    assert treue_key("add", "till", "--scope", "read").code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["add", "till"], 2, "--scope"),
        (["add", "till", "--scope", "all"], 2, "A scope is read or write."),
        (["add", " ", "--scope", "read"], 2, "A key needs a name"),
        (["add", "x" * 61, "--scope", "read"], 2, "A key needs a name"),
        (["add", "till", "--scope", "read", "--days", "0"], 2, "--days"),
    ],
)
def test_what_cannot_be_meant_is_said(treue_key: Reporter, arguments: list[str], code: int, said: str) -> None:
    ended = treue_key(*arguments)
    assert ended.code == code
    assert said in ended.sentence
    assert not ApiKey.objects.exists()


def test_a_name_is_taken_once(treue_key: Reporter) -> None:
    treue_key("add", "till", "--scope", "read")
    ended = treue_key("add", "till", "--scope", "write")
    assert (ended.code, ended.out) == (1, "")
    assert "There is a key named till." in ended.sentence
