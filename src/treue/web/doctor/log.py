"""The log: who holds it back, how far its reactions are, what failed."""

from collections.abc import Iterator
from datetime import timedelta

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from treue.core.events import departing, registry, standing, stuck, wording
from treue.core.events.models import SHARDS, MovedMonth
from treue.core.lake import manifest
from treue.design.formats import period
from treue.web.doctor.finding import Clock, Finding, rows, value

LONGEST_TRANSACTION = timedelta(minutes=2)
LONGEST_LAG = timedelta(minutes=5)
LONGEST_STAY = timedelta(days=7)
A_MOMENT = timedelta(minutes=1)  # what goes wrong once and then not again needs nobody

HOLDING = """
select pid, coalesce(nullif(application_name, ''), '?'), extract(epoch from now() - xact_start)::int
from pg_stat_activity
where backend_xid is not null and pid <> pg_backend_pid() and xact_start < now() - %s
order by xact_start"""
PREPARED = "select gid, extract(epoch from now() - prepared)::int from pg_prepared_xacts order by prepared"

# Above the cluster's own numbers nothing is ever read: so it is where rows came from another cluster unrenumbered.
FROM_ELSEWHERE = """
select exists (select from generate_series(0, %s - 1) part (shard) cross join lateral (
    select xid from events_event e where e.shard = part.shard order by xid desc limit 1) latest
    where latest.xid >= pg_snapshot_xmax(pg_current_snapshot()))
or exists (select from events_cursor where xid > pg_snapshot_xmax(pg_current_snapshot()))"""
WITHOUT_PLACE = """
select asked.reaction, count(c.shard) from unnest(%s::text[]) as asked (reaction)
left join events_cursor c on c.reaction = asked.reaction group by 1 having count(c.shard) < %s order by 1"""


def horizon(_clock: Clock) -> Iterator[Finding]:
    """Nothing written after the oldest open transaction is reacted to."""
    for pid, program, seconds in rows(HOLDING, [LONGEST_TRANSACTION]):
        yield Finding(
            _(
                "A transaction has been open for %(minutes)s minutes (process %(pid)s, %(program)s) and holds back all "
                "reactions to what happened since."
            )
            % {"minutes": seconds // 60, "pid": pid, "program": program},
            _("If nobody knows what it is for: select pg_terminate_backend(%(pid)s);") % {"pid": pid},
        )
    for name, seconds in rows(PREPARED):
        yield Finding(
            _("A prepared transaction has waited for %(minutes)s minutes (%(name)s) and holds back all reactions.")
            % {"minutes": seconds // 60, "name": name},
            _("rollback prepared '%(name)s';") % {"name": name},
        )


def numbers(_clock: Clock) -> Iterator[Finding]:
    if value(FROM_ELSEWHERE, [SHARDS]):
        yield Finding(
            _("The log comes from another database server and was not numbered anew: nothing in it is ever read."),
            _(
                "Stop Treue and run: treue manage shell -c "
                "'from treue.core.events import restoring; restoring.renumber()'. treue restore does it by itself."
            ),
        )


def reactions(clock: Clock) -> Iterator[Finding]:
    now = clock()
    for each in standing.reactions():
        if each.oldest and now - each.oldest > LONGEST_LAG:
            yield Finding(
                _("The reaction %(name)s is %(minutes)s minutes behind.")
                % {"name": each.reaction, "minutes": int((now - each.oldest).total_seconds() // 60)},
                _("Look whether a worker runs and whether something holds it back; more workers are quicker."),
            )
        if each.failed:
            yield Finding(
                ngettext(
                    "The reaction %(name)s failed at %(count)s event, and what follows for the same person waits.",
                    "The reaction %(name)s failed at %(count)s events, and what follows for the same persons waits.",
                    each.failed,
                )
                % {"name": each.reaction, "count": each.failed},
                _("The page Log shows them: try again, or leave out."),
            )
    if rows("select from events_event limit 1"):
        yield from _without_place()


def stuck_places(clock: Clock) -> Iterator[Finding]:
    """Places at which a reaction goes wrong each time it is tried."""
    now = clock()
    for each in stuck.places():
        if now - each.since < A_MOMENT:
            continue
        values = {
            "name": each.reaction,
            "shards": each.shards,
            "all": SHARDS,
            "minutes": int((now - each.since).total_seconds() // 60),
            "error": wording.sentence_of(each.reaction, each.error) or f"{each.error}.",
        }
        yield Finding(
            ngettext(
                "The reaction %(name)s has not got on in %(shards)s of %(all)s parts of the log for %(minutes)s "
                "minute: %(error)s",
                "The reaction %(name)s has not got on in %(shards)s of %(all)s parts of the log for %(minutes)s "
                "minutes: %(error)s",
                values["minutes"],
            )
            % values,
            _(
                "The worker's log names the lines of the program. It tries again by itself: once the cause is mended, "
                "it goes on where it stopped, and nothing is lost."
            ),
        )


def _without_place() -> Iterator[Finding]:
    for name, shards in rows(WITHOUT_PLACE, [list(registry.REACTIONS), SHARDS]):
        if not shards:
            continue  # it is new, and a worker gives it its places when it starts
        yield Finding(
            _("The reaction %(name)s has its place in only %(there)s of %(all)s parts of the log.")
            % {"name": name, "there": shards, "all": SHARDS},
            _("A worker gives it the missing ones when it starts: start or restart one."),
        )


def old_months(clock: Clock) -> Iterator[Finding]:
    """Months that should have left for the lake a week ago. One that waits keeps the later ones waiting."""
    for month in departing.old((clock() - LONGEST_STAY).date())[:1]:
        keeping = departing.keeping(month)
        name = period(month, get_language())
        for reaction in keeping.reactions:
            yield Finding(
                _(
                    "The events of %(month)s and later are still in the database: the reaction %(name)s has not read "
                    "all of them."
                )
                % {"month": name, "name": reaction},
                _("Look whether a worker runs and whether something holds it back. They are moved the night after."),
            )
        if keeping.parked:
            yield Finding(
                _(
                    "The events of %(month)s and later are still in the database: some of them wait because a reaction "
                    "failed (%(count)s)."
                )
                % {"month": name, "count": keeping.parked},
                _("The page Log shows them: try again, or leave out. The month is moved the night after."),
            )
        if not keeping:
            yield Finding(
                _("The events of %(month)s and later are still in the database, though nothing keeps them there.")
                % {"month": name},
                _("A worker moves them every night. Look whether one runs then, and what it says in its log."),
            )


def moved_months(_clock: Clock) -> Iterator[Finding]:
    """What was moved is nowhere else."""
    for moved in MovedMonth.objects.order_by("shop", "month"):
        path = manifest.folder(moved.shop_id) / manifest.EVENTS / moved.file
        if not path.is_file():
            yield Finding(
                _("The file with the events of %(month)s is missing: %(path)s.")
                % {"month": period(moved.month, get_language()), "path": path},
                _("These events are nowhere else. Bring the file back from a backup."),
            )
