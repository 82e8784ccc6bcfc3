"""The shop's mark as a picture of points."""

import struct
import zlib

import numpy as np
import pytest
from visitors import Browser

from treue.act.portal import icons
from treue.act.portal.models import Portal
from treue.core.shop.models import Shop


def pixels(file: bytes) -> np.ndarray:
    """(height, width, 3); read part by part, each with the checksum it says."""
    assert file[:8] == b"\x89PNG\r\n\x1a\n"
    place, found = 8, {}
    while place < len(file):
        (length,) = struct.unpack(">I", file[place : place + 4])
        name, body = file[place + 4 : place + 8], file[place + 8 : place + 8 + length]
        assert struct.unpack(">I", file[place + 8 + length : place + 12 + length]) == (zlib.crc32(name + body),)
        found[name], place = body, place + 12 + length
    width, height, depth, colours = struct.unpack(">IIBB", found[b"IHDR"][:10])
    assert (depth, colours) == (8, 2)
    rows = np.frombuffer(zlib.decompress(found[b"IDAT"]), dtype=np.uint8).reshape(height, 1 + width * 3)
    assert not rows[:, 0].any()
    return rows[:, 1:].reshape(height, width, 3)


@pytest.mark.parametrize("size", [29, 180, 512])
def test_a_letter_stands_white_in_the_middle_of_the_shops_colour(size: int) -> None:
    picture = pixels(icons.png("I", "#702010", size))
    assert picture.shape == (size, size, 3)
    assert picture[0, 0].tolist() == [0x70, 0x20, 0x10]
    assert picture[size // 2, size // 2].tolist() == [255, 255, 255]
    assert picture[size // 2, size // 4].tolist() == [0x70, 0x20, 0x10]


def test_a_phone_that_cuts_a_circle_cuts_no_letter() -> None:
    """What a maskable icon has to keep lies in a circle of 0.4 of its side (W3C, Manifest: icon masks)."""
    places = np.indices((192, 192)) + 0.5 - 96
    outside = np.hypot(*places) > 0.4 * 192
    for sign in ["", *icons.LETTERS]:
        picture = pixels(icons.png(sign, "#1d5c4a", 192))
        assert (picture[outside] == [0x1D, 0x5C, 0x4A]).all(), sign


def test_every_letter_is_a_picture_of_its_own() -> None:
    signs = [each for each in icons.LETTERS if each != "0"]  # drawn as O
    assert len({icons.png(each, "#1d5c4a", 58) for each in ["", *signs]}) == len(signs) + 1


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("Tea House", "T"),
        (" éclair", "E"),
        ("Ökomarkt", "O"),
        ("ßhop", "S"),
        ("7 Teas", "7"),
        ("茶", ""),
        ("🍵", ""),
        ("", ""),
    ],
)
def test_the_sign_is_the_first_letter_without_its_accents(name: str, sign: str) -> None:
    assert icons.letter(name) == sign


def test_the_home_screen_gets_pictures_of_points(browse: Browser) -> None:
    told = browse.get("/m/manifest.webmanifest").json()["icons"]
    assert [each["sizes"] for each in told] == ["180x180", "192x192", "512x512", "any"]
    for each in told[:3]:
        picture = browse.get(each["src"])
        assert picture["Content-Type"] == "image/png"
        assert f"{len(pixels(picture.content))}x" in each["sizes"]
    assert '<link rel="apple-touch-icon" href="/m/icon-180.png">' in browse.get("/m/sign-in/").content.decode()


def test_other_sizes_are_not_there(browse: Browser) -> None:
    assert browse.get("/m/icon-181.png").status_code == 404
    assert browse.get("/m/icon-99999999999999999999.png").status_code == 404


def test_a_shop_in_another_script_gets_a_card(browse: Browser, portal: Portal) -> None:
    Shop.objects.update(name="茶")
    assert pixels(browse.get("/m/icon-192.png").content).max() == 255
