"""Why a call, or an event in it, is refused. The sentences are `problems`' and, for people, `showing`'s."""


class TrackingError(Exception):
    """code: stable, for programs. detail: what exactly, without anything of what was sent."""

    code = ""

    def __init__(self, detail: str = "") -> None:
        self.detail = detail
        super().__init__(detail or self.code)


class BadEvent(TrackingError):
    """One event cannot be taken; others of its batch can."""


class NotJson(BadEvent):
    """The body cannot be read as JSON, or is not what its address takes; or that holds for one event of a batch."""

    code = "not_json"


class Malformed(BadEvent):
    """JSON, but not as an event of its type has it."""

    code = "malformed"


class EventTooLarge(BadEvent):
    code = "event_too_large"


class UnknownType(BadEvent):
    code = "unknown_type"


class NobodyNamed(BadEvent):
    code = "nobody_named"


class NoName(BadEvent):
    code = "no_name"


class NoPreviousId(BadEvent):
    code = "no_previous_id"


class NoGroupId(BadEvent):
    code = "no_group_id"


class TooLong(BadEvent):
    code = "too_long"


class BadTimestamp(BadEvent):
    code = "bad_timestamp"


class NoOrderId(BadEvent):
    code = "no_order_id"


class ImpossibleOrder(BadEvent):
    """detail: the field of which no order can be made."""

    code = "unusable_order"


class NotBelieved(BadEvent):
    """A browser says that an order was changed, refunded or cancelled, and the shop does not believe it."""

    code = "not_believed"


class ErasedPerson(BadEvent):
    """It happened before the person was erased. Found when it is written, so it is counted and not answered."""

    code = "erased_person"


class ReservedMessageId(BadEvent):
    code = "reserved_message_id"


class HoldsNul(BadEvent):
    code = "holds_nul"


class NotStorable(BadEvent):
    """The database refuses what passed every check."""

    code = "not_storable"


class BadRequest(TrackingError):
    """The whole call cannot be taken."""


class BadEncoding(BadRequest):
    code = "bad_encoding"


class TooLarge(BadRequest):
    code = "too_large"


class TooManyEvents(BadRequest):
    code = "too_many_events"


class TooSlow(BadRequest):
    code = "too_slow"


class NoBatch(BadRequest):
    code = "no_batch"


class UnknownKey(BadRequest):
    code = "unknown_write_key"


class OverLimit(BadRequest):
    code = "over_limit"

    def __init__(self, retry_after_seconds: int) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__()


class Busy(BadRequest):
    """More waits to be written than memory should hold, or the database does not answer."""

    code = "busy"

    def __init__(self, retry_after_seconds: int) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__()


class SourceError(Exception):
    """About a source, for those who manage it."""


class NameTaken(SourceError):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(name)
