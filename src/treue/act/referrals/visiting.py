"""The link that an advocate passes on."""

from datetime import datetime
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.db import connection

from treue.act.referrals import advocates
from treue.act.referrals.models import Advocate, Scheme
from treue.act.referrals.touching import PROPERTY

COUNT = """
insert into referrals_visit as v (advocate_id, day, count) values (%s, %s, 1)
on conflict (advocate_id, day) do update set count = v.count + 1"""


def open_link(scheme: Scheme, typed: str, *, is_counted: bool, now: datetime) -> str:
    """Where a link leads to: the scheme's own landing address and no other, with the code where somebody has it.
    is_counted: a person opens it, no program that looks ahead."""
    advocate = advocates.of_code(scheme.programme, typed) if scheme.is_open else None
    if advocate is None:
        return scheme.landing
    if is_counted:
        _count(advocate, now)
    return landing(scheme, advocate.code)


def landing(scheme: Scheme, code: str) -> str:
    """The landing address with the code among its parameters."""
    parts = urlsplit(scheme.landing)
    kept = [each for each in parse_qsl(parts.query, keep_blank_values=True) if each[0] != PROPERTY]
    return urlunsplit(parts._replace(query=urlencode([*kept, (PROPERTY, code)])))


def _count(advocate: Advocate, now: datetime) -> None:
    day = now.astimezone(advocate.programme.shop.tz).date()
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [advocate.pk, day])
