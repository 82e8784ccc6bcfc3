"""Refusals as programs read them: RFC 9457, with a stable `type`. In English, as the libraries' own messages."""

from typing import NamedTuple

import msgspec

from treue.listen.tracking import errors
from treue.listen.tracking.errors import TrackingError

TYPE = "urn:treue:problem:"


class Problem(NamedTuple):
    status: int
    title: str


PROBLEMS: dict[str, Problem] = {
    errors.NotJson.code: Problem(400, "This is not the JSON that this address takes."),
    errors.BadEncoding.code: Problem(400, "The body cannot be unpacked."),
    errors.NoBatch.code: Problem(400, "A batch holds at least one event under `batch`."),
    errors.Malformed.code: Problem(400, "The event does not have the form of its type."),
    errors.UnknownType.code: Problem(400, "The type is none of identify, track, page, screen, group, alias."),
    errors.NobodyNamed.code: Problem(400, "An event needs a userId or an anonymousId."),
    errors.NoName.code: Problem(400, "A track event needs its name under `event`."),
    errors.NoPreviousId.code: Problem(400, "An alias needs a previousId."),
    errors.NoGroupId.code: Problem(400, "A group call needs a groupId."),
    errors.TooLong.code: Problem(400, "A value is too long."),
    errors.BadTimestamp.code: Problem(400, "The timestamp is no moment in ISO 8601 since 1990."),
    errors.NoOrderId.code: Problem(400, "What is told of an order needs its order_id."),
    errors.ImpossibleOrder.code: Problem(400, "What it says of goods or money cannot be an order."),
    errors.NotBelieved.code: Problem(
        400, "A browser is not believed that an order was changed, refunded or cancelled."
    ),
    errors.ErasedPerson.code: Problem(400, "It happened before the person was erased."),
    errors.ReservedMessageId.code: Problem(400, "A messageId holds no blanks: those with blanks are our own."),
    errors.HoldsNul.code: Problem(400, "The event holds the character NUL."),
    errors.NotStorable.code: Problem(400, "The event cannot be stored."),
    errors.UnknownKey.code: Problem(401, "There is no source with this write key."),
    "nothing_here": Problem(404, "There is nothing at this address."),
    "wrong_method": Problem(405, "This address does not know this method."),
    errors.TooSlow.code: Problem(408, "The body took too long to arrive."),
    errors.EventTooLarge.code: Problem(413, "An event may have 32 KB."),
    errors.TooLarge.code: Problem(413, "A request may have 500 KB, unpacked."),
    errors.TooManyEvents.code: Problem(413, "A batch may have 2,500 events."),
    errors.OverLimit.code: Problem(429, "The source sends more than it may. Try again later."),
    errors.Busy.code: Problem(503, "The events cannot be written right now. Try again later."),
}


def reason(error: TrackingError) -> str:
    """Of a bad event in a batch, in a sentence."""
    title = PROBLEMS[error.code].title
    return f"{title} ({error.detail})" if error.detail else title


def body(code: str, detail: str = "", **further: object) -> bytes:
    """`code` and `message` say the same once more for RudderStack's library, which fails without them."""
    status, title = PROBLEMS[code]
    said = {"type": TYPE + code.replace("_", "-"), "title": title, "status": status}
    if detail:
        said["detail"] = detail
    return msgspec.json.encode({**said, **further, "code": code, "message": title})
