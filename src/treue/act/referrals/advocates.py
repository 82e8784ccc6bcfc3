"""Give members a link of their own, and find whose a code is."""

from datetime import datetime

from django.db import IntegrityError, transaction

from treue.act.loyalty.models import Member, Programme
from treue.act.referrals import codes
from treue.act.referrals.models import Advocate, Scheme
from treue.core.shop.models import Shop
from treue.core.staff import audit
from treue.core.staff.models import User

TRIES = 5


def scheme_of(programme: Programme) -> Scheme | None:
    return Scheme.objects.select_related("programme__shop", "welcome").filter(programme=programme).first()


def scheme_of_shop(shop: Shop) -> Scheme | None:
    return Scheme.objects.select_related("programme__shop", "welcome").filter(programme__shop=shop).first()


def ensure(*, member: Member, at: datetime, by: User | None = None) -> tuple[Advocate, bool]:
    """Make a member an advocate. Returns them, and whether they are one only now."""
    for last in (*[False] * (TRIES - 1), True):
        try:
            return _ensured(member, at, by)
        except IntegrityError:  # a code that somebody has, once in many millions
            if last:
                raise
    raise AssertionError("unreachable")


def _ensured(member: Member, at: datetime, by: User | None) -> tuple[Advocate, bool]:
    with transaction.atomic():
        made, is_new = Advocate.objects.get_or_create(
            member=member, defaults={"programme_id": member.programme_id, "code": codes.fresh(), "since": at}
        )
        if is_new:
            audit.record("referrals.link_made", who=by, subject=f"member {member.pk}")
    return made, is_new


def of_code(programme: Programme, typed: object) -> Advocate | None:
    """Who has a code and is a member still."""
    code = codes.read(typed)
    found = Advocate.objects.select_related("member__customer", "programme__shop")
    return found.filter(programme=programme, code=code, member__left_at=None).first() if code else None


def link(advocate: Advocate, base: str) -> str:
    """The address to pass on. base: of this installation, such as "https://loyalty.example"."""
    return f"{base.rstrip('/')}/r/{advocate.code}"
