"""Keys and requests are known again, also those of former versions."""

from django.utils.crypto import salted_hmac

from treue.core import once


def test_hashes_are_those_that_rooms_keep_since_their_first_version() -> None:
    kept = [
        salted_hmac(f"treue.rewards.{salt}", value, algorithm="sha256").hexdigest()
        for salt, value in (("key", "7 redeem A-1"), ("request", "1 2 None A-1"))
    ]
    assert [once.key_hash("rewards", 7, "redeem", "A-1"), once.request_hash("rewards", "1 2 None A-1")] == kept


def test_rooms_do_not_share_their_keys() -> None:
    assert len({once.key_hash(room, 7, "A-1") for room in ("rewards", "offers", "content", "gifts", "vouchers")}) == 5
