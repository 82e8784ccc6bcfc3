"""`treue ledger verify` names the journal that breaks a rule; a seal tells of a chain that was rewritten whole."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from members import Members, day, has

from treue.act.loyalty import ledger, sealing, verifying, wording
from treue.act.loyalty.models import Entry, Journal, Lot, Member, Programme, Seal, Spending


@pytest.fixture
def anna(members: Members, programme: Programme) -> int:
    """With every kind of journal."""
    anna, ben = members.add("anna"), members.add("ben")
    order = members.earn(anna, 100, qualifying=100, lasts=40)
    members.earn(anna, 50, qualifying=50, pending=3)
    members.activate(at=3)
    burned = members.burn(anna, 30, at=4)
    members.give_back(burned, 10, at=4)
    ledger.capture(programme, members.hold(anna, 20, at=4), 15, key="c", at=day(4), reason="reward")
    ledger.release(programme, members.hold(anna, 20, at=4), key="r", at=day(4), reason="reward")
    members.take_back(order, 60, qualifying_total=60, at=5)
    ledger.adjust(programme, anna, 5, key="a", at=day(5), reason="goodwill")
    ledger.transfer(programme, anna, ben, 5, key="t", at=day(5), reason="gift")
    members.expire(at=41)
    members.hold(anna, 3, at=42)
    return anna


@pytest.fixture
def tampering(anna: int) -> Iterator[None]:
    """As somebody who owns the database and lifts every rule."""
    tables = ("journal", "entry", "lot", "account", "spending", "allocation")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        for table in tables:
            cursor.execute(f"alter table loyalty_{table} disable trigger user")
        yield
        transaction.set_rollback(True)


def broken() -> dict[str, tuple[int, ...]]:
    return {rule: found.journals for rule, found in verifying.verify() if found}


def run(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_a_ledger_that_nobody_touched_holds_every_rule(programme: Programme, anna: int) -> None:
    sealing.seal(programme, now=day(43))
    assert broken() == {}
    assert [rule for rule, _broken in verifying.verify()] == list(wording.SENTENCES)


@pytest.mark.usefixtures("tampering")
class TestTampering:
    def test_an_amount_that_was_changed(self) -> None:
        journal = Journal.objects.earliest("pk").pk
        run("update loyalty_entry set amount = amount + 1 where journal_id = %s and wallet = 1", journal)
        found = broken()
        assert found["journals sum to zero"] == (journal,)
        assert found["entries follow one another"][0] == journal

    def test_a_moment_that_was_changed(self) -> None:
        journal = Journal.objects.earliest("pk").pk
        run("update loyalty_journal set happened_at = happened_at - interval '1 year' where id = %s", journal)
        assert broken() == {"entries follow one another": (journal,)}

    def test_an_entry_that_was_deleted_with_its_journal(self) -> None:
        journal = Journal.objects.filter(kind=3).get().pk
        run("delete from loyalty_entry where journal_id = %s", journal)
        run("delete from loyalty_journal where id = %s", journal)
        assert "entries follow one another" in broken()

    def test_the_last_entry_that_was_deleted(self) -> None:
        journal = Journal.objects.latest("pk").pk
        run("delete from loyalty_entry where journal_id = %s", journal)
        run("delete from loyalty_journal where id = %s", journal)
        run("delete from loyalty_spending where journal_id = %s", journal)
        run("delete from loyalty_allocation where journal_id = %s", journal)
        assert {"accounts end where their entries do", "lots have what was left of them"} <= set(broken())

    def test_a_balance_that_was_changed(self, anna: int) -> None:
        run("update loyalty_account set balance = balance + 1 where member_id = %s and wallet = 1", anna)
        assert {"accounts end where their entries do", "lots sum to the balance"} == set(broken())

    def test_lots_that_were_counted_wrongly(self, anna: int) -> None:
        run("update loyalty_account set in_lots = in_lots + 1 where member_id = %s and wallet = 2", anna)
        assert set(broken()) == {"lots sum to the balance"}

    def test_a_lot_that_was_changed(self) -> None:
        lot = Lot.objects.filter(remaining__gt=0).earliest("pk")
        run("update loyalty_lot set remaining = remaining - 1 where id = %s", lot.pk)
        assert broken()["lots have what was left of them"] == (lot.journal_id,)

    def test_lots_that_gave_one_another_points(self, members: Members) -> None:
        ben = members.add("ben again")
        one, other = members.earn(ben, 10), members.earn(ben, 10)
        run("update loyalty_lot set granted = 15, remaining = 15 where journal_id = %s", one)
        run("update loyalty_lot set granted = 5, remaining = 5 where journal_id = %s", other)
        assert broken()["lots begin with what was given"] == (one, other)

    def test_a_lot_that_qualifies_for_more_than_its_account_says(self) -> None:
        lot = Lot.objects.filter(qualifying_taken_back=60).get()
        run("update loyalty_lot set qualifying_taken_back = 50 where id = %s", lot.pk)
        assert set(broken()) == {"lots sum to the qualifying points"}

    def test_a_lot_that_says_less_was_taken_back(self) -> None:
        lot = Lot.objects.filter(taken_back__gt=0).get()
        run("update loyalty_lot set taken_back = 0 where id = %s", lot.pk)
        assert broken() == {"as much is taken back as lots say": (lot.journal_id,)}

    def test_a_redemption_that_says_less_came_back(self) -> None:
        spending = Spending.objects.filter(given_back=10).get()
        run("update loyalty_spending set given_back = 0 where journal_id = %s", spending.pk)
        assert broken() == {"as much is given back as redemptions say": (spending.pk,)}

    def test_a_hold_that_was_ended_without_a_journal(self) -> None:
        run("update loyalty_spending set state = 3 where state = 1")
        assert set(broken()) == {"as much is held as holds say"}

    def test_a_journal_without_entries(self) -> None:
        journal = Journal.objects.latest("pk").pk
        run("delete from loyalty_entry where journal_id = %s", journal)
        assert broken()["journals sum to zero"] == (journal,)

    def test_an_entry_without_a_journal(self) -> None:
        journal = Journal.objects.latest("pk").pk
        run("delete from loyalty_journal where id = %s", journal)
        assert broken()["entries belong to a journal"] == (journal,)

    def test_a_chain_that_was_rewritten_whole_breaks_its_seal(self, programme: Programme) -> None:
        seal = sealing.seal(programme, now=day(43))
        last = Entry.objects.filter(member__gt=0, wallet=3).latest("journal_id")
        run("update loyalty_entry set hash = sha256(hash) where journal_id = %s and wallet = 3", last.journal_id)
        run("update loyalty_account set head = sha256(head) where member_id = %s and wallet = 3", last.member_id)
        assert broken()[sealing.RULE] == (seal.through,)


def test_a_seal_covers_what_came_since_the_last(members: Members, programme: Programme, anna: int) -> None:
    first = sealing.seal(programme, now=day(43))
    assert sealing.seal(programme, now=day(43)) is None
    members.earn(anna, 10, at=44)
    second = sealing.seal(programme, now=day(44))
    assert (second.accounts, second.through > first.through) == (1, True)
    assert Seal.objects.count() == 2


def test_the_tree_is_that_of_the_standard() -> None:
    """RFC 6962 with the seven test leaves of Certificate Transparency."""
    leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657"]
    import hashlib

    hashed = [hashlib.sha256(b"\x00" + bytes.fromhex(each)).digest() for each in leaves]
    assert sealing.merkle([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert sealing.merkle(hashed[:1]).hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
    assert sealing.merkle(hashed[:2]).hex() == "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
    assert sealing.merkle(hashed).hex() == "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"


def test_the_points_of_erased_people_lapse(members: Members, programme: Programme, anna: int) -> None:
    members.earn(anna, 70, at=43, pending=5)
    ben = members.add("ben again")
    members.take_back(members.earn(ben, 10), 0)
    owed = members.earn(ben, 30)
    members.burn(ben, 40)
    members.take_back(owed, 30)
    Member.objects.filter(pk__in=[anna, ben])._raw_delete("default")
    assert ledger.forfeit(programme, at=day(44), most=10) == 2
    assert ledger.forfeit(programme, at=day(44), most=10) == 0
    assert (set(has(anna)), has(ben)) == ({"qualifying"}, {})
    assert broken() == {}
