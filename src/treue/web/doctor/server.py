"""The database server: does it answer, is it one we can rely on, does its clock agree with ours."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import psycopg
from django.db import connection
from django.utils.translation import gettext as _

from treue.core import direct, postgres
from treue.core.shop.models import Shop
from treue.web.doctor.finding import Clock, Finding, rows, value

SECONDS_TO_ANSWER = 5
LEAST_VERSION = 15
MOST_APART = timedelta(seconds=2)
HALF_A_YEAR = timedelta(days=182)
# One web process (its pool), one worker and a command; each further process asks for as many as the first of its kind.
LEAST_CONNECTIONS = 30
MOST_IN_USE = 0.8

# Without these, what was acknowledged can be lost, or the tables bloat until the disk is full.
MUST_BE_ON = ("fsync", "full_page_writes", "synchronous_commit", "autovacuum")


def answers(_clock: Clock) -> Iterator[Finding]:
    try:
        psycopg.connect(direct.conninfo(connect_timeout=SECONDS_TO_ANSWER)).close()
    except psycopg.Error as error:
        where = postgres.data_folder() / "log" if postgres.is_embedded() else None
        yield Finding(
            _("The database does not answer: %(words)s") % {"words": str(error).strip()},
            _("Its log %(path)s says why.") % {"path": where}
            if where
            else _("Look whether the server runs that DATABASE_URL names, and whether it lets this user in."),
        )


def version(_clock: Clock) -> Iterator[Finding]:
    number = connection.pg_version // 10_000
    if number < LEAST_VERSION:
        yield Finding(
            _("The database is PostgreSQL %(number)s; Treue needs %(least)s or newer.")
            % {"number": number, "least": LEAST_VERSION},
            _("Write a backup, set up a newer server and restore the backup there."),
        )


def clocks(clock: Clock) -> Iterator[Finding]:
    before = clock()
    there = value("select clock_timestamp()")
    after = clock()
    if there < before - MOST_APART or there > after + MOST_APART:
        apart = abs((there - before).total_seconds())
        yield Finding(
            _("The clocks of the database and of this machine are %(seconds)s seconds apart.")
            % {"seconds": f"{apart:.0f}"},
            _("Let both follow a time server (systemd-timesyncd or chrony): timedatectl says whether they do."),
        )


def zones(clock: Clock) -> Iterator[Finding]:
    """Each shop's zone means the same here and there, today and in half a year."""
    for shop in Shop.objects.all():
        moments = [clock().astimezone(UTC), clock().astimezone(UTC) + HALF_A_YEAR]
        if not _agree(shop.zone, moments):
            yield Finding(
                _("The time zone %(zone)s of the shop %(shop)s is unknown to, or different in, the database or Python.")
                % {"zone": shop.zone, "shop": shop.name},
                _("Bring the time zone data up to date on both machines (packages tzdata and tzdata-legacy)."),
            )


def _agree(zone: str, moments: list[datetime]) -> bool:
    try:
        here = [moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for moment in moments]
    except (ZoneInfoNotFoundError, ValueError):
        return False
    if not rows("select from pg_timezone_names where name = %s", [zone]):
        return False
    return here == [value("select %s::timestamptz at time zone %s", [moment, zone]) for moment in moments]


def settings(_clock: Clock) -> Iterator[Finding]:
    found = dict(rows("select name, setting from pg_settings where name = any(%s)", [list(MUST_BE_ON)]))
    for name in MUST_BE_ON:
        if found.get(name) == "off":
            yield Finding(
                _("The database runs with %(name)s = off: what was confirmed can be lost, or never be tidied up.")
                % {"name": name},
                _("alter system set %(name)s = on; select pg_reload_conf();") % {"name": name},
            )
    if value("select getdatabaseencoding()") != "UTF8":
        yield Finding(
            _("The database is not encoded in UTF-8, so that it cannot hold every name."),
            _("Write a backup, make a database with encoding UTF8 and restore the backup there."),
        )


def connections(_clock: Clock) -> Iterator[Finding]:
    most = value(
        "select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
    )
    used = value("select count(*) from pg_stat_activity where backend_type = 'client backend'")
    if most < LEAST_CONNECTIONS:
        yield Finding(
            _("The database takes %(most)s connections; a web process and a worker may need %(least)s.")
            % {"most": most, "least": LEAST_CONNECTIONS},
            _("Raise max_connections in its configuration and restart it."),
        )
    elif used > MOST_IN_USE * most:
        yield Finding(
            _("%(used)s of the database's %(most)s connections are in use.") % {"used": used, "most": most},
            _("Raise max_connections, or run fewer processes: each web process takes up to twelve."),
        )
