"""PostgreSQL itself refuses what would make the ledger wrong, whoever asks it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import Error, connection, transaction
from members import Members, day
from psycopg import ClientCursor

from treue.act.loyalty.models import Account, Journal, Lot, Programme

GIVEN = "values (%s, %s, 1, now(), gen_random_uuid(), gen_random_uuid(), 'order')"
JOURNAL = (
    "insert into loyalty_journal (programme_id, member_id, kind, happened_at, key, request, reason)"
    + GIVEN
    + "returning id"
)
ENTRY = (
    "insert into loyalty_entry (journal_id, wallet, member_id, amount, balance, hash) values (%s, %s, %s, %s, %s, %s)"
)


@pytest.fixture
def anna(members: Members) -> int:
    anna = members.add("anna")
    members.earn(anna, 100)
    return anna


def run(statement: str, *values: object) -> object:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchone()[0] if cursor.description else None


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(Error) as raised, transaction.atomic():
        yield
    assert raised.value.__cause__.sqlstate == code


def as_the_ledger(statement: str, *values: object) -> object:
    """By a function that is called like the ledger's own. Returns what the statement returns."""
    run(
        "create or replace function ledger_trial(said text) returns bigint language plpgsql as $$"
        "declare answer bigint; begin"
        " if said like '%returning%' then execute said into answer; else execute said; end if; return answer; end $$"
    )
    return run("select ledger_trial(%s)", ClientCursor(connection.connection).mogrify(statement, values))


@pytest.mark.parametrize("table", ["journal", "entry", "allocation"])
def test_what_was_written_is_never_changed(members: Members, anna: int, table: str) -> None:
    members.burn(anna, 10)
    run("set constraints all immediate")  # what waits for the end of the transaction would be in the way first
    with refused("TL001"):
        as_the_ledger(f"delete from loyalty_{table}")
    with refused("TL001"):
        as_the_ledger(f"truncate loyalty_{table} cascade")
    column = "reason = 'other'" if table == "journal" else "amount = amount + 1"
    with refused("TL001"):
        as_the_ledger(f"update loyalty_{table} set {column}")


@pytest.mark.parametrize(
    "statement",
    [
        "update loyalty_account set balance = 1000000",
        "update loyalty_lot set remaining = 0",
        "delete from loyalty_lot",
        "delete from loyalty_account",
        "insert into loyalty_spending (journal_id, member_id, amount, state) values (1, 1, 1, 2)",
        "insert into loyalty_allocation (journal_id, lot_id, amount) values (1, 1, 1)",
        "insert into loyalty_entry select * from loyalty_entry limit 0",
        "insert into loyalty_journal select * from loyalty_journal limit 0",
    ],
)
def test_balances_are_changed_by_the_ledger_alone(anna: int, statement: str) -> None:
    with refused("TL001"):
        run(statement)


@pytest.mark.parametrize(
    "part",
    [
        "loyalty_from_lots({journal}, {anna}, 5)",
        "loyalty_from_pending({journal}, (select min(id) from loyalty_lot), 5)",
        "loyalty_into_lots({programme}, {journal}, {journal}, {anna}, 5, now())",
        "loyalty_new_lot({journal}, {anna}, null, 5, now(), null)",
        "loyalty_receive({journal}, now(), {anna}, 1, 11, 5)",
        "loyalty_post(array[({journal}, 1, {anna}, 5, false)]::loyalty_leg[])",
    ],
)
def test_a_part_of_what_the_ledger_does_is_not_done_alone(programme: Programme, anna: int, part: str) -> None:
    with refused("TL001"):
        run("select " + part.format(programme=programme.pk, anna=anna, journal=Journal.objects.get().pk))


def test_a_journal_sums_to_zero(programme: Programme, anna: int) -> None:
    with refused("TL002"):
        journal = as_the_ledger(JOURNAL, programme.pk, anna)
        as_the_ledger(ENTRY, journal, 11, 0, -5, None, None)


def test_an_entry_moves_something(programme: Programme, anna: int) -> None:
    with refused("23514"):
        journal = as_the_ledger(JOURNAL, programme.pk, anna)
        as_the_ledger(ENTRY, journal, 11, 0, 0, None, None)


def test_a_journal_without_entries_does_not_pass(programme: Programme, anna: int) -> None:
    with refused("TL002"):
        as_the_ledger(JOURNAL, programme.pk, anna)
        run("set constraints all immediate")


def test_a_journal_without_entries_does_not_pass_alone(programme: Programme, anna: int) -> None:
    run("set constraints all immediate")
    run("set constraints all deferred")
    with refused("TL002"):
        as_the_ledger(JOURNAL, programme.pk, anna)
        run("set constraints all immediate")


def test_an_empty_journal_does_not_hide_behind_a_whole_one(members: Members, programme: Programme, anna: int) -> None:
    with refused("TL002"):
        members.earn(anna, 5)
        run("set constraints all immediate")
        run("set constraints all deferred")
        as_the_ledger(JOURNAL, programme.pk, anna)
        members.earn(anna, 5)
        run("set constraints all immediate")


def test_an_empty_journal_with_an_earlier_number_does_not_hide_either(
    members: Members, programme: Programme, anna: int
) -> None:
    run("set constraints all immediate")
    run("set constraints all deferred")
    number = run("select nextval('loyalty_journal_id_seq')")
    members.earn(anna, 5)
    members.earn(anna, 5)
    with refused("TL002"):
        as_the_ledger(
            "insert into loyalty_journal (id, programme_id, member_id, kind, happened_at, key, request, reason)"
            "overriding system value values (%s, %s, %s, 1, now(), gen_random_uuid(), gen_random_uuid(), 'none')"
            " returning id",
            number,
            programme.pk,
            anna,
        )
        run("set constraints all immediate")


def test_entries_are_not_added_to_what_is_not_there(anna: int) -> None:
    with refused("TL002"):
        as_the_ledger(
            "insert into loyalty_entry (journal_id, wallet, member_id, amount)"
            "values (999999, 11, 0, 5), (999999, 12, 0, -5)"
        )


def test_an_entry_ends_where_its_account_does(programme: Programme, anna: int) -> None:
    with refused("TL002"):
        journal = as_the_ledger(JOURNAL, programme.pk, anna)
        as_the_ledger(
            "insert into loyalty_entry (journal_id, wallet, member_id, amount, balance, hash)"
            "values (%s, 11, 0, -5, null, null), (%s, 1, %s, 5, 105, '')",
            journal,
            journal,
            anna,
        )


def test_lots_that_do_not_sum_to_the_balance_stop_the_next_journal(members: Members, anna: int) -> None:
    as_the_ledger("update loyalty_lot set remaining = 99")
    with refused("TL002"):
        members.earn(anna, 5)


def test_pending_lots_that_do_not_sum_to_the_balance_stop_the_next_journal(members: Members, anna: int) -> None:
    members.earn(anna, 50, pending=1)
    as_the_ledger("update loyalty_lot set remaining = 49 where state = 1")
    with refused("TL002"):
        members.earn(anna, 5, pending=1)


def test_lots_of_two_members_do_not_make_up_for_one_another(members: Members, anna: int) -> None:
    ben = members.add("ben")
    members.earn(ben, 100)
    members.burn(ben, 10)
    as_the_ledger("update loyalty_lot set remaining = case member_id when %s then 99 else 91 end", anna)
    for each in (anna, ben):
        with refused("TL002"):
            members.earn(each, 5)


def test_what_lots_hold_is_counted_by_the_lots_alone(members: Members, anna: int) -> None:
    as_the_ledger("update loyalty_account set in_lots = in_lots + 1 where wallet = 1")
    with refused("TL002"):
        members.earn(anna, 5)


def test_a_balance_goes_below_zero_by_refunds_alone(anna: int) -> None:
    with refused("23514"):
        as_the_ledger("update loyalty_account set balance = -1 where wallet = 1")
    with refused("23514"):
        as_the_ledger("update loyalty_account set balance = -1, overdraft = 1 where wallet = 4")


@pytest.mark.parametrize(
    ("table", "columns", "row"),
    [
        ("account", "member_id, wallet, programme_id, head", "({anna}, 5, {programme}, '')"),
        ("allocation", "journal_id, lot_id, amount", "({journal}, {lot}, 0)"),
        ("entry", "journal_id, wallet, member_id, amount", "({journal}, 12, {anna}, 5), ({journal}, 13, 0, -5)"),
        ("entry", "journal_id, wallet, member_id, amount", "({journal}, 1, 0, 5), ({journal}, 13, 0, -5)"),
        (
            "entry",
            "journal_id, wallet, member_id, amount, balance, hash",
            "({journal}, 12, 0, 5, 5, ''), ({journal}, 13, 0, -5, null, null)",
        ),
        ("spending", "journal_id, member_id, amount, state", "({journal}, {anna}, 5, 1)"),
        ("spending", "journal_id, member_id, amount, state", "({journal}, {anna}, 0, 2)"),
        ("spending", "journal_id, member_id, amount, given_back, state", "({journal}, {anna}, 5, 6, 2)"),
    ],
)
def test_what_makes_no_sense_is_not_written(
    programme: Programme, anna: int, table: str, columns: str, row: str
) -> None:
    about = {"anna": anna, "programme": programme.pk, "journal": Journal.objects.get().pk, "lot": Lot.objects.get().pk}
    with refused("23514"):
        as_the_ledger(f"insert into loyalty_{table} ({columns}) values {row.format(**about)}")


@pytest.mark.parametrize(
    "wrong",
    [
        *("remaining = -1", "expired = -1", "taken_back = -1", "forgone = -1"),
        *("remaining = 60, expired = 41", "taken_back = 60, forgone = 41"),
        *("qualifying_taken_back = -1", "qualifying = 5, qualifying_taken_back = 6"),
    ],
)
def test_a_lot_gives_no_more_than_it_got(anna: int, wrong: str) -> None:
    with refused("23514"):
        as_the_ledger(f"update loyalty_lot set {wrong}")


def test_a_key_stands_for_one_journal(members: Members, programme: Programme, anna: int) -> None:
    key = Journal.objects.get().key
    with refused("23505"):
        as_the_ledger(JOURNAL.replace("gen_random_uuid()", "%s::uuid", 1), programme.pk, anna, str(key))


def test_a_shop_that_is_removed_takes_its_books_along(members: Members, programme: Programme, anna: int) -> None:
    from treue.core.jobs.work import Silent
    from treue.core.shop import removal

    members.burn(anna, 10, at=1)
    removal.remove(programme.shop_id, Silent())
    assert (Journal.objects.count(), Account.objects.count(), day(0).year) == (0, 0, 2026)
