"""What happened is written down once, in order."""

import threading
from datetime import UTC, date, datetime

import pytest
from django.db import OperationalError, connection, connections, transaction
from happening import happening, several

from treue.core.customers.erasure import erase
from treue.core.customers.models import Customer
from treue.core.events import partitions
from treue.core.events.log import digest, record, record_new, was_told
from treue.core.events.models import Event
from treue.core.events.withdrawing import withdraw
from treue.core.shop.models import Shop


def names() -> list[str]:
    return list(Event.objects.order_by("seq").values_list("name", flat=True))


def test_the_same_message_is_written_down_once(shop: Shop):
    assert record(shop, several(3)) == 3
    assert record(shop, several(4)) == 1
    assert names() == ["a0", "a1", "a2", "a3"]


def test_what_was_withdrawn_is_written_down_again_once_under_another_id(shop: Shop):
    ids = Event.objects.order_by("seq").values_list("message_id", flat=True)
    record(shop, several(2))
    for _ in range(2):
        withdraw(shop, ["a0 1", "nobody told this"])  # the second time it was withdrawn already
    assert (record_new(shop, several(3)), record(shop, several(3))) == (["a0 1 again 1", "a2 1"], 0)
    withdraw(shop, ["a0 1"])
    assert (record(shop, several(3)), record(shop, several(3))) == (1, 0)
    assert list(ids) == ["a0 1", "a1 1", "a0 1 again 1", "a2 1", "a0 1 again 2"]


def test_of_two_in_one_call_the_first_counts(shop: Shop):
    assert record(shop, [happening("first", message_id="m"), happening("second", message_id="m")]) == 1
    assert names() == ["first"]


def test_another_shop_has_its_own_messages(shop: Shop):
    other = Shop.objects.create(name="Coffee House")
    assert (record(shop, several(1)), record(other, several(1))) == (1, 1)


def test_the_order_given_is_kept_whatever_the_messages_are_called(shop: Shop):
    record(shop, [happening(name, message_id=name) for name in ("c", "a", "b")])
    assert names() == ["c", "a", "b"]


def test_an_event_is_there_only_if_its_cause_is(shop: Shop):
    with transaction.atomic():
        record(shop, several(2))
        transaction.set_rollback(True)
    assert names() == []
    assert record(shop, several(2)) == 2


def test_nothing_written_down_is_nothing(shop: Shop):
    assert record(shop, []) == 0


def test_facts_come_back_as_they_were_told(shop: Shop):
    facts = {"order": "A1", "total": 4.5, "products": [{"name": "Grüner Tee"}], "gift": None}
    record(shop, [happening(facts=facts)])
    assert Event.objects.get().facts == facts


@pytest.mark.parametrize("facts", [{"said": "a\0b"}, {"a\0": 1}, {"said": ["\\\0"]}, {"said": "\ud83d"}])
def test_facts_that_are_no_text_are_refused_before_somebody_asks_for_them(shop: Shop, facts: dict[str, object]):
    with pytest.raises(ValueError, match=r"NUL|surrogates"):
        record(shop, [happening(facts=facts)])
    assert not Event.objects.exists()


def test_what_only_looks_like_nul_is_a_text(shop: Shop):
    record(shop, [happening(facts={"said": "\\u0000"})])
    assert Event.objects.values_list("facts__said", flat=True).get() == "\\u0000"


def test_writers_of_the_same_messages_in_crossing_order_both_end(shop: Shop):
    forth, back = several(300), several(300)[::-1]
    written: list[int] = []

    def write(happenings: list) -> None:
        for start in range(0, 300, 30):
            written.append(record(shop, happenings[start : start + 30]))
        connections.close_all()

    threads = [threading.Thread(target=write, args=[each]) for each in (forth, back)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(written) == 300
    assert Event.objects.count() == 300


def partition_of(moment: datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute("select tableoid::regclass::text from events_event where recorded_at = %s", [moment])
        return cursor.fetchone()[0]


def written_at(shop: Shop, moment: datetime) -> None:
    record(shop, [happening(message_id=str(moment))])
    with connection.cursor() as cursor:
        cursor.execute("update events_event set recorded_at = %s where message_id = %s", [moment, str(moment)])


def test_an_event_of_a_month_without_partition_is_kept_and_moved_when_it_is_made(shop: Shop):
    moment = datetime(2031, 2, 28, 23, 59, tzinfo=UTC)
    written_at(shop, moment)
    assert partition_of(moment) == "events_event_default"
    try:
        assert partitions.ensure(date(2031, 1, 15)) == [date(2031, month, 1) for month in (1, 2, 3, 4)]
        assert partition_of(moment) == "events_event_2031_02"
        assert partitions.ensure(date(2031, 1, 31)) == []
        assert names() == ["Order Completed"]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("".join(f"drop table events_event_2031_{month:02};" for month in (1, 2, 3, 4)))


def test_a_year_ends_between_two_partitions(shop: Shop):
    try:
        assert partitions.ensure(date(2031, 11, 2))[1:] == [date(2031, 12, 1), date(2032, 1, 1), date(2032, 2, 1)]
    finally:
        with connection.cursor() as cursor:
            for month in ("2031_11", "2031_12", "2032_01", "2032_02"):
                cursor.execute(f"drop table events_event_{month}")


FULL = """
create function test_full() returns trigger language plpgsql as $$ begin
    raise exception 'full' using errcode = '53100';
end $$;
create trigger test_full before insert on {table} for each row execute function test_full()"""


@pytest.mark.parametrize("table", ["events_message", "events_event"])
@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_written_is_an_error_that_django_knows_and_is_news_afterwards(shop: Shop, table: str):
    """Also where the caller has no transaction: an id without its event would have it lost for good."""
    with connection.cursor() as cursor:
        cursor.execute(FULL.format(table=table))
    try:
        with pytest.raises(OperationalError):
            record(shop, several(2))
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"drop trigger test_full on {table}; drop function test_full")
    assert record(shop, several(2)) == 2


@pytest.mark.parametrize("text", ["a\\b", r"\N", "\\.", "tab\there", "line\nbreak\r", "Größe 🫖 \u2028", '"quoted"'])
def test_any_text_is_kept_as_it_is(shop: Shop, text: str):
    record(shop, [happening(text, message_id=text, source=text, facts={text: text})])
    event = Event.objects.get()
    assert (event.name, event.message_id, event.source, event.facts) == (text, text, text, {text: text})


def test_an_erased_person_leaves_no_event_and_the_receipt_counts_them(shop: Shop):
    anna, bert = (Customer.objects.create(shop=shop, number=name) for name in ("anna", "bert"))
    record(shop, [*several(3, anna.pk), happening(person=bert.pk)])
    receipt = erase(customer=anna, by=None)
    assert receipt.deleted["events.Event"] == 3
    assert list(Event.objects.values_list("person", flat=True)) == [bert.pk]


def test_what_a_sender_named_cannot_be_withdrawn(shop: Shop):
    with pytest.raises(ValueError, match="cannot be withdrawn"):
        withdraw(shop, ["order completed 1", "a-senders-own"])


@pytest.mark.parametrize("message_id", ["a1", "order completed Größe 4711", "日本 🍵", "a" * 200])
def test_python_and_the_database_know_a_message_by_the_same_digest(shop: Shop, message_id: str):
    with connection.cursor() as cursor:
        cursor.execute("select md5(%s)::uuid = %s::uuid", [message_id, digest(message_id)])
        assert cursor.fetchone() == (True,)
    assert not was_told(shop, message_id)
    record(shop, [happening("tried", message_id=message_id)])
    assert was_told(shop, message_id)
