"""What holds follows from the journal, in whatever order it was written; and the database keeps the journal whole."""

import itertools
import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from treue.core.customers import consent, consent_texts, preferences
from treue.core.customers.consent import Kind, Source
from treue.core.customers.consent_proof import Proof, shortened
from treue.core.customers.errors import NotARequest, NotHappenedYet, WithoutProof, WrongText
from treue.core.customers.models import ConsentRecord, ConsentText, Customer
from treue.core.events.models import Event
from treue.core.jobs.work import Silent
from treue.core.shop import removal
from treue.core.shop.models import Shop
from treue.core.staff.models import AuditEntry

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
ABOUT = {"purpose": "marketing", "channel": "email"}


def at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def given(customer: Customer, hours: float = 0, **values: object) -> ConsentRecord:
    told = {**ABOUT, "source": Source.PAPER, "note": "signed", "happened_at": at(hours), **values}
    return consent.give(customer=customer, **told)


def asked(customer: Customer, hours: float = 0, **values: object) -> ConsentRecord:
    return given(customer, hours, source=Source.FORM, **values)


def withdrawn(customer: Customer, hours: float = 0, **values: object) -> ConsentRecord:
    return consent.withdraw(customer=customer, **{**ABOUT, "source": Source.PHONE, "happened_at": at(hours), **values})


def state(customer: Customer) -> str | None:
    found = consent.standing(customer)
    assert len(found) <= 1
    allowed = consent.may_contact([customer.pk], **ABOUT) == {customer.pk}
    assert allowed == any(each.is_allowed for each in found)
    return found[0].state.value if found else None


@pytest.fixture
def text(shop: Shop) -> ConsentText:
    return ConsentText.objects.create(
        shop=shop, purpose="marketing", version="2026-1", language="de", text="Ja, gern.", valid_from=at(-999)
    )


WRITE = {"given": given, "requested": asked, "withdrawn": withdrawn}
# What happened when, in hours, and what holds then.
COURSES = [
    ((("given", 0),), "given"),
    ((("requested", 0),), "requested"),
    ((("withdrawn", 0),), "withdrawn"),
    ((("given", 0), ("withdrawn", 1)), "withdrawn"),
    ((("withdrawn", 0), ("given", 1)), "given"),
    ((("given", 0), ("withdrawn", 0)), "withdrawn"),
    ((("requested", 0), ("given", 1)), "given"),
    ((("given", 0), ("requested", 1)), "given"),
    ((("requested", 0), ("given", 0)), "given"),
    ((("requested", 0), ("withdrawn", 0)), "withdrawn"),
    ((("requested", 0), ("withdrawn", 1)), "withdrawn"),
    ((("withdrawn", 0), ("requested", 1)), "requested"),
    ((("given", 0), ("withdrawn", 1), ("requested", 2)), "requested"),
    ((("given", 0), ("withdrawn", 1), ("given", 2)), "given"),
    ((("given", 0), ("withdrawn", 2), ("requested", 1)), "withdrawn"),
]


@pytest.mark.parametrize(("course", "holds"), COURSES)
def test_in_whatever_order_it_comes_in_the_last_answer_holds(anna: Customer, course: tuple, holds: str):
    for order in itertools.permutations(course):
        for kind, hours in order:
            WRITE[kind](anna, hours)
        assert state(anna) == holds
        with connection.cursor() as cursor:
            cursor.execute("truncate customers_consentrecord cascade")


def test_of_whom_nothing_is_known_nobody_may_be_written_to(anna: Customer):
    assert state(anna) is None
    assert consent.may_contact([], **ABOUT) == set()


def test_a_consent_holds_for_its_purpose_and_channel_alone(anna: Customer, ben: Customer):
    given(anna)
    everybody = [anna.pk, ben.pk, 999_999]
    assert consent.may_contact(everybody, "marketing", "email") == {anna.pk}
    assert consent.may_contact(everybody, "marketing", "sms") == set()
    assert consent.may_contact(everybody, "research", "email") == set()
    given(ben, channel="sms")
    withdrawn(anna, 1, channel="sms")
    assert [(each.record.channel, each.state.value) for each in consent.standing(anna)] == [
        ("email", "given"),
        ("sms", "withdrawn"),
    ]
    assert consent.may_contact(everybody, "marketing", "sms") == {ben.pk}


def test_where_the_shop_demands_it_a_consent_counts_once_it_is_confirmed(anna: Customer):
    request = asked(anna, proof=Proof(ip="203.0.113.77", form="https://tea.example/newsletter"))
    assert (request.kind, state(anna)) == (Kind.REQUESTED, "requested")
    confirmed = consent.confirm(requested=request, happened_at=at(1), proof=Proof(ip="2001:db8:1:2::9"))
    assert state(anna) == "given"
    assert confirmed.confirms == request
    assert confirmed.proof == {
        "ip": "2001:db8:1::",
        "form": "https://tea.example/newsletter",
        "requested_at": at(0).isoformat(),
        "confirmed_at": at(1).isoformat(),
    }
    assert request.proof == {"ip": "203.0.113.0", "form": "https://tea.example/newsletter"}


def test_a_link_that_is_opened_twice_confirms_once(anna: Customer):
    request = asked(anna)
    first = consent.confirm(requested=request, happened_at=at(1))
    assert consent.confirm(requested=request, happened_at=at(2)) == first
    assert ConsentRecord.objects.count() == 2
    with pytest.raises(NotARequest):
        consent.confirm(requested=first, happened_at=at(3))


@pytest.mark.parametrize(
    ("source", "channel", "proof", "kind"),
    [
        ("form", "email", Proof(), "requested"),
        ("shop", "email", Proof(), "requested"),
        ("tracking", "email", Proof(), "requested"),
        ("form", "email", Proof(confirmed_at=NOON), "given"),
        ("form", "push", Proof(), "given"),
        ("paper", "email", Proof(), "given"),
        ("phone", "email", Proof(), "given"),
        ("import", "email", Proof(), "given"),
    ],
)
def test_who_could_have_typed_anybodys_address_must_confirm_it(
    anna: Customer, source: str, channel: str, proof: Proof, kind: str
):
    assert given(anna, source=source, channel=channel, proof=proof).kind == kind


def test_the_shop_says_which_channels_need_a_confirmation(anna: Customer, staff):
    consent_texts.confirm_through(shop=anna.shop, channels=["sms"], by=staff("admin"))
    assert asked(anna).kind == Kind.GIVEN
    assert asked(anna, channel="sms").kind == Kind.REQUESTED
    assert AuditEntry.objects.get().facts == {"confirmed": {"old": ["email"], "new": ["sms"]}}


def test_a_consent_without_text_or_note_is_refused(anna: Customer, text: ConsentText):
    for nothing in ("", "  "):
        with pytest.raises(WithoutProof):
            given(anna, note=nothing)
    assert given(anna, note="", text=text).text == text


def test_a_text_of_another_purpose_or_shop_is_refused(anna: Customer, text: ConsentText):
    with pytest.raises(WrongText):
        given(anna, text=text, purpose="research")
    other = Customer.objects.create(shop=Shop.objects.create(name="Coffee House"), number="1")
    with pytest.raises(WrongText):
        given(other, text=text)


def test_what_has_not_happened_yet_is_refused_and_a_fast_clock_forgiven(anna: Customer):
    now = timezone.now()
    with pytest.raises(NotHappenedYet):
        consent.give(customer=anna, **ABOUT, source="paper", note="x", happened_at=now + timedelta(minutes=6))
    ahead = consent.give(customer=anna, **ABOUT, source="paper", note="x", happened_at=now + timedelta(minutes=4))
    assert ahead.happened_at == ahead.recorded_at
    consent.withdraw(customer=anna, **ABOUT, source="phone", happened_at=timezone.now())
    assert state(anna) == "withdrawn"


def test_the_same_once_more_changes_nothing(anna: Customer, staff):
    by = staff("service")
    assert given(anna, by=by) == given(anna, by=by)
    assert (ConsentRecord.objects.count(), Event.objects.count(), AuditEntry.objects.count()) == (1, 1, 1)


def test_each_change_is_an_event_and_a_colleagues_deed_stands_in_the_trail(anna: Customer, text: ConsentText, staff):
    given(anna, by=staff("service"), text=text)
    withdrawn(anna, 1)
    asked(anna, 2)
    told = Event.objects.order_by("seq").values_list("name", "source", "person", "occurred_at", "facts__version")
    assert list(told) == [
        ("Consent Given", "console", anna.pk, at(0), "2026-1"),
        ("Consent Withdrawn", "phone", anna.pk, at(1), None),
        ("Consent Requested", "form", anna.pk, at(2), None),
    ]
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.subject, entry.who) == ("consent.given", f"customer {anna.pk}", staff("service"))
    assert entry.facts == {"purpose": "marketing", "channel": "email"}


def test_imported_history_is_no_event(anna: Customer):
    given(anna, source=Source.IMPORT)
    assert state(anna) == "given"
    assert not Event.objects.exists()


def test_what_is_taken_back_leaves_no_event(anna: Customer):
    with transaction.atomic():
        given(anna)
        transaction.set_rollback(True)
    assert not Event.objects.exists()


def side_by_side(*deeds: object) -> list[Exception]:
    """Do them at the same moment; returns what went wrong."""
    start, wrong = threading.Barrier(len(deeds)), []

    def do(deed: object) -> None:
        try:
            start.wait()
            deed()
        except Exception as error:
            wrong.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=do, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


def test_two_who_write_down_the_same_write_one_record(anna: Customer):
    assert side_by_side(*[lambda: given(anna)] * 4) == []
    assert (ConsentRecord.objects.count(), Event.objects.count()) == (1, 1)


def test_two_who_open_the_link_at_once_confirm_once(anna: Customer):
    request = asked(anna)
    opened = [lambda hours=hours: consent.confirm(requested=request, happened_at=at(hours)) for hours in (1, 2, 3)]
    assert side_by_side(*opened) == []
    assert ConsentRecord.objects.filter(kind="given").count() == 1


def test_of_a_consent_and_a_withdrawal_at_the_same_moment_the_withdrawal_wins(anna: Customer):
    for hours in range(5):
        assert side_by_side(lambda: given(anna, hours), lambda: withdrawn(anna, hours)) == []  # noqa: B023 - at once
        assert state(anna) == "withdrawn"


# What the database refuses


@pytest.mark.parametrize("change", [{"kind": "given"}, {"happened_at": at(5)}, {"note": "else"}, {"proof": {}}])
def test_a_record_is_never_changed(anna: Customer, change: dict):
    withdrawn(anna)
    with pytest.raises(IntegrityError, match="never changed"):
        ConsentRecord.objects.update(**change)
    assert state(anna) == "withdrawn"


def test_a_text_is_never_changed(text: ConsentText):
    with pytest.raises(IntegrityError, match="never changed"):
        ConsentText.objects.update(text="Ja, immer.")


def test_a_text_that_somebody_agreed_to_stays(anna: Customer, text: ConsentText):
    given(anna, text=text)
    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute("delete from customers_consenttext")


def test_a_record_goes_with_its_customer_alone(anna: Customer, ben: Customer):
    from treue.core.customers import erasure

    given(anna)
    given(ben)
    with pytest.raises(IntegrityError, match="withdraw instead"):
        ConsentRecord.objects.all().delete()
    receipt = erasure.erase(customer=anna, by=None)
    assert receipt.deleted["customers.ConsentRecord"] == 1
    assert ConsentRecord.objects.get().customer == ben


@pytest.mark.parametrize(
    ("broken", "name"),
    [
        ({"kind": "maybe"}, "kind_known"),
        ({"channel": "pigeon"}, "channel_known"),
        ({"source": "rumour"}, "source_known"),
        ({"note": ""}, "has_proof"),
        ({"happened_at": datetime(2100, 1, 1, tzinfo=UTC)}, "not_ahead"),
    ],
)
def test_the_database_refuses_what_is_no_record(anna: Customer, broken: dict, name: str):
    values = {**ABOUT, "kind": "given", "note": "x", "source": "paper", "happened_at": NOON, **broken}
    with pytest.raises(IntegrityError, match=f"customers_consent_{name}"):
        ConsentRecord.objects.create(customer=anna, **values)


def test_a_request_is_confirmed_by_one_consent_alone(anna: Customer):
    request = asked(anna)
    values = {**ABOUT, "note": "x", "source": "form", "confirms": request}
    with pytest.raises(IntegrityError, match="confirms_by_giving"):
        ConsentRecord.objects.create(customer=anna, kind="withdrawn", happened_at=at(1), **values)
    ConsentRecord.objects.create(customer=anna, kind="given", happened_at=at(1), **values)
    with pytest.raises(IntegrityError, match="confirms"):
        ConsentRecord.objects.create(customer=anna, kind="given", happened_at=at(2), **values)


@pytest.mark.parametrize(
    ("ip", "kept"),
    [
        ("203.0.113.77", "203.0.113.0"),
        (" 203.0.113.77 ", "203.0.113.0"),
        ("2001:db8:aaaa:bbbb::1", "2001:db8:aaaa::"),
        ("", ""),
        ("unknown", ""),
    ],
)
def test_of_an_ip_address_only_the_network_is_kept(ip: str, kept: str):
    assert shortened(ip) == kept


def test_a_shop_is_removed_with_its_journal(anna: Customer, text: ConsentText, staff):
    given(anna, text=text)
    consent.confirm(requested=asked(anna, 1), happened_at=at(2))
    consent_texts.confirm_through(shop=anna.shop, channels=[], by=staff("admin"))
    preferences.change(customer=anna, values={"channel": "sms"}, now=NOON)
    deleted = removal.remove(anna.shop_id, Silent())
    assert deleted["customers.ConsentRecord"] == 3
    assert not ConsentText.objects.exists()
