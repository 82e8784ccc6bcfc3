"""From one event as it was sent to the entry that is written into the log."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from treue.core.commerce import completing
from treue.core.commerce.completing import Telling
from treue.core.customers.persons import ANONYMOUS, NUMBER, Key
from treue.core.events.log import NUL, Entry
from treue.listen.tracking import facts as keeping
from treue.listen.tracking import names, origins, told
from treue.listen.tracking.errors import (
    BadTimestamp,
    EventTooLarge,
    HoldsNul,
    ImpossibleOrder,
    Malformed,
    NobodyNamed,
    NoGroupId,
    NoName,
    NoOrderId,
    NoPreviousId,
    NotBelieved,
    NotJson,
    ReservedMessageId,
    TooLong,
    UnknownType,
)
from treue.listen.tracking.keys import Sender
from treue.listen.tracking.moments import EARLIEST, LATEST_AHEAD, parsed
from treue.listen.tracking.numbering import message_id
from treue.listen.tracking.order_errors import UnusableOrder
from treue.listen.tracking.wire import UNREADABLE, Context, Identified, Sent

LARGEST_EVENT = 32 << 10
LONGEST_ID, LONGEST_MESSAGE_ID = 120, 200  # the first as a customer's number in the database
NOBODY = frozenset({"", "null", "undefined", "none", "nan", "0", "[object object]", "anonymous", "guest"})


class Row(msgspec.Struct, frozen=True, gc=False):
    """who: by what the person is found, when it is written. message_id: as the sender knows it. is_trusted: it comes
    from no browser."""

    entry: Entry
    who: Key
    message_id: str
    source_id: int
    is_trusted: bool


@dataclass(frozen=True, slots=True)
class Arrival:
    """What holds for all events of a request. skew: how much the sender's clock is behind."""

    sender: Sender
    received_at: datetime
    skew: timedelta | None
    address: str | None
    user_agent: str | None


_decode = msgspec.json.Decoder(Sent).decode
_encode = msgspec.json.Encoder().encode


def check(raw: bytes, arrival: Arrival, kind: str | None) -> Row:
    """What of an event goes into the log. kind: its type where the address says it. Raises BadEvent."""
    if len(raw) > LARGEST_EVENT:
        raise EventTooLarge(f"{len(raw)} bytes")
    if b"\\" in raw and NUL.search(raw):
        raise HoldsNul
    sent = _read(raw)
    kind = kind or sent.type
    user_id, anonymous_id = _id(sent.user_id, "userId"), _id(sent.anonymous_id, "anonymousId")
    if user_id is None and anonymous_id is None:
        raise NobodyNamed
    name = _believed(_name(sent, kind), arrival.sender)
    facts = _facts(sent, kind, arrival, user_id, anonymous_id)
    if name in names.ORDERS:
        _require_possible(name, facts)
    shop = arrival.sender.shop_id
    given = _message_id(sent)
    moment = _moment(sent, arrival)
    is_history = moment < arrival.sender.live_since
    as_told = _telling(given, name, facts, is_named=user_id is not None, sender=arrival.sender)
    source = arrival.sender.name
    entry = Entry(shop, as_told.message_id, name, source, moment, _encode(facts), is_history, *as_told[1:])
    who = Key(shop, NUMBER, user_id) if user_id is not None else Key(shop, ANONYMOUS, str(anonymous_id))
    return Row(entry, who, given, arrival.sender.source_id, is_trusted=not arrival.sender.is_browser)


def _read(raw: bytes) -> Sent:
    try:
        return _decode(raw)
    except msgspec.ValidationError as error:
        raise Malformed(str(error)) from error
    except UNREADABLE as error:
        raise NotJson from error


def _id(given: str | int | None, field: str) -> str | None:
    """What a page without a signed-in customer sends by mistake names nobody, or all of these would be one person."""
    if given is None:
        return None
    value = str(given).strip()
    if value.lower() in NOBODY:
        return None
    if len(value) > LONGEST_ID:
        raise TooLong(f"{field} is longer than {LONGEST_ID} characters")
    return value


def _name(sent: Sent, kind: str | None) -> str:
    if kind != "track":
        try:
            return names.OF_CALLS[kind or ""]
        except KeyError:
            raise UnknownType from None
    if sent.event is None or not sent.event.strip():
        raise NoName
    if len(sent.event) > names.LONGEST:
        raise TooLong(f"event is longer than {names.LONGEST} characters")
    return names.folded(sent.event)


def _believed(name: str, sender: Sender) -> str:
    """A browser can be made to say anything, and numbers of orders can be guessed: unless the shop believes it, what
    it says of orders is only that somebody saw the page that follows one."""
    if name not in names.ORDERS or not sender.is_browser or sender.believes_orders:
        return name
    if name != names.ORDER_COMPLETED:
        raise NotBelieved
    return names.CHECKOUT_COMPLETED


def _require_possible(name: str, facts: keeping.Facts) -> None:
    """What could never become an order, or a refund, is refused while somebody listens."""
    if not facts.get("order"):
        raise NoOrderId
    try:
        told.order_number(facts)
        lines = told.lines(facts, told.ANY_CURRENCY)
    except UnusableOrder as error:
        raise ImpossibleOrder(error.field) from error
    if name == names.ORDER_COMPLETED and not lines:
        raise ImpossibleOrder("total")


def _message_id(sent: Sent) -> str:
    given = message_id() if sent.message_id in (None, "") else str(sent.message_id)
    if len(given) > LONGEST_MESSAGE_ID:
        raise TooLong(f"messageId is longer than {LONGEST_MESSAGE_ID} characters")
    if " " in given:
        raise ReservedMessageId
    return given


def _telling(given: str, name: str, facts: keeping.Facts, *, is_named: bool, sender: Sender) -> Telling:
    """One order is one event, and so is its cancellation, told by whichever source first; it is told again by who can
    say more of it."""
    order = facts.get("order")
    if order is None or name not in (names.ORDER_COMPLETED, names.ORDER_CANCELLED):
        return Telling(given)
    tell = completing.telling if name == names.ORDER_COMPLETED else completing.cancelling
    return tell(str(order), is_named=is_named, is_from_server=not sender.is_browser)


def _moment(sent: Sent, arrival: Arrival) -> datetime:
    """When it happened by our clock: never in the future, and not before anybody sold anything online."""
    said = sent.timestamp or sent.original_timestamp
    if said is None:
        return arrival.received_at
    moment = parsed(said)
    if moment is None:
        raise BadTimestamp
    skew = arrival.skew if arrival.skew is not None else _skew(sent, arrival)
    if skew:
        try:
            moment += skew
        except OverflowError:
            raise BadTimestamp("beyond all calendars") from None
    if moment > arrival.received_at + LATEST_AHEAD:
        return arrival.received_at
    if moment < EARLIEST:
        raise BadTimestamp("before 1990")
    return moment


def _skew(sent: Sent, arrival: Arrival) -> timedelta | None:
    return skew(sent.sent_at, arrival.received_at)


def skew(sent_at: object, received_at: datetime) -> timedelta | None:
    """How much the sender's clock is behind ours; None where it does not say what it showed."""
    moment = parsed(sent_at) if type(sent_at) is str else None
    return received_at - moment if moment else None


def _facts(
    sent: Sent, kind: str | None, arrival: Arrival, user_id: str | None, anonymous_id: str | None
) -> keeping.Facts:
    context = sent.context or Context()
    has_consented = user_id is None and _has_consented(context, arrival.sender.consent_category)
    is_known = user_id is not None or has_consented
    facts = keeping.of_properties(sent.properties, with_custom=is_known) if sent.properties else {}
    if facts.get("order_id") is not None:
        facts["order"] = facts["order_id"] = str(facts["order_id"]).strip()
    if kind in ("page", "screen"):
        facts |= _of_page(sent)
    elif kind != "track":
        facts |= _of_person(sent, kind, user_id, is_known=is_known, context=context)
    if anonymous_id is not None:
        facts["anonymous_id"] = anonymous_id
    if has_consented:
        facts["consented"] = True  # for whoever asks later what a visitor's steps may be used for
    if found := _context(context, arrival, is_known=is_known):
        facts["context"] = found
    return facts


def _of_page(sent: Sent) -> keeping.Facts:
    given = {"name": keeping.text(sent.name), "category": keeping.text(sent.category)}
    return {name: value for name, value in given.items() if value is not None}


def _of_person(sent: Sent, kind: str | None, user_id: str | None, *, is_known: bool, context: Context) -> keeping.Facts:
    """What joins persons. Names and addresses of a visitor who did not consent are not even read."""
    facts: keeping.Facts = {} if user_id is None else {"user_id": user_id}
    if kind == "alias":
        facts["previous_id"] = _required(_id(sent.previous_id, "previousId"), NoPreviousId)
    if kind == "group":
        facts["group_id"] = _required(_id(sent.group_id, "groupId"), NoGroupId)
    if not is_known:
        return facts
    given = sent.traits or context.traits  # RudderStack's libraries put them there
    if type(given) is dict and (traits := keeping.of_traits(given)):
        facts["traits"] = traits
    if found := keeping.of_external_ids(context.external_ids):
        facts["external_ids"] = found
    return facts


def _required(value: str | None, otherwise: type[Exception]) -> str:
    if value is None:
        raise otherwise
    return value


def _has_consented(context: Context, category: str) -> bool:
    consent = context.consent
    preferences = consent.get("categoryPreferences") if type(consent) is dict else None
    if type(preferences) is not dict:
        return False
    return any(value is True and name.lower() == category for name, value in preferences.items())


def _context(context: Context, arrival: Arrival, *, is_known: bool) -> keeping.Facts:
    found = _of_machine(context, arrival) if is_known else {}
    if type(context.campaign) is dict and (campaign := keeping.of_campaign(context.campaign)):
        found["campaign"] = campaign
    if type(context.library) is dict and (library := keeping.text(context.library.get("name"))) is not None:
        found["library"] = library
    if type(context.page) is dict and (path := keeping.path(context.page.get("path"))) is not None:
        found["path"] = path
    return found


def _of_machine(context: Context, arrival: Arrival) -> keeping.Facts:
    found: keeping.Facts = {}
    address = context.ip if type(context.ip) is str else arrival.address
    agent = context.user_agent if type(context.user_agent) is str else arrival.user_agent
    if address and (network := origins.shortened(address)):
        found["ip"] = network
    if agent and (device := origins.device(agent)):
        found["device"] = device
    if context.locale is not None and (locale := keeping.text(context.locale)) is not None:
        found["locale"] = locale
    return found


def known_message_id(raw: bytes) -> str | None:
    """The message id of a bad event, where it can be made out: the sender looks for it."""
    try:
        given = msgspec.json.decode(raw, type=Identified).message_id
    except UNREADABLE:
        return None
    return given[:LONGEST_MESSAGE_ID] if given else None
