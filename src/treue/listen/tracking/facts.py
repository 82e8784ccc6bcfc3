"""What of an event is kept, by allow-list.

Properties
- of Segment's e-commerce specification (`SPECIFIED`, and of a product in `products` those in `OF_A_PRODUCT`): always;
- others, where they are single values (no lists or objects), at most 50, with names of at most 80 characters; but none
  whose name says that it is about a person or secret (`IDENTIFYING`);
- texts are cut after 500 characters; one that holds an e-mail address is left out;
- of an address of a page its path is kept, without the query; of the referring page its host alone.

Traits, of `identify` alone: `TRAITS` and no others.

Context: the shortened address of the machine, the kind of device, the campaign (source, medium, name), the language,
the name of the library and the path of the page.

An anonymous visitor (without a userId) who has not consented to the source's category leaves less: no traits and
identifiers beside the anonymous one, no properties beyond the specification's, no address, device or language. Of
one who has, `consented` says so.
"""

import math
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from urllib.parse import urlsplit

Facts = dict[str, object]
Keep = Callable[[object], object]

MOST_CUSTOM, LONGEST_NAME, LONGEST_TEXT, MOST_PRODUCTS = 50, 80, 500, 250
LARGEST = 2**63
MAIL = re.compile(r"[^\s@/]+@[^\s@/]+\.\w")
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,8})?")
DIRECT = re.compile(
    r"e_?mail|phone|telefon|mobile_?(?:number|no)|handy|(?:first|last|full|given|family|middle|sur|user|customer|"
    r"contact|recipient|billing|shipping|vor|nach)_?name|adress|address|street|strasse|straße|zip_?code|post_?code|"
    r"postal|postleitzahl|birth|geburt|passw|passport|secret|token|card_?(?:number|no)|credit_?card|kreditkarte|"
    r"iban|account_?number|kontonummer|social_?security|recipient|signature"
)
DIRECT_WORDS = frozenset({"ip", "tel", "dob", "bic", "plz", "mail", "zip", "pin", "cvv", "cvc", "ssn", "fax"})
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
OURS = frozenset(
    {"user_id", "anonymous_id", "previous_id", "group_id", "traits", "external_ids", "context", "order", "products"}
    | {"consented"}
)


def text(value: object) -> object:
    """A text that may be kept, cut; None for what is none."""
    if type(value) is not str:
        return str(value) if type(value) is int and -LARGEST < value < LARGEST else None
    if "@" in value and MAIL.search(value):
        return None
    return value[:LONGEST_TEXT]


def number(value: object) -> object:
    """A number, or its digits as a text; None for what is none."""
    kind = type(value)
    if kind is int:
        return value if -LARGEST < value < LARGEST else None
    if kind is float:
        return value if math.isfinite(value) else None
    return value if kind is str and NUMBER.fullmatch(value) else None


def single(value: object) -> object:
    kind = type(value)
    if kind is str:
        return text(value)
    return value if kind is bool else number(value)


def path(value: object) -> object:
    """Of an address its path, without what could name a person or a session behind it."""
    return text(_path(value)) if type(value) is str else None


@lru_cache(maxsize=4096)
def _path(address: str) -> str | None:
    try:
        return urlsplit(address).path.partition(";")[0] or "/"
    except ValueError:
        return None


def host(value: object) -> object:
    return _host(value) if type(value) is str else None


@lru_cache(maxsize=4096)
def _host(address: str) -> str | None:
    try:
        name = urlsplit(address).hostname
    except ValueError:
        return None
    return name[:LONGEST_TEXT] if name else None


OF_A_PRODUCT: dict[str, Keep] = {
    **dict.fromkeys(("product_id", "sku", "name", "category", "brand", "variant", "coupon"), text),
    **dict.fromkeys(("price", "quantity", "position"), number),
}
SPECIFIED: dict[str, Keep] = {
    **OF_A_PRODUCT,
    **dict.fromkeys(
        (
            *(
                "order_id",
                "checkout_id",
                "cart_id",
                "list_id",
                "coupon_id",
                "coupon_name",
                "promotion_id",
                "wishlist_id",
            ),
            *("wishlist_name", "review_id", "affiliation", "creative", "currency", "query", "title", "channel"),
            *("country", "reason", "shipping_method", "payment_method", "share_via"),
        ),
        text,
    ),
    **dict.fromkeys(("total", "revenue", "subtotal", "shipping", "tax", "discount", "value", "rating", "step"), number),
    "path": path,
    "referrer": host,
}
CAMPAIGN = ("source", "medium", "name")
TRAITS = {
    **dict.fromkeys(("email", "e_mail"), "email"),
    **{name: name for name in ("phone", "name", "first_name", "last_name", "birthday", "created_at", "card")},
    **dict.fromkeys(("card_number", "customer_card", "loyalty_number", "loyalty_card", "loyalty_id"), "card"),
}
EXTERNAL = frozenset({"card", "email", "phone"})
_verdicts: dict[str, bool] = {}
MOST_VERDICTS = 10_000


def is_identifying(name: str) -> bool:
    """Whether a property's name says that it is about a person, or secret."""
    folded = _snake(name)
    return bool(DIRECT.search(folded)) or not DIRECT_WORDS.isdisjoint(folded.split("_"))


def _snake(name: str) -> str:
    return re.sub(r"[^a-z0-9ß]+", "_", CAMEL.sub("_", name).lower())


def of_properties(given: Mapping[str, object], *, with_custom: bool) -> Facts:
    """What is kept of an event's properties."""
    kept: Facts = {}
    custom = 0 if with_custom else MOST_CUSTOM
    for name, value in given.items():
        keep = SPECIFIED.get(name)
        if keep is text and type(value) is str and "@" not in value and len(value) <= LONGEST_TEXT:
            kept[name] = value  # most are: the call would take longer
            continue
        if keep is None:
            if custom >= MOST_CUSTOM or not _is_custom(name):
                continue
            keep = single
        found = keep(value)
        if found is not None:
            kept[name] = found
            custom += keep is single
    if "path" not in kept and type(given.get("url")) is str:
        kept["path"] = path(given["url"])
    products = given.get("products")
    if type(products) is list:
        kept["products"] = [_product(each) for each in products[:MOST_PRODUCTS] if type(each) is dict]
    return kept


def _is_custom(name: str) -> bool:
    if len(name) > LONGEST_NAME:
        return False
    known = _verdicts.get(name)
    if known is None:
        known = name not in OURS and name != "url" and not is_identifying(name)
        if len(_verdicts) < MOST_VERDICTS:
            _verdicts[name] = known
    return known


def _product(given: Mapping[str, object]) -> Facts:
    kept: Facts = {}
    for name, keep in OF_A_PRODUCT.items():
        if name in given and (found := keep(given[name])) is not None:
            kept[name] = found
    return kept


def of_traits(given: Mapping[str, object]) -> Facts:
    """What a shop says of a person it knows: who they are, where they live, which card they carry."""
    kept: Facts = {}
    for name, value in given.items():
        meant = TRAITS.get(_snake(name))
        if meant and type(value) in (str, int) and str(value).strip():
            kept[meant] = str(value).strip()[:LONGEST_TEXT]
    address, company = given.get("address"), given.get("company")
    of_address = address if type(address) is dict else {}
    place = {name: text(of_address.get(name) or given.get(name)) for name in ("city", "country")}
    if place := {name: value for name, value in place.items() if value}:
        kept["address"] = place
    name = company.get("name") if type(company) is dict else company
    if type(name) is str:
        kept["company"] = {"name": text(name)}
    return kept


def of_external_ids(given: object) -> list[Facts]:
    """Card, e-mail and phone of `context.externalIds`."""
    if type(given) is not list:
        return []
    return [
        {"type": each["type"], "id": str(each["id"])[:LONGEST_TEXT]}
        for each in given[:MOST_CUSTOM]
        if type(each) is dict and each.get("type") in EXTERNAL and type(each.get("id")) in (str, int)
    ]


def of_campaign(given: object) -> Facts:
    if type(given) is not dict:
        return {}
    return {name: found for name in CAMPAIGN if (found := text(given.get(name)))}
