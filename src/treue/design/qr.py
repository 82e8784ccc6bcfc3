"""QR codes as drawings without a library's own styling: one path, which a style sheet colours."""

from dataclasses import dataclass

import qrcode
from qrcode.constants import ERROR_CORRECT_M


@dataclass(frozen=True)
class Drawing:
    """size: modules along a side. path: of an SVG with that viewBox."""

    size: int
    path: str


def draw(text: str) -> Drawing:
    """The white margin that cameras need is the frame's padding."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    rows = code.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
    return Drawing(len(rows), path)
