"""What the installation looks like at the moment it is asked, from the database: every process says the same.

Labels come out of lists that the program or the operator keeps (reactions, states, shops by number); nothing here
names a customer.
"""

import shutil
from collections.abc import Iterator

import psycopg
from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

import treue
from treue.core import direct, home
from treue.core.events import standing, stuck
from treue.core.jobs.models import MOST_ATTEMPTS

SECONDS_TO_ANSWER = 5
PROCESS, INSTALLATION = CollectorRegistry(), CollectorRegistry()
ProcessCollector(registry=PROCESS)
PlatformCollector(registry=PROCESS)

# Each: name, help, label, query for rows of (label's value, number).
BY_LABEL = (
    (
        "treue_jobs",
        "Jobs by state; those that are over were over in the last day.",
        "state",
        """select state, count(*) from jobs_job
        where state in ('waiting', 'running') or finished_at > now() - interval '1 day' group by state""",
    ),
    (
        "treue_mails",
        "Mails that have not left, by state.",
        "state",
        f"""select case when attempts >= {MOST_ATTEMPTS} then 'given_up' when attempts > 0 then 'failing'
        else 'waiting' end, count(*) from jobs_mail where sent_at is null group by 1""",  # noqa: S608 - a number of ours
    ),
    (
        "treue_last_import_timestamp_seconds",
        "When the last import of a file ended.",
        "shop",
        """select shop_id, extract(epoch from max(finished_at)) from imports_import
        where state = 'done' group by shop_id""",
    ),
    (
        "treue_figures_timestamp_seconds",
        "When the figures in force were computed.",
        "shop",
        "select shop_id, extract(epoch from computed_at) from metrics_snapshot where is_current",
    ),
    (
        "treue_figures_duration_seconds",
        "How long computing the figures in force took.",
        "shop",
        "select shop_id, seconds from metrics_snapshot where is_current",
    ),
)

# Each: name, help, query for one number.
ALONE = (
    ("treue_database_size_bytes", "Size of the database.", "select pg_database_size(current_database())"),
    (
        "treue_database_connections",
        "Connections to the database.",
        "select count(*) from pg_stat_activity where datname = current_database() and backend_type = 'client backend'",
    ),
    (
        "treue_database_oldest_transaction_seconds",
        "Age of the oldest writing transaction; nothing newer is reacted to.",
        """select coalesce(extract(epoch from max(now() - xact_start)), 0) from pg_stat_activity
        where datname = current_database() and backend_xid is not null""",
    ),
    (
        "treue_workers",
        "Workers that gave a sign in the last half minute.",
        "select count(*) from procrastinate_workers where last_heartbeat > now() - interval '30 seconds'",
    ),
    (
        "treue_jobs_oldest_waiting_seconds",
        "How long the oldest job has waited.",
        "select coalesce(extract(epoch from now() - min(created_at)), 0) from jobs_job where state = 'waiting'",
    ),
    (
        "treue_events_recorded",
        "Events written to the log since the database's statistics began.",
        """select coalesce(sum(n_tup_ins), 0) from pg_stat_user_tables
        where relname ~ '^events_event_(default|[0-9_]+)$'""",
    ),
)
COUNTERS = frozenset({"treue_events_recorded"})


class Installation(Collector):
    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily("treue", "What runs.", {"version": treue.__version__})
        yield _alone("treue_home_free_bytes", "Free room in the installation's folder.", _free())
        try:
            found = _from_database()
        except psycopg.Error:
            yield _alone("treue_database_up", "Whether the database answers.", 0)
            return
        yield _alone("treue_database_up", "Whether the database answers.", 1)
        yield from found


def _free() -> int:
    return shutil.disk_usage(home.home()).free


def _from_database() -> list[Metric]:
    """All of one moment, on a connection of its own, so that a full pool does not blind whoever looks for its cause."""
    with psycopg.connect(direct.conninfo(connect_timeout=SECONDS_TO_ANSWER)) as link:
        link.execute(f"set statement_timeout = '{SECONDS_TO_ANSWER}s'")
        alone = [_alone(name, words, link.execute(query).fetchone()[0]) for name, words, query in ALONE]
        labelled = [_labelled(name, words, label, link.execute(query)) for name, words, label, query in BY_LABEL]
        return [*alone, *labelled, *_reactions(link)]


def _reactions(link: psycopg.Connection) -> list[Metric]:
    """How far each is behind: in seconds, and in events up to the most that are counted."""
    behind = GaugeMetricFamily("treue_reaction_lag_seconds", "Age of the event that comes next.", labels=["reaction"])
    unread = GaugeMetricFamily(
        "treue_reaction_unread_events",
        f"Events ahead of the reaction, counted up to {standing.MOST_COUNTED + 1}.",
        labels=["reaction"],
    )
    failed = GaugeMetricFamily("treue_reaction_failed_events", "Events it failed at.", labels=["reaction"])
    halted = GaugeMetricFamily(
        "treue_reaction_stuck_seconds",
        "For how long a part of the log has gone wrong each time the reaction was tried there, by kind of error.",
        labels=["reaction", "error"],
    )
    now = link.execute("select now()").fetchone()[0]
    for each in standing.reactions(link.cursor()):
        behind.add_metric([each.reaction], (now - each.oldest).total_seconds() if each.oldest else 0)
        unread.add_metric([each.reaction], each.unread)
        failed.add_metric([each.reaction], each.failed)
    for place in stuck.places(link.cursor()):
        halted.add_metric([place.reaction, place.error], (now - place.since).total_seconds())
    return [behind, unread, failed, halted]


def _alone(name: str, words: str, value: object) -> Metric:
    kind = CounterMetricFamily if name in COUNTERS else GaugeMetricFamily
    return kind(name, words, value=float(value))


def _labelled(name: str, words: str, label: str, rows: psycopg.Cursor) -> Metric:
    family = GaugeMetricFamily(name, words, labels=[label])
    for value, number in rows:
        family.add_metric([str(value)], float(number))
    return family


INSTALLATION.register(Installation())
