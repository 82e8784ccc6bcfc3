"""Every command speaks the language of the terminal it is typed in."""

import re
from pathlib import Path

import pytest
from report_runs import Reporter, Run, run_treue

from treue.web.commands import failing, speaking
from treue.web.commands.failing import FAILED, USED_WRONGLY
from treue.web.translations import collect

NAMES = ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE")


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch):
    def set_up(**values: str) -> None:
        for name in NAMES:
            monkeypatch.delenv(name, raising=False)
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return set_up


@pytest.fixture
def treue(
    terminal, transactional_db: None, installation: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> Reporter:
    """Any command in a German terminal, with the test's database."""
    terminal(LANG="de_AT.UTF-8")
    monkeypatch.setenv("DATABASE_URL", "the test's own")  # nothing is to be started
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: object) -> Run:
        return run_treue(monkeypatch, capsys, *arguments)

    return run


@pytest.mark.parametrize(
    ("values", "language"),
    [
        ({}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de"}, "de"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "den_CA"}, "en"),
        ({"LC_ALL": "en_GB.UTF-8", "LANG": "de_DE.UTF-8"}, "en"),
        ({"LC_ALL": "", "LC_MESSAGES": "de_CH@euro", "LANG": "en_GB"}, "de"),
        ({"LANGUAGE": "de", "LANG": "en_GB.UTF-8"}, "de"),
        ({"LANGUAGE": "de"}, "de"),
        ({"LANGUAGE": "fr:de_DE:en", "LANG": "fr_FR.UTF-8"}, "de"),
        ({"LANGUAGE": "fr", "LANG": "de_DE.UTF-8"}, "de"),
        ({"LANGUAGE": "en_GB:de", "LANG": "de_DE.UTF-8"}, "en"),
        ({"LANGUAGE": "de", "LC_ALL": "C"}, "en"),
    ],
)
def test_the_language_is_the_terminals(terminal, values: dict[str, str], language: str):
    terminal(**values)
    assert speaking.system_language() == language


def test_keys(treue: Reporter):
    assert treue("key", "list").out.strip() == "Es gibt keine Schlüssel."
    treue("key", "add", "till", "--scope", "read")
    assert "Zuletzt benutzt" in treue("key", "list").out
    taken = treue("key", "add", "till", "--scope", "read")
    assert taken.sentence.startswith("Es gibt schon einen Schlüssel namens till.")
    assert treue("key", "revoke", "till").err == "Widerrufen: till.\n"
    assert treue("key", "add", "x", "--scope", "all").sentence == "Ein Recht ist read oder write."


def test_what_is_used_wrongly(treue: Reporter):
    said = treue("demo", "--language", "fr")
    assert (said.code, said.sentence) == (USED_WRONGLY, "Treue spricht Deutsch (de) und Englisch (en), nicht „fr“.")
    assert treue("doctor", "--without", "luck").sentence.startswith("Eine Prüfung „luck“ gibt es nicht. Es gibt:")


def test_backups(treue: Reporter, tmp_path: Path):
    said = treue("backup", tmp_path / "nowhere" / "file.tar")
    assert said.code == FAILED
    assert said.sentence.startswith(
        f"Die Sicherung lässt sich nicht nach {tmp_path / 'nowhere' / 'file.tar'} schreiben:"
    )


def test_the_demo_shop(treue: Reporter):
    said = treue("demo", "--customers", "100")
    assert said.code == 0
    assert re.search(r"Der Demo-Shop ist fertig \(100 Kunden, \d+ s\)\.", said.sentence)
    again = treue("demo", "--customers", "100")
    assert again.sentence.startswith("Es gibt schon Bestellungen oder Quellen.")


def test_what_nobody_expected(terminal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture):
    terminal(LANG="de_DE.UTF-8")
    monkeypatch.setattr("treue.web.commands.doctoring.spoken", lambda language: 1 / 0)
    said = run_treue(monkeypatch, capsys, "doctor")
    assert said.sentence.startswith("Etwas ging schief, womit Treue nicht gerechnet hat (ZeroDivisionError).")


def test_where_nothing_can_be_looked_up_the_sentence_is_said_in_english(terminal, monkeypatch: pytest.MonkeyPatch):
    terminal(LANG="de_DE.UTF-8")
    monkeypatch.setattr("treue.web.commands.django_setup.set_up", lambda: 1 / 0)
    assert failing._said("The disk is full. Make room and try again.") == "The disk is full. Make room and try again."


def test_no_sentence_of_a_command_is_left_out_of_the_catalogue():
    """Those that are looked up by names of our own are collected as well."""
    found = {message.id for message in collect()}
    assert {"Stopped.", "Bringing the database up to date …", "The disk is full. Make room and try again."} <= found
