"""The shop's mark as a picture of points: the first letter of its name on its colour, drawn with a round pen.

Home screens and wallets take no SVG, and the machine may have no font. So the letters are a few strokes each, in a box
of 8 by 12; "~" before a stroke rounds its corners.
"""

import struct
import unicodedata
import zlib
from functools import lru_cache
from itertools import pairwise

import numpy as np

SIZES = (180, 192, 512)  # Apple's home screen, Android's, its splash
LETTERS = {
    "A": "0c 40 8c/28 68",
    "B": "0c 00/~00 70 76 06/~06 86 8c 0c",
    "C": "~82 80 00 0c 8c 8a",
    "D": "0c 00/~00 80 8c 0c",
    "E": "80 00 0c 8c/06 66",
    "F": "80 00 0c/06 66",
    "G": "~82 80 00 0c 8c 87/87 57",
    "H": "00 0c/80 8c/06 86",
    "I": "40 4c",
    "J": "~80 8c 0c 09",
    "K": "00 0c/80 06 8c",
    "L": "00 0c 8c",
    "M": "0c 00 47 80 8c",
    "N": "0c 00 8c 80",
    "O": "~40 00 0c 8c 80 40",
    "P": "0c 00/~00 80 87 07",
    "Q": "~40 00 0c 8c 80 40/59 8c",
    "R": "0c 00/~00 80 87 07/47 8c",
    "S": "~82 80 00 06 86 8c 0c 0a",
    "T": "00 80/40 4c",
    "U": "~00 0c 8c 80",
    "V": "00 4c 80",
    "W": "00 2c 45 6c 80",
    "X": "00 8c/80 0c",
    "Y": "00 46 80/46 4c",
    "Z": "00 80 0c 8c",
    "0": "~40 00 0c 8c 80 40",
    "1": "13 40 4c",
    "2": "~02 00 80 86 0c/0c 8c",
    "3": "~01 00 80 86 36/~36 86 8c 0c 0b",
    "4": "6c 60 08 88",
    "5": "80 00 05/~05 85 8c 0c 0a",
    "6": "~80 00 0c 8c 86 06",
    "7": "00 80 3c",
    "8": "~46 06 00 80 86 46/~46 06 0c 8c 86 46",
    "9": "~0c 8c 80 00 06 86",
}
CARD = "02 82 8a 0a 02/05 85"  # for names in other scripts
BOX = (8, 12)
HEIGHT, PEN = 0.46, 0.085  # of the picture's side
WHITE = np.array([255.0, 255.0, 255.0])


def letter(name: str) -> str:
    """The first letter or digit of a name that there are strokes for, without its accents; "" for none."""
    plain = unicodedata.normalize("NFKD", name.strip()[:1]).upper()
    return next((each for each in plain if each in LETTERS), "")


@lru_cache(maxsize=64)
def png(sign: str, colour: str, size: int) -> bytes:
    """A square of `size` points with a sign of LETTERS in white; any other is drawn as a card. colour: #rrggbb."""
    ink = _ink(LETTERS.get(sign, CARD), size)[..., np.newaxis]
    ground = np.array([int(colour[place : place + 2], 16) for place in (1, 3, 5)], dtype=float)
    return _written(np.rint(ground + (WHITE - ground) * ink).astype(np.uint8))


def _ink(strokes: str, size: int) -> np.ndarray:
    """(size, size) how much of each point the pen covers, from 0 to 1: by its distance from the nearest stroke."""
    scale = HEIGHT * size / BOX[1]
    margin = np.array([size - BOX[0] * scale, size - BOX[1] * scale]) / 2
    middles = np.arange(size) + 0.5
    points = np.stack(np.meshgrid(middles, middles), axis=-1)
    nearest = np.full((size, size), np.inf)
    for stroke in strokes.split("/"):
        path = _path(stroke) * scale + margin
        for begin, end in pairwise(path):
            nearest = np.minimum(nearest, _distance(points, begin, end))
    return np.clip(PEN * size / 2 - nearest + 0.5, 0, 1)


def _path(stroke: str) -> np.ndarray:
    """(n, 2) corners, in the box; rounded by cutting each corner off again and again (Chaikin)."""
    corners = np.array([[int(sign, 16) for sign in each] for each in stroke.removeprefix("~").split()], dtype=float)
    for _turn in range(4 if stroke.startswith("~") else 0):
        early, late = corners[:-1] * 0.75 + corners[1:] * 0.25, corners[:-1] * 0.25 + corners[1:] * 0.75
        between = np.stack([early, late], axis=1).reshape(-1, 2)
        corners = np.concatenate([corners[:1], between, corners[-1:]])
    return corners


def _distance(points: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Of each point from a line between two others."""
    along = end - begin
    length = float(along @ along)
    share = np.clip((points - begin) @ along / length, 0, 1) if length else np.zeros(points.shape[:2])
    return np.linalg.norm(points - begin - share[..., np.newaxis] * along, axis=-1)


def _written(picture: np.ndarray) -> bytes:
    """As PNG (ISO/IEC 15948), 8 bits a colour without alpha. picture: (height, width, 3)."""
    height, width, _colours = picture.shape
    rows = b"".join(b"\0" + row.tobytes() for row in picture)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(*part) for part in parts)


def _part(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
