"""The installation's folder: closed to others, made once."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from treue.core import home


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "deep" / "home"
    monkeypatch.setenv("TREUE_HOME", str(place))
    return place


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_it_is_where_treue_home_says(folder: Path) -> None:
    assert home.home() == folder
    assert home.prepare() == folder


def test_without_a_word_it_is_in_the_persons_own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TREUE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert home.home() == tmp_path / ".local" / "share" / "treue"


def test_others_can_look_into_none_of_it(folder: Path) -> None:
    before = os.umask(0o000)
    try:
        home.prepare()
    finally:
        os.umask(before)
    for part in ("lake", "uploads", "mail", "backups", "tmp"):
        assert mode(folder / part) == 0o700
    assert mode(folder / "secret.key") == 0o600
    assert mode(folder) & 0o066 == 0


def test_the_secret_is_made_once_and_is_each_installations_own(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.prepare()
    first = home.secret_key()
    home.prepare()
    assert home.secret_key() == first
    assert len(first) >= 64
    monkeypatch.setenv("TREUE_HOME", str(tmp_path / "other"))
    home.prepare()
    assert home.secret_key() != first


def test_a_folder_that_cannot_be_is_named_with_what_the_system_says(folder: Path) -> None:
    folder.parent.mkdir()
    folder.write_text("a file")
    with pytest.raises(home.UnusableHome) as caught:
        home.prepare()
    assert (caught.value.folder, caught.value.reason) == (folder, "File exists")


def test_a_secret_that_may_not_be_read_is_not_passed_over(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.prepare()

    def refuse(_path: Path) -> str:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(home.UnusableHome):
        home.prepare()


def test_links_that_lead_in_a_circle_are_no_folder_and_leave_a_secret_for_the_process(folder: Path) -> None:
    folder.parent.mkdir()
    folder.symlink_to(folder)
    with pytest.raises(home.UnusableHome):
        home.prepare()
    assert len(home.secret_key()) >= 64


def test_asking_for_the_secret_makes_no_folder(folder: Path) -> None:
    assert home.secret_key() != home.secret_key()
    assert not folder.exists()


def test_two_processes_that_come_at_once_agree_on_the_secret(folder: Path) -> None:
    program = "from treue.core import home; home.prepare(); print(home.secret_key())"
    started = [
        subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) for _process in range(4)
    ]
    keys = {process.communicate()[0] for process in started}
    assert len(keys) == 1
    assert keys != {"\n"}


@pytest.mark.parametrize("name", ["notes.txt", ".bashrc", "other"])
def test_a_folder_with_other_peoples_files_is_left_as_it_is(folder: Path, name: str) -> None:
    folder.mkdir(parents=True, mode=0o777)
    folder.chmod(0o1777)
    (folder / name).touch()
    with pytest.raises(home.UnusableHome, match="it holds other files"):
        home.prepare()
    assert mode(folder) == 0o777
    assert [path.name for path in folder.iterdir()] == [name]


def test_a_new_disk_is_as_good_as_an_empty_folder(folder: Path) -> None:
    (folder / "lost+found").mkdir(parents=True)
    home.prepare()
    assert home.secret_key()
