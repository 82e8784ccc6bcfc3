"""The database's tables are those of this version, and the log has a place for what comes."""

from collections.abc import Iterator
from datetime import timedelta

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.core.events.partitions import name_of
from treue.web.doctor.finding import Clock, Finding, rows, value

A_MONTH = timedelta(days=31)


def migrations(_clock: Clock) -> Iterator[Finding]:
    loader = MigrationLoader(connection)
    known, applied = set(loader.disk_migrations), set(loader.applied_migrations)
    if missing := known - applied:
        yield Finding(
            ngettext(
                "%(count)s change of the database's tables is not made yet.",
                "%(count)s changes of the database's tables are not made yet.",
                len(missing),
            )
            % {"count": len(missing)},
            _("Write a backup, stop Treue and run treue manage migrate; treue up does it by itself."),
        )
    ours = {app for app, _name in known}
    if newer := sorted(f"{app}.{name}" for app, name in applied - known if app in ours):
        yield Finding(
            _("A newer version of Treue has been at work on this database (%(name)s).") % {"name": newer[0]},
            _("Install that version again, or restore the backup that was written before it."),
        )


def months(clock: Clock) -> Iterator[Finding]:
    today = clock().date()
    missing = [day for day in (today, today + A_MONTH) if value("select to_regclass(%s)", [name_of(day)]) is None]
    if missing:
        yield Finding(
            _("The log has no partition for %(month)s.") % {"month": f"{missing[0]:%Y-%m}"},
            _("A worker makes them every night, and treue manage migrate at once."),
        )
    strays = value("select count(*) from (select from events_event_default limit 1000) first")
    if strays:
        yield Finding(
            ngettext(
                "%(count)s event lies in no month's partition: a clock was wrong, or no worker ran for long.",
                "%(count)s events lie in no month's partition: a clock was wrong, or no worker ran for long.",
                strays,
            )
            % {"count": strays},
            _("They are moved when their month is made. Look at the clocks, and keep a worker running."),
        )


def references(_clock: Clock) -> Iterator[Finding]:
    """Triggers that check the big tables' references can be switched off by hand, and a restore may leave them so."""
    off = rows(
        """select c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid
        where t.tgenabled = 'D' and c.relnamespace = 'public'::regnamespace group by 1 order by 1"""
    )
    if off:
        yield Finding(
            _("Triggers are switched off that keep the tables right: %(tables)s.")
            % {"tables": ", ".join(name for (name,) in off)},
            _("alter table %(table)s enable trigger all; and for the others the same.") % {"table": off[0][0]},
        )
