"""What the doctor finds in the installation's folder."""

import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from shopping import order

from treue.core import backups
from treue.core.shop.models import Shop
from treue.web.doctor import folder

Found = Callable[..., list[str]]


@pytest.fixture(autouse=True)
def _external(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "the test's own")  # whose folder is not this one


def test_a_folder_as_it_was_made_is_well(installation: Path, found: Found) -> None:
    for name in ("modes", "owner", "key", "leftovers"):
        assert found(f"folder.{name}") == []


@pytest.mark.parametrize("name", ["secret.key", "uploads"])
def test_what_others_can_read_is_found(installation: Path, found: Found, name: str) -> None:
    (installation / name).chmod(0o755)
    assert found("folder.modes") == [f"Others on this machine can get at {installation / name}."]


def test_a_part_that_is_gone_is_found(installation: Path, found: Found) -> None:
    (installation / "lake").rmdir()
    assert found("folder.modes") == [f"{installation / 'lake'} is missing."]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_belongs_to_somebody_else_is_found(installation: Path, found: Found) -> None:
    os.chown(installation / "uploads", 65_534, 65_534)
    (sentence,) = found("folder.owner")
    assert "uploads belongs to another user" in sentence


def test_a_key_that_anybody_could_guess_is_found(installation: Path, found: Found) -> None:
    (installation / "secret.key").write_text("")
    assert len(found("folder.key")) == 1


def test_a_disk_without_room_is_found_once(installation: Path, found: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    assert found("folder.room") == []
    monkeypatch.setattr(folder, "LEAST_FREE_BYTES", 1 << 60)
    (sentence,) = found("folder.room")
    assert sentence.endswith(f"are free on the disk of {installation}.")


def test_what_a_killed_import_left_is_found_a_day_later(installation: Path, found: Found) -> None:
    left = installation / "tmp" / "import-7"
    left.mkdir()
    (left / "spill").write_bytes(bytes(2_000_000))
    (installation / "backups" / "treue.tar.partial").touch()
    assert found("folder.leftovers") == []
    (sentence,) = found("folder.leftovers", clock=lambda: datetime.now(UTC) + timedelta(hours=25))
    assert sentence.startswith("2.0\N{NO-BREAK SPACE}MB lie in the installation's folder since work was broken off: ")
    assert str(left) in sentence


def test_a_shop_with_orders_needs_a_backup_of_this_week(shop: Shop, found: Found, tmp_path: Path) -> None:
    assert found("backup") == []
    order(shop)
    assert found("backup") == ["No backup was ever written."]
    backups.write(tmp_path / "saved.tar")
    assert found("backup") == []
    (sentence,) = found("backup", clock=lambda: datetime.now(UTC) + timedelta(days=8))
    assert sentence.startswith("The last backup is of ")
