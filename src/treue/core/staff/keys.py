"""Keys of the API: made, shown once, used, counted, revoked."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from treue.core.shop.models import Shop
from treue.core.staff import audit, tokens
from treue.core.staff.errors import KeyNameTaken, NoSuchKey
from treue.core.staff.models import ApiKey, User
from treue.core.staff.roles import Scope

MARK = "treue_"  # by which a key that was published by mistake is recognised
SHOWN = 12

# One statement finds the key and its shop, counts the request and notes that the key was used. Losing the last second
# of that in a crash harms nobody, so it does not wait for the disk.
USE = """
update staff_apikey k set
    last_used_at = %(now)s,
    used = case when minute = date_trunc('minute', %(now)s::timestamptz) then used else 0 end + %(times)s,
    minute = date_trunc('minute', %(now)s::timestamptz)
from shop_shop s
where k.token_hash = %(hash)s and k.revoked_at is null and (k.expires_at is null or k.expires_at > %(now)s)
    and s.id = k.shop_id and not s.is_leaving
returning s.*, k.id as key_id, k.name as key_name, k.scopes, k.used, k.partner,
    extract(epoch from k.minute + interval '1 minute' - %(now)s::timestamptz) as seconds_left,
    set_config('synchronous_commit', 'off', true) as setting"""

# In the next minute the count has begun anew, and what was counted in the one before is forgotten.
UNUSE = """
update staff_apikey set used = greatest(0, used - %(times)s)
where id = %(id)s and minute = date_trunc('minute', now())"""


@dataclass(frozen=True, slots=True)
class Caller:
    """A program that came with a key. used: requests in this minute, this one included. seconds_left: of the minute.
    partner: the number of the partner whose program it is; none of the shop's own."""

    key_id: int
    shop: Shop
    name: str
    scopes: frozenset[str]
    used: int
    seconds_left: float
    partner: int | None = None


def add(
    *,
    shop: Shop,
    name: str,
    scopes: Collection[str],
    by: User | None,
    expires_at: datetime | None = None,
    partner: int | None = None,
) -> tuple[ApiKey, str]:
    """A new key, and the token that nobody can be shown again. partner: whose it is, where it is not the shop's own.

    Raises KeyNameTaken.
    """
    token = MARK + tokens.fresh()
    try:
        with transaction.atomic():
            key = ApiKey.objects.create(
                shop=shop,
                name=name,
                prefix=token[:SHOWN],
                token_hash=tokens.hashed(token),
                scopes=[scope for scope in Scope.values if scope in scopes],
                created_by=by,
                expires_at=expires_at,
                partner=partner,
            )
            audit.record("key.made", who=by, subject=f"key {key.pk}", name=name, scopes=key.scopes)
    except IntegrityError as error:
        raise KeyNameTaken(name) from error
    return key, token


def revoke(*, key: ApiKey, by: User | None) -> None:
    """From now on nobody comes in with it."""
    with transaction.atomic():
        if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=timezone.now()):
            audit.record("key.revoked", who=by, subject=f"key {key.pk}", name=key.name)


def named(shop: Shop, name: str) -> ApiKey:
    """The key that is not revoked. Raises NoSuchKey."""
    key = ApiKey.objects.filter(shop=shop, name=name, revoked_at=None).first()
    if key is None:
        raise NoSuchKey(name)
    return key


def first_made(shop: Shop, scope: Scope) -> datetime:
    """When the shop's first key with a scope was made, revoked or not. There must be one."""
    return ApiKey.objects.filter(shop=shop, scopes__contains=[scope]).earliest("created_at").created_at


def use(token: str, *, now: datetime, times: int = 1) -> Caller | None:
    """Who comes with a token; None where it is unknown, revoked, expired, or its shop is being removed. times: for so
    many requests at once."""
    shop = next(iter(Shop.objects.raw(USE, {"hash": tokens.hashed(token), "now": now, "times": times})), None)
    if shop is None:
        return None
    scopes, seconds_left = frozenset(shop.scopes), float(shop.seconds_left)
    return Caller(shop.key_id, shop, shop.key_name, scopes, shop.used, seconds_left, shop.partner)


def unuse(caller: Caller, *, times: int) -> None:
    """So many of the requests that were counted are counted where they go next."""
    with connection.cursor() as cursor:
        cursor.execute(UNUSE, {"id": caller.key_id, "times": times})
