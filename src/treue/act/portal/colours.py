"""A shop's own colours: which can be read, and what the rest of the portal's colours follow from."""

from dataclasses import dataclass

WHITE, GROUNDS_LIGHT, GROUNDS_DARK = "#ffffff", ("#ffffff", "#f4f4f2"), ("#181c27", "#10131b")
NEEDED = 4.5  # WCAG 2.2, 1.4.3


@dataclass(frozen=True)
class Palette:
    """light, dark: of links and buttons on light and on dark ground. card: under white text."""

    light: str = "#1d5c4a"
    dark: str = "#84d3b5"
    card: str = "#1d5c4a"

    def contrasts(self) -> dict[str, float]:
        """The least contrast each of the three has where it is used."""
        return {
            "light": min(contrast(self.light, ground) for ground in GROUNDS_LIGHT),
            "dark": min(contrast(self.dark, ground) for ground in GROUNDS_DARK),
            "card": contrast(self.card, WHITE),
        }

    def too_weak(self) -> dict[str, float]:
        return {name: found for name, found in self.contrasts().items() if found < NEEDED}


def contrast(one: str, other: str) -> float:
    """How far two colours (#rrggbb) are apart in lightness, from 1 to 21 (WCAG 2.2, relative luminance)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[place : place + 2], 16) / 255) for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def style_sheet(palette: Palette) -> str:
    """The tokens of `.portal` in a shop's colours; the strong and soft ones follow from them."""
    light, dark, mixed = palette.light, palette.dark, "color-mix(in oklab,"
    return f""".portal {{
  --brand: light-dark({light}, {dark});
  --brand-strong: light-dark({mixed} {light} 80%, #000), {mixed} {dark} 70%, #fff));
  --brand-soft: light-dark({mixed} {light} 12%, #fff), {mixed} {dark} 16%, #10131b));
  --card: {palette.card};
}}
"""
