"""Break the ledger in the database in one place at a time, and see whether its tests notice.

    python -m tests.mutants [--every 5] [--first 0] [--only spending] [--quick] [--lanes 2]

No library does this for SQL. Each mutant is a function of `treue/act/loyalty/sql` with one token changed, or a trigger
or a constraint of the ledger's tables left out, in a copy of a migrated database; the ledger's tests then run on it
until one fails, in a copy of this process that has loaded them. What PostgreSQL refuses to create is no mutant. Who
survives is printed: a missing test, unless it is one of those that change nothing that anybody could see.
"""

import argparse
import multiprocessing
import os
import re
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from typing import NamedTuple, NoReturn
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql

PARTS = ("guards", "posting", "earning", "spending", "orders")
QUICK = [
    *("test_ledger_corners", "test_ledger", "test_ledger_rules", "test_lasting_points", "test_ledger_verified"),
    *("test_merged_members", "test_returned_and_merged", "test_ledger_batches"),
]
SLOW = ["test_ledger_machine", "test_ledger_at_once", "test_erasing_at_once", "test_merging_at_once"]
PATIENCE_SECONDS = 900
OPTIONS = ["-n", "0", "-x", "-q", "--reuse-db", "-p", "no:randomly", "-p", "no:cacheprovider"]
FUNCTION = re.compile(r"^create or replace function .*?\$\$.*?\$\$;?[^\n]*$", re.MULTILINE | re.DOTALL)
TABLES = ("account", "lot", "spending", "journal", "entry", "allocation")
CHANGES = [
    (r"(?<![<>=:])<=(?!=)", "<"),
    (r"(?<![<>=:|])>=(?!=)", ">"),
    (r" < ", " <= "),
    (r" > ", " >= "),
    (r" <> ", " = "),
    (r"(?<=\w|\)) = (?=\w|\()", " <> "),
    (r" \+ ", " - "),
    (r" - ", " + "),
    (r"\band\b", "or"),
    (r"\bor\b(?! replace)", "and"),
    (r"\bnot exists\b", "exists"),
    (r"(?<!not )\bexists\b", "not exists"),
    (r"\bis null\b", "is not null"),
    (r"\bis not null\b", "is null"),
    (r"\bleast\(", "greatest("),
    (r"\bgreatest\(", "least("),
    (r"\bnulls last\b", "nulls first"),
    (r"\bdesc\b", "asc"),
    (r" for (no key )?update\b", ""),
    (r"raise exception [^;]*;", "null;"),
    (r"^ +perform [^;]*;", "null;"),
]


# By what stands around the change, and why nobody sees it.
MAY_SURVIVE = {
    "[perform set_config('treue.ledger'": "the guards look for themselves then, which takes longer",
    "[perform loyalty_at_work(true); -> null;]": "the guards look for themselves then, which takes longer",
    "if latest [> -> >=] new.id": "one journal is looked at in the way of many",
    "or leg.amount [> -> >=] 0": "no leg moves nothing",
    "where leg.member_id [> -> >=] 0": "nobody has the number 0",
    "= holder and e.member_id [> -> >=] 0": "nobody has the number 0",
    "and a.wallet [= -> <>] 1 where l.state =": "each lot is found by the member's other accounts",
    "having count(*) [> -> >=] 0": "of nothing nothing is told",
    "and (ask [> -> >=] 0 or": "a lot to which nothing is added stays as it is",
    "or ask_qualifying [> -> >=] 0); return": "a lot to which nothing is added stays as it is",
    "l.id [desc -> asc]": "of lots that expire at one moment either may be the first",
    "if amount [> -> >=] 0 then": "nobody corrects by nothing",
    "l.expires_at [< -> <=] longer.until": "the same moment is put off to itself",
    "and l.remaining [> -> >=] 0 and l.by_activity": "what is used up lasts like the rest once it comes back",
    "and forgone [> -> >=] 0 union all": "of what was not short nothing is taken",
    "and forgone [> -> >=] 0 and forgone_from": "of what was not short nothing is taken",
    "and forgone_from [> -> >=] spent": "no journal is a return and a spending",
    "= gone and a.wallet [< -> <=] 3": "nothing is held by then",
}


class Mutant(NamedTuple):
    """A statement that breaks the ledger, and where."""

    place: str
    statement: str


def in_functions() -> Iterator[Mutant]:
    """Each function with one thing changed."""
    for part in PARTS:
        text = files("treue.act.loyalty").joinpath(f"sql/{part}.sql").read_text(encoding="utf-8")
        for found in FUNCTION.finditer(text):
            line = text[: found.start()].count("\n") + 1
            for mutant in _changed(found[0]):
                yield Mutant(f"{part}.sql:{line + mutant.place}: {mutant.what}", mutant.statement)


class _Changed(NamedTuple):
    place: int
    what: str
    statement: str


def _changed(function: str) -> Iterator[_Changed]:
    begin = function.index("$$")
    silent = [each.span() for each in re.finditer(r"'[^']*'|--[^\n]*", function)]
    for pattern, instead in CHANGES:
        for found in re.finditer(pattern, function, re.MULTILINE):
            if found.start() < begin or any(low <= found.start() < high for low, high in silent):
                continue
            body = function[: found.start()] + instead + function[found.end() :]
            yield _Changed(function[: found.start()].count("\n"), _around(function, found, instead), body)


def _around(function: str, found: re.Match[str], instead: str) -> str:
    before, after = function[: found.start()].split()[-4:], function[found.end() :].split()[:6]
    change = f"[{' '.join(found[0].split())[:60]} -> {instead.strip() or 'nothing'}]"
    return " ".join([*before, change, *after])


def in_tables(to: psycopg.Connection) -> Iterator[Mutant]:
    """Each trigger and each constraint of the ledger's tables left out."""
    tables = [f"loyalty_{each}" for each in TABLES]
    triggers = to.execute(
        "select tgrelid::regclass::text, tgname from pg_trigger"
        " where not tgisinternal and tgrelid::regclass::text = any(%s) order by 1, 2",
        [tables],
    ).fetchall()
    for table, name in triggers:
        yield Mutant(f"trigger {name}", f'drop trigger "{name}" on {table}')
    constraints = to.execute(
        "select conrelid::regclass::text, conname from pg_constraint where contype in ('c', 'u')"
        " and conrelid::regclass::text = any(%s) order by 1, 2",
        [tables],
    ).fetchall()
    for table, name in constraints:
        yield Mutant(f"constraint {name}", f'alter table {table} drop constraint "{name}"')


class Bench:
    """A server with a migrated database, and for each lane a copy of it for each mutant."""

    def __init__(self, url: str, *, quick: bool) -> None:
        tests = [f"tests/act/loyalty/{each}.py" for each in (QUICK if quick else [*QUICK, *SLOW])]
        self.url, self.asked = url, [*OPTIONS, *(["-m", "not long"] if quick else []), *tests]

    def prepare(self) -> None:
        """The base is made by the tests themselves, all of which have to pass; here they are loaded for the copies."""
        os.environ["DATABASE_URL"] = f"{self.url}/treue"
        self._recreate("test_base", "template1")
        if self._ended("base") != 0:
            raise SystemExit("the ledger's tests fail already")
        pytest.main(["--collect-only", *self.asked])

    def is_noticed(self, mutant: Mutant) -> bool | None:
        """None where PostgreSQL does not take it."""
        lane = f"lane{os.getpid()}"
        self._recreate(f"test_{lane}", "test_base")
        try:
            with psycopg.connect(f"{self.url}/test_{lane}", autocommit=True) as to:
                to.execute(mutant.statement.encode())
        except psycopg.Error:
            return None
        return self._ended(lane) != 0

    def _ended(self, database: str) -> int:
        """How the tests end in a copy of this process; 1 as well where they do not."""
        child = os.fork()
        if child == 0:
            self._run(database)
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.02)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return 1

    def _run(self, database: str) -> NoReturn:
        """Never comes back. pytest-django puts its `test_` before the name."""
        try:
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            os.environ["DATABASE_URL"] = f"{self.url}/{database}"
            from django.conf import settings

            if settings.configured:
                from django.db import connection

                connection.settings_dict["NAME"] = database
            os._exit(int(pytest.main(self.asked)))
        finally:
            os._exit(1)

    def _recreate(self, name: str, template: str) -> None:
        made, of = sql.Identifier(name), sql.Identifier(template)
        with psycopg.connect(f"{self.url}/postgres", autocommit=True) as admin:
            admin.execute(sql.SQL("drop database if exists {} with (force)").format(made))
            admin.execute(sql.SQL("create database {} template {}").format(made, of))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--every", type=int, default=1, help="one of so many alone")
    asked.add_argument("--first", type=int, default=0)
    asked.add_argument("--only", default="", help="those whose place this regular expression finds")
    asked.add_argument("--list", action="store_true", help="name them and try none")
    asked.add_argument(
        "--quick", action="store_true", help="without what is marked long, the machine and the trials at once"
    )
    asked.add_argument("--lanes", type=int, default=2, help="so many at a time")
    wanted = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="treue-mutants-") as folder:
        os.environ["TREUE_HOME"] = folder
        from treue.core import home, postgres, postgres_server

        home.prepare()
        with postgres.running():
            host = quote(str(postgres.socket_folder()), safe="")
            url = f"postgresql://{postgres_server.SUPERUSER}@{host}"
            with psycopg.connect(f"{url}/postgres", autocommit=True) as admin:  # nothing of it has to last
                admin.execute("alter system set fsync = off")
                admin.execute("select pg_reload_conf()")
            _try_all(wanted, Bench(url, quick=wanted.quick))


def _try_all(wanted: argparse.Namespace, bench: Bench) -> None:
    bench.prepare()
    with psycopg.connect(f"{bench.url}/test_base") as to:
        mutants = [*in_tables(to), *in_functions()]
    chosen = [each for each in mutants if re.search(wanted.only, each.place)][wanted.first :: wanted.every]
    print(f"{len(mutants)} mutants, {len(chosen)} of them to be tried", flush=True)
    if wanted.list:
        return
    ends: Counter[bool | None] = Counter()
    with multiprocessing.get_context("fork").Pool(wanted.lanes) as lanes:
        for mutant, is_noticed in zip(chosen, lanes.imap(bench.is_noticed, chosen), strict=True):
            ends[is_noticed] += 1
            if is_noticed is False:
                why = next((why for change, why in MAY_SURVIVE.items() if change in mutant.place), "")
                print(f"{'may survive' if why else 'SURVIVED'}: {mutant.place}{why and f' ({why})'}", flush=True)
    print(f"{ends[True]} noticed, {ends[False]} survived, {ends[None]} refused by PostgreSQL")


if __name__ == "__main__":
    main()
