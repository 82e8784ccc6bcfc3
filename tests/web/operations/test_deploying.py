"""What is handed to whoever sets an installation up is right: units, the image's recipe, alerts."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

from treue.core.shop.models import Shop

ROOT = Path(__file__).parents[3]
UNITS = sorted((ROOT / "deploy").glob("treue*"))
OPERATIONS = ROOT / "docs" / "operations.md"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_understands_every_line_of_the_units(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("treue")
    for unit in UNITS:
        name = unit.name.replace("@.", "@1.")
        (tmp_path / name).write_text(unit.read_text().replace("/opt/treue/.venv/bin/treue", str(program)))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *sorted(map(str, tmp_path.iterdir()))],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if "treue" in line]
    assert (done.returncode, ours) == (0, [])


def test_the_docs_speak_of_each_unit_and_every_variable() -> None:
    said = OPERATIONS.read_text()
    for unit in UNITS:
        assert unit.name in said
    for name in re.findall(r"^#?([A-Z_]+)=", (ROOT / "deploy" / "environment.example").read_text(), re.MULTILINE):
        assert name in said


@pytest.mark.django_db(transaction=True)
def test_alerts_ask_for_figures_that_there_are() -> None:
    Shop.objects.create(name="Tea House")
    found = Client().get("/metrics", REMOTE_ADDR="127.0.0.1").content.decode()
    there = set(re.findall(r"^# TYPE (\w+)", found, re.MULTILINE))
    named = set(re.findall(r"\btreue_[a-z_]+", OPERATIONS.read_text()))
    assert named
    assert {name.removesuffix("_bucket").removesuffix("_count").removesuffix("_sum") for name in named} <= there


def test_the_image_takes_what_it_copies() -> None:
    """What `.dockerignore` lets through is all that the recipe asks for."""
    recipe = (ROOT / "Dockerfile").read_text()
    copied = {
        word
        for line in recipe.splitlines()
        if line.startswith("COPY") and "--from" not in line
        for word in line.split()[1:-1]
    }
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert copied == let_through
    assert all((ROOT / path).exists() for path in copied)
    assert recipe.rindex("USER treue") < recipe.rindex("ENTRYPOINT")
