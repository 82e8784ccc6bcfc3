"""Photos from strangers: only a picture comes in, and what is none is refused in a sentence."""

import io
import random
import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin

from tests.act.content.submitted import photo, written
from treue.act.content import errors, photos, sentences

GRADIENT = Image.linear_gradient("L").resize((400, 300)).convert("RGB")
PAGE = b"<html><script>alert(1)</script></html>"


def drawn(raw: bytes) -> Image.Image:
    return Image.open(io.BytesIO(photos.draw(raw).full))


def progressive(scans: int) -> bytes:
    """A JPEG that asks for many walks over the same picture."""
    raw = written(GRADIENT, "JPEG", progressive=True)
    begin = raw.rindex(photos.SCAN)
    return raw[:begin] + raw[begin:-2] * scans + raw[-2:]


def empty_png(width: int, height: int) -> bytes:
    """A header that promises a picture, and one line of it."""
    header = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x06\0\0\0"
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(1 + 4 * width))), (b"IEND", b"")]
    return photos.MAGIC["PNG"] + b"".join(_chunk(*each) for each in parts)


def _chunk(name: bytes, data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")


def test_a_photo_is_kept_as_a_jpeg_in_two_sizes() -> None:
    for kind in ("JPEG", "PNG", "WEBP"):
        found = photos.draw(photo(3000, 1500, kind))
        full, small = (Image.open(io.BytesIO(each)) for each in (found.full, found.small))
        assert (full.format, full.size, small.size) == ("JPEG", (1600, 800), (480, 240))
        assert (found.width, found.height) == (1600, 800)


def test_nothing_of_a_file_comes_in_but_the_picture() -> None:
    about = Image.Exif()
    about[0x0112], about[0x010E] = 6, "a secret place"
    about.get_ifd(0x8825)[1] = "N"
    raw = written(GRADIENT, "JPEG", exif=about, comment=b"a secret word", icc_profile=b"a secret profile") + PAGE
    found = photos.draw(raw)
    kept = Image.open(io.BytesIO(found.full))
    assert b"secret" not in found.full + found.small
    assert b"script" not in found.full + found.small
    assert (dict(kept.getexif()), kept.info.get("comment"), kept.info.get("icc_profile")) == ({}, None, None)
    assert kept.size == (300, 400)  # upright, as the camera was held


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_any_colours_are_taken(mode: str) -> None:
    image = Image.new(mode, (300, 200)) if mode == "I;16" else GRADIENT.convert(mode)
    assert drawn(written(image, "PNG")).mode == "RGB"


def test_a_jpeg_for_print_is_taken() -> None:
    assert drawn(written(GRADIENT.convert("CMYK"), "JPEG")).mode == "RGB"


def test_what_shines_through_lies_on_white() -> None:
    assert drawn(written(Image.new("RGBA", (300, 200), (0, 0, 0, 0)), "PNG")).getpixel((9, 9)) == (255, 255, 255)


def test_of_a_phones_two_pictures_in_one_file_the_first_is_taken() -> None:
    raw = written(GRADIENT, "MPO", save_all=True, append_images=[GRADIENT.rotate(180)])
    assert drawn(raw).size == (400, 300)


def hostile() -> dict[str, tuple[bytes, type[errors.PhotoRefused]]]:
    jpeg, png, webp = (photo(400, 300, kind) for kind in ("JPEG", "PNG", "WEBP"))
    gradient = written(GRADIENT, "PNG")
    turned = [GRADIENT.rotate(90)]
    return {
        "nothing": (b"", errors.NoPhoto),
        "a page": (PAGE, errors.NoPhoto),
        "an SVG": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', errors.NoPhoto),
        "a GIF": (photo(kind="GIF"), errors.NoPhoto),
        "a TIFF": (photo(kind="TIFF"), errors.NoPhoto),
        "a BMP": (photo(kind="BMP"), errors.NoPhoto),
        "a page that begins as a JPEG": (b"\xff\xd8\xff\xe0" + PAGE, errors.NoPhoto),
        "a page that begins as a PNG": (photos.MAGIC["PNG"] + PAGE, errors.NoPhoto),
        "a page that begins as a WebP": (b"RIFF\0\0\0\0WEBP" + PAGE, errors.NoPhoto),
        "half a JPEG": (written(GRADIENT, "JPEG")[:2000], errors.NoPhoto),
        "half a PNG": (gradient[: len(gradient) // 2], errors.NoPhoto),
        "half a WebP": (webp[: len(webp) // 2], errors.NoPhoto),
        "an ended header": (jpeg[:20], errors.NoPhoto),
        "a PNG whose bytes were changed": (png[:60] + b"\0\0\0\0" + png[64:], errors.NoPhoto),
        "an enormous picture": (empty_png(30_000, 30_000), errors.TooManyPixels),
        "a large picture": (empty_png(6_000, 5_000), errors.TooManyPixels),
        "a line": (empty_png(200_000, 100), errors.TooManyPixels),
        "no width": (empty_png(0, 300), errors.NoPhoto),
        "a dot": (photo(1, 1), errors.TooSmall),
        "an animated PNG": (written(GRADIENT, "PNG", save_all=True, append_images=turned), errors.Moving),
        "an animated WebP": (written(GRADIENT, "WEBP", save_all=True, append_images=turned), errors.Moving),
        "thousands of scans": (progressive(5_000), errors.NoPhoto),
        "a heavy file": (b"\xff\xd8\xff" + bytes(9 << 20), errors.FileTooLarge),
    }


@pytest.mark.parametrize("what", hostile())
def test_what_is_no_photo_is_refused_with_a_sentence(what: str) -> None:
    raw, why = hostile()[what]
    with pytest.raises(errors.PhotoRefused) as refused:
        photos.draw(raw)
    assert type(refused.value) is why
    assert sentences.refusal(refused.value).endswith(".")


# The camera's note of how it was held

SHORT, TEXT, LONG, RATIONAL, SIGNED_RATIONAL = 3, 2, 4, 5, 10
ORIENTATION, DESCRIPTION, RESOLUTION = 0x0112, 0x010E, 0x011A
ON_ITS_SIDE = (ORIENTATION, SHORT, 1, struct.pack("<HH", 6, 0))
LYING, UPRIGHT = (400, 300), (300, 400)


def notes(*fields: tuple[int, int, int, bytes], says: int | None = None, more: bytes = b"") -> bytes:
    """EXIF of these fields: tag, type, count and four bytes. says: how many fields it says that there are."""
    directory = b"".join(struct.pack("<HHL4s", *each) for each in fields)
    return b"Exif\0\0II*\0" + struct.pack("<LH", 8, len(fields) if says is None else says) + directory + more


def hostile_notes() -> dict[str, tuple[bytes, tuple[int, int]]]:
    """With how the picture is kept: turned only where it is clear how."""
    huge, end = 0xFFFF_FFFF, bytes(4)
    return {
        "as it should be": (notes(ON_ITS_SIDE, more=end), UPRIGHT),
        "nothing": (b"Exif\0\0", LYING),
        "no TIFF": (b"Exif\0\0" + b"\xff" * 40, LYING),
        "ended in its header": (b"Exif\0\0II*\0\x08", LYING),
        "ended before the fields": (b"Exif\0\0II*\0\x08\0\0\0", LYING),
        "ended within a field": (notes(ON_ITS_SIDE, more=end)[:-12], LYING),
        "a directory beyond the end": (b"Exif\0\0II*\0" + struct.pack("<L", huge), LYING),
        "more fields than there are": (notes(ON_ITS_SIDE, says=65_535), UPRIGHT),
        "as many fields as there can be": (notes(*[ON_ITS_SIDE] * 5_000, more=end), UPRIGHT),
        "a text for the number": (notes((ORIENTATION, TEXT, 2, b"6\0\0\0"), more=end), LYING),
        "no type": (notes((ORIENTATION, 99, 1, b"\x06\0\0\0"), more=end), LYING),
        "no number at all": (notes((ORIENTATION, SHORT, 0, b"\x06\0\0\0"), more=end), LYING),
        "a number of no meaning": (notes((ORIENTATION, LONG, 1, struct.pack("<L", huge)), more=end), LYING),
        "a part of nothing": (notes((ORIENTATION, RATIONAL, 1, struct.pack("<L", 26)), more=bytes(16)), LYING),
        "an enormous count": (notes((ORIENTATION, SHORT, huge, b"\x06\0\0\0"), more=end), LYING),
        "an enormous count beside": (notes((DESCRIPTION, TEXT, huge, bytes(4)), ON_ITS_SIDE, more=end), UPRIGHT),
        "a value beyond the end": (notes((DESCRIPTION, TEXT, 9, struct.pack("<L", huge)), ON_ITS_SIDE), LYING),
        "a wrong type beside": (
            notes(
                ON_ITS_SIDE,
                (RESOLUTION, SIGNED_RATIONAL, 1, struct.pack("<L", 38)),
                more=end + struct.pack("<ll", -1, 1),
            ),
            UPRIGHT,
        ),
    }


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
@pytest.mark.parametrize("what", hostile_notes())
def test_a_hostile_note_of_the_camera_costs_nobody_a_photo(what: str, kind: str) -> None:
    note, size = hostile_notes()[what]
    assert drawn(written(GRADIENT, kind, exif=note)).size == size


@pytest.mark.parametrize("name", ["exif", "xmp", "Raw profile type exif", "XML:com.adobe.xmp"])
def test_a_text_in_the_place_of_a_note_costs_nobody_a_photo(name: str) -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text(name, "one\ntwo\nthree\nno digits")
    assert drawn(written(GRADIENT, "PNG", pnginfo=texts)).size == LYING


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_no_note_whatever_its_bytes_raises_anything() -> None:
    rng, whole = random.Random(7), notes(*[ON_ITS_SIDE, (RESOLUTION, RATIONAL, 1, bytes(4))] * 3, more=bytes(12))
    for _each in range(3_000):
        note = bytearray(whole)
        for _change in range(rng.randint(1, 6)):
            note[rng.randrange(len(note))] = rng.randrange(256)
        image = Image.new("RGB", (4, 3))
        image.info["exif"] = bytes(note[: rng.randint(0, len(note))])
        assert sorted(photos._upright(image).size) == [3, 4]


def test_one_bad_photo_refuses_all_and_says_which() -> None:
    with pytest.raises(errors.NoPhoto) as refused:
        photos.draw_all([photo(), PAGE, photo()])
    assert refused.value.facts["place"] == 2
    with pytest.raises(errors.TooManyPhotos):
        photos.draw_all([photo()] * 5)


def test_a_few_scans_are_what_cameras_write() -> None:
    assert drawn(written(GRADIENT, "JPEG", progressive=True)).size == (400, 300)
