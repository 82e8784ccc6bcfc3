"""Colours live in tokens.css alone, and everything that is read or pressed has enough contrast in both themes."""

import re
from pathlib import Path

import pytest

from treue.design.stylesheets import FOLDER, NAMES, standalone_css

TOKENS = (FOLDER / "tokens.css").read_text()
BASE = TOKENS.split("@media", 1)[0]
PAIR = re.compile(r"--([a-z0-9-]+):\s*light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
ALIAS = re.compile(r"--([a-z0-9-]+):\s*var\(--([a-z0-9-]+)\)")
SINGLE = re.compile(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6});")


def palette() -> dict[str, tuple[str, str]]:
    colours = {name: (light, dark) for name, light, dark in PAIR.findall(BASE)}
    colours |= {name: (one, one) for name, one in SINGLE.findall(BASE)}
    return colours | {name: colours[other] for name, other in ALIAS.findall(BASE) if other in colours}


COLOURS = palette()


def luminance(colour: str) -> float:
    channels = (int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def least(fore: str, back: str) -> float:
    """The smaller of the contrasts in light and in dark."""
    return min(contrast(a, b) for a, b in zip(COLOURS[fore], COLOURS[back], strict=True))


def test_contrast_is_computed_as_the_standard_says():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


SURFACES = ("ground", "panel", "raised", "sunk", "hover")


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("text", ["ink", "ink-2", "ink-3", "brand", "brand-strong", "good", "warn", "bad", "honey-ink"])
def test_text_can_be_read_on_every_surface(text, surface):
    assert least(text, surface) >= 4.5


@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("on-brand", "brand"),
        ("on-brand", "brand-strong"),
        ("on-honey", "honey"),
        *((kind, f"{kind}-soft") for kind in ("good", "warn", "bad")),
        *(("ink", f"{kind}-soft") for kind in ("good", "warn", "bad", "brand", "honey")),
        *(("brand", f"{kind}-soft") for kind in ("good", "warn", "bad", "brand", "honey")),
        ("brand-strong", "brand-soft"),
        ("ink-2", "brand-soft"),
        ("honey-ink", "honey-soft"),
        ("panel", "ink"),
        *((f"seq-{n}-ink", f"seq-{n}") for n in range(1, 8)),
        *((f"data-{n}-ink", "panel") for n in range(1, 6)),
    ],
)
def test_text_can_be_read_on_the_fill_it_is_meant_for(text, back):
    assert least(text, back) >= 4.5


@pytest.mark.parametrize("surface", ["ground", "panel"])
@pytest.mark.parametrize(
    "mark",
    ["edge", "data-rest", "data-target", *(f"data-{n}" for n in range(1, 6)), *(f"area-{n}" for n in range(1, 6))],
)
def test_marks_and_control_borders_stand_out(mark, surface):
    assert least(mark, surface) >= 3


def test_the_seven_steps_fall_evenly_in_lightness_and_never_turn_back():
    for theme, falling in ((0, True), (1, False)):
        steps = [luminance(COLOURS[f"seq-{n}"][theme]) for n in range(1, 8)]
        assert steps == sorted(steps, reverse=falling)


LITERAL = re.compile(
    r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch|oklab|lab|lch|hwb|color)a?\(|\b(?:white|black|red|blue|gr[ae]y)\b", re.I
)


@pytest.mark.parametrize("sheet", sorted(FOLDER.glob("*.css")), ids=lambda sheet: sheet.stem)
def test_only_the_tokens_name_a_colour(sheet: Path):
    rules = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.S)
    values = " ".join(re.findall(r":([^;{}]+)[;}]", rules))
    found = set() if sheet.stem == "tokens" else set(LITERAL.findall(values))
    assert found == set()


def test_every_custom_property_that_is_used_exists():
    whole = standalone_css() + (FOLDER / "gallery.css").read_text()
    used = set(re.findall(r"var\(--([a-z0-9-]+)", whole))
    known = set(re.findall(r"--([a-z0-9-]+):", whole))
    assert used - known == set()


def test_every_sheet_has_its_place_in_the_order_and_print_is_last():
    assert set(NAMES) == {sheet.stem for sheet in FOLDER.glob("*.css")} - {"gallery"}
    assert (NAMES[0], NAMES[-1]) == ("tokens", "print")


def test_the_style_of_a_report_refers_to_no_other_file():
    assert not re.search(r"@import|url\(|https?:", standalone_css())
