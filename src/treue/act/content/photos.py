"""Photos from strangers: each is taken for hostile until it is drawn anew.

What a file is is seen from its bytes, never from its name or what a browser says. Its size is read before anything of
it is decoded; what is decoded is put as plain pixels on a new white picture, and only that is kept: no EXIF, no place,
no comment, no profile, and nothing that somebody hung on behind it.
"""

import hashlib
import io
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from threading import BoundedSemaphore

from PIL import ExifTags, Image

from treue.act.content.errors import (
    FileTooLarge,
    Moving,
    NoPhoto,
    PhotoRefused,
    TooManyPhotos,
    TooManyPixels,
    TooSmall,
)
from treue.act.content.models import MOST_PHOTOS

MEGABYTE, MEGAPIXEL = 1 << 20, 1_000_000
MOST_MEGABYTES = 8
# A JPEG is decoded at a fraction of its size; the others are whole in memory.
MOST_MEGAPIXELS = {"JPEG": 50, "PNG": 25, "WEBP": 25}
LEAST_PIXELS, LONGEST_SIDE = 100, 20_000
FULL, SMALL = 1_600, 480
QUALITY = 82
# A progressive JPEG may ask for a walk over the whole picture thousands of times; cameras and programs write ten.
MOST_SCANS, SCAN = 100, b"\xff\xda"
MAGIC = {"JPEG": b"\xff\xd8\xff", "PNG": b"\x89PNG\r\n\x1a\n"}
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# What Pillow raises of a camera's notes that are not as they should be: no TIFF within, an end before the end, a text
# for bytes, digits that are none; and its warnings, where these are errors.
UNREADABLE = (SyntaxError, struct.error, TypeError, ValueError, UserWarning)
AT_ONCE = BoundedSemaphore(2)  # of a process: each may need some hundred megabytes for a second


@dataclass(frozen=True)
class Drawn:
    """A photo as it is kept: JPEG in two sizes."""

    full: bytes
    small: bytes
    width: int
    height: int
    digest: str


def draw_all(files: Sequence[bytes]) -> list[Drawn]:
    """Raises TooManyPhotos, and PhotoRefused with the `place` of the first that cannot be taken."""
    if len(files) > MOST_PHOTOS:
        raise TooManyPhotos(MOST_PHOTOS)
    found = []
    for place, raw in enumerate(files, 1):
        try:
            found.append(draw(raw))
        except PhotoRefused as refused:
            refused.place = place
            raise
    return found


def draw(raw: bytes) -> Drawn:
    """Raises FileTooLarge, NoPhoto, TooManyPixels, TooSmall, Moving."""
    if len(raw) > MOST_MEGABYTES * MEGABYTE:
        raise FileTooLarge(MOST_MEGABYTES)
    kind = _kind(raw)
    with AT_ONCE:
        try:
            plain = _plain(raw, kind)
        except PhotoRefused:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise TooManyPixels(MOST_MEGAPIXELS[kind]) from error
        except Exception as error:  # decoders of other people's bytes fail in every way there is
            raise NoPhoto from error
        full, small = _jpeg(plain, FULL), _jpeg(plain, SMALL)
    return Drawn(full, small, plain.width, plain.height, hashlib.sha256(full).hexdigest())


def _kind(raw: bytes) -> str:
    for kind, magic in MAGIC.items():
        if raw.startswith(magic):
            return kind
    if raw[:4] == b"RIFF" and raw[8:12] == b"WEBP":
        return "WEBP"
    raise NoPhoto


def _plain(raw: bytes, kind: str) -> Image.Image:
    """The picture upright, at most FULL wide and high, on white."""
    if kind == "JPEG" and raw.count(SCAN) > MOST_SCANS:
        raise NoPhoto
    with Image.open(io.BytesIO(raw), formats=[kind]) as image:
        _require_size(image, kind)
        # Many phones put a second picture behind a JPEG's first one; only the first is read.
        if kind != "JPEG" and getattr(image, "n_frames", 1) > 1:
            raise Moving
        if kind == "JPEG":
            image.draft(None, (FULL, FULL))
        image.load()
        plain = _in_colour(image)
        plain.thumbnail((FULL, FULL), Image.Resampling.LANCZOS)
        return _on_white(_upright(plain))


def _require_size(image: Image.Image, kind: str) -> None:
    width, height = image.size
    if width * height > MOST_MEGAPIXELS[kind] * MEGAPIXEL or max(width, height) > LONGEST_SIDE:
        raise TooManyPixels(MOST_MEGAPIXELS[kind])
    if min(width, height) < LEAST_PIXELS:
        raise TooSmall(LEAST_PIXELS)


def _in_colour(image: Image.Image) -> Image.Image:
    """With eight bits of each colour, and of what shines through."""
    if image.mode in ("I", "I;16", "I;16B", "F"):  # grey with sixteen bits, which are cut and not scaled otherwise
        return image.point(lambda value: value / 256).convert("L").convert("RGB")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _upright(image: Image.Image) -> Image.Image:
    """As the camera was held; as it lies where the note about that cannot be read.

    The note alone is read. `ImageOps.exif_transpose` writes all the others anew as well, which are not kept, and fails
    on those that are wrong, so that a picture whose orientation is known would lie on its side.
    """
    try:
        said = image.getexif().get(ExifTags.Base.Orientation)
    except UNREADABLE:
        return image
    turn = TURNS.get(said) if isinstance(said, int) else None
    return image if turn is None else image.transpose(turn)


def _on_white(image: Image.Image) -> Image.Image:
    """A new picture: whatever came with the old one stays with it."""
    plain = Image.new("RGB", image.size, "white")
    plain.paste(image, mask=image.getchannel("A") if image.mode == "RGBA" else None)
    return plain


def _jpeg(plain: Image.Image, longest: int) -> bytes:
    fitting = plain.copy()
    fitting.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    fitting.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()
