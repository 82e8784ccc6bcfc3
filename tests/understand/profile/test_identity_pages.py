"""What a customer is known by, who might be the same, and merging two of them, as pages."""

import threading
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.db import connection, transaction
from django.test import Client
from django.utils.translation import gettext, override
from somebody import person, shop

from tests.core.lake import buying
from treue.core.commerce.models import Order
from treue.core.customers import erasure, given_up, identities, merging, writing
from treue.core.customers.identities import ANONYMOUS, CARD, EMAIL, PHONE, Statement, learn
from treue.core.customers.models import Customer, Merge, Visitor
from treue.core.shop import locking
from treue.core.staff.models import User
from treue.core.staff.roles import GRANTED, Permission
from treue.understand.profile import known_by

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
BROWSER = "8f2c1d3e-1111-4222-8333-444455556666"


@pytest.fixture
def anna() -> Customer:
    anna = person("K7", "Anna Blau", email="anna@example.org", phone="+49 341 1234567")
    buying.order(anna, amount=20, number="A-1")
    return anna


@pytest.fixture
def ben() -> Customer:
    ben = person("K8", "Ben Grün", city="Köln")
    buying.order(ben, "2026-04-01 10:00", amount=30, number="B-1")
    return ben


@pytest.fixture
def sign_in():
    def signed_in(role: str = "service", language: str = "en") -> Client:
        user, _new = User.objects.get_or_create(email=f"{role}-{language}@example.org", role=role, language=language)
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return signed_in


def say(of: Customer, *claims: tuple[str, str], trusted: bool = True, message: str = "m") -> None:
    learn([Statement(of.shop, of.pk, NOON, f"{message} {of.pk}", trusted, claims)])


def text_of(answer: object) -> str:
    return unescape(answer.content.decode()).replace("\xa0", " ")


def page_of(client: Client, customer: Customer, part: str = "", **headers: str) -> str:
    answer = client.get(f"/customers/{customer.pk}/identities/", headers=headers)
    assert answer.status_code == 200
    said = text_of(answer)
    return said.split(f'id="{part}"')[1].split("</section>")[0] if part else said


def test_it_says_by_what_somebody_is_known_since_when_and_who_told_it(anna: Customer, ben: Customer, sign_in):
    say(anna, (CARD, "12 34"), (PHONE, "0341/1234567"))
    say(anna, (ANONYMOUS, BROWSER), trusted=False)
    known = page_of(sign_in(), anna, "known")
    for words in ("K7", "anna@example.org", "+493411234567", "1234", "8f2c1d3e…", "first seen on", "1 Nov 2026, 13:00"):
        assert words in known
    assert BROWSER not in known
    assert known.count("+493411234567") == 1
    assert "Personal record, Server or till" in known
    assert "Also claimed by" in known
    assert "Ben" not in known


def test_an_address_that_was_given_up_in_the_portal_stays_listed_with_when(anna: Customer, sign_in):
    say(anna, (EMAIL, "till@example.org"))
    about = {"by": given_up.By.MEMBER, "now": NOON + timedelta(days=1)}
    with transaction.atomic():
        given_up.give_up(customer=anna, emails=["anna@example.org", "till@example.org"], **about)
    Customer.objects.filter(pk=anna.pk).update(email="neu@example.org")
    anna.refresh_from_db()
    known = {each.value: each for each in known_by.read(anna).values}
    assert known["anna@example.org"].told_by == {known_by.Teller.RECORD}
    assert known["till@example.org"].told_by == {known_by.Teller.SERVER}
    assert known["till@example.org"].since == NOON
    assert known["neu@example.org"].given_up is None
    assert page_of(sign_in(), anna, "known").count("given up in the portal on 2 Nov 2026, 13:00") == 2


def test_an_address_that_a_program_replaced_stays_listed_with_when(anna: Customer, sign_in):
    about = {"values": {"email": "neu@example.org"}, "now": NOON + timedelta(days=1)}
    writing.change(customer_id=anna.pk, shop=anna.shop, **about)
    known = page_of(sign_in(), Customer.objects.get(pk=anna.pk), "known")
    assert known.count("replaced by a program of the shop on 2 Nov 2026, 13:00") == 1


def test_a_browser_is_first_seen_when_it_was_told_and_not_when_that_was_written_down(anna: Customer):
    """A history that is brought in later."""
    say(anna, (ANONYMOUS, BROWSER))
    (browser,) = [each for each in known_by.read(anna).values if each.kind == ANONYMOUS]
    assert (browser.seen_at, browser.since) == (NOON, NOON)
    Visitor.objects.update(seen_at=NOON - timedelta(days=3))
    (browser,) = [each for each in known_by.read(anna).values if each.kind == ANONYMOUS]
    assert browser.seen_at == NOON - timedelta(days=3)


def test_who_claims_the_same_is_named_and_led_to(anna: Customer, ben: Customer, sign_in):
    for each in (anna, ben):
        say(each, (CARD, "1234"), (ANONYMOUS, BROWSER))
    said = page_of(sign_in(), anna)
    assert f'<a href="/customers/{ben.pk}/">Ben Grün (K8)</a>' in said
    assert "what was done in it does not count for this customer" in said
    doubles = page_of(sign_in(), anna, "doubles")
    assert "Card 1234" in doubles
    assert "8f2c1d3e" not in doubles
    assert f'href="/customers/{anna.pk}/merge/{ben.pk}/"' in doubles


def test_a_shared_device_alone_makes_no_double(anna: Customer, ben: Customer, sign_in):
    for each in (anna, ben):
        say(each, (ANONYMOUS, BROWSER), trusted=False)
    assert 'id="doubles"' not in page_of(sign_in(), anna)


def test_what_both_have_says_why_each_is_suggested(anna: Customer, ben: Customer):
    carla = person("K9", email="ANNA@example.org", phone="0341 1234567")
    say(ben, (PHONE, "0341 1234567"))
    known = known_by.read(anna)
    why = {each: [one.value for one in known_by.shared(known, each)] for each in merging.suggestions(anna)}
    assert why == {ben: ["+493411234567"], carla: ["anna@example.org", "+493411234567"]}


def test_of_many_browsers_the_latest_are_shown(anna: Customer, sign_in):
    say(anna, *((ANONYMOUS, f"browser-{number}") for number in range(known_by.MOST_BROWSERS + 2)))
    assert "Of 52 browsers the latest 50." in page_of(sign_in(), anna, "known")


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("fragment", [False, True])
def test_the_pages_speak_both_languages(anna: Customer, ben: Customer, sign_in, language: str, *, fragment: bool):
    client, headers = sign_in(language=language), {"HX-Request": "true"} if fragment else {}
    for each in (anna, ben):
        say(each, (CARD, "1234"))
    pages = [page_of(client, anna, **headers)]
    pages.append(text_of(client.get(f"/customers/{anna.pk}/merge/{ben.pk}/", headers=headers)))
    done = merging.merge(kept=anna, absorbed=ben, by=None)
    pages.append(text_of(client.get(f"/customers/{anna.pk}/merges/{done.pk}/undo/", headers=headers)))
    said = "".join((*pages, page_of(client, anna, **headers)))
    with override(language):
        for words in ("Possible doubles", "Merged records", "Both side by side", "What each gets", "Undo the merge"):
            assert gettext(words) in said


@pytest.mark.parametrize("asked", ["K8", "ben@example.org", "0341 7654321", "98-76", "browser-b"])
def test_the_other_one_is_found_by_whatever_is_known(anna: Customer, ben: Customer, sign_in, asked: str):
    Customer.objects.filter(pk=ben.pk).update(email="ben@example.org")
    say(ben, (PHONE, "+49 341 7654321"), (CARD, "9876"), (ANONYMOUS, "browser-b"))
    answer = sign_in().post(f"/customers/{anna.pk}/merge/find/", {"identity": asked})
    assert (answer.status_code, answer["Location"]) == (302, f"/customers/{anna.pk}/merge/{ben.pk}/")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("K99", "Nobody is known by “K99”."),
        ("K7", "This is the customer whose page you are on."),
        ("100 %", "Nobody is known by “100 %”."),
        (" ", "Enter a number or an address of the other customer."),
    ],
)
def test_who_is_not_found_is_said_in_a_sentence(anna: Customer, sign_in, asked: str, said: str):
    answer = sign_in().post(f"/customers/{anna.pk}/merge/find/", {"identity": asked})
    assert said in text_of(answer).split('role="alert"')[1]


def test_of_several_one_is_chosen(anna: Customer, ben: Customer, sign_in):
    carla = person("K9", "Carla Rot")
    for each in (anna, ben, carla):
        say(each, (CARD, "1234"))
    said = text_of(sign_in().post(f"/customers/{anna.pk}/merge/find/", {"identity": "1234"}))
    chosen = said.split('id="choices"')[1].split("</section>")[0]
    assert [f"/merge/{each.pk}/" in chosen for each in (anna, ben, carla)] == [False, True, True]


def test_a_preview_shows_both_and_changes_nothing(anna: Customer, ben: Customer, sign_in):
    said = text_of(sign_in().get(f"/customers/{anna.pk}/merge/{ben.pk}/"))
    assert "Ben Grün (K8) becomes part of Anna Blau (K7)" in said
    both = said.split('id="both"')[1].split("</section>")[0]
    for words in ("K7, K8", "Köln", "anna@example.org", "50.00", "1 Apr 2026"):
        assert words in both
    assert "City: Köln" in said.split('id="moved"')[1].split("</section>")[0]
    assert f'href="/customers/{ben.pk}/merge/{anna.pk}/"' in said
    assert not Merge.objects.exists()


def test_two_are_merged_and_made_two_again(anna: Customer, ben: Customer, sign_in):
    client = sign_in()
    answer = client.post(f"/customers/{anna.pk}/merge/{ben.pk}/", follow=True)
    done = Merge.objects.get()
    assert answer.redirect_chain == [(f"/customers/{anna.pk}/", 302)]
    assert "Ben Grün (K8) is part of this customer from now on." in text_of(answer)
    assert f'href="/customers/{anna.pk}/merges/{done.pk}/undo/"' in text_of(answer)
    assert done.merged_by.email == "service-en@example.org"
    merged = page_of(client, anna, "merged")
    assert "Ben Grün" in merged
    assert "Undo…" in merged
    assert "of the merged record K8" in page_of(client, anna, "known")
    answer = client.post(f"/customers/{anna.pk}/merges/{done.pk}/undo/", follow=True)
    assert "The merge is undone; they are two customers again." in text_of(answer)
    assert Order.objects.filter(customer=ben).count() == 1
    again = client.get(f"/customers/{anna.pk}/merges/{done.pk}/undo/", follow=True)
    assert "This merge was undone before." in text_of(again)


def test_an_inner_merge_waits_until_the_outer_one_is_undone(anna: Customer, ben: Customer, sign_in):
    client, carla = sign_in(), person("K9", "Carla Rot")
    inner = merging.merge(kept=ben, absorbed=carla, by=None)
    merging.merge(kept=anna, absorbed=ben, by=None)
    for answer in (
        client.get(f"/customers/{ben.pk}/merges/{inner.pk}/undo/"),
        client.post(f"/customers/{ben.pk}/merges/{inner.pk}/undo/"),
    ):
        assert answer.status_code == 409
        assert f'<a href="/customers/{anna.pk}/identities/">Anna Blau (K7)</a>' in text_of(answer)
    merged = page_of(client, anna, "merged")
    assert "merged into K8 before that" in merged
    assert merged.count("Undo…") == 1


def test_who_is_one_already_is_not_merged_again(anna: Customer, ben: Customer, sign_in):
    client, carla = sign_in(), person("K9")
    merging.merge(kept=anna, absorbed=ben, by=None)
    for path in (f"{anna.pk}/merge/{ben.pk}", f"{anna.pk}/merge/{anna.pk}"):
        answer = client.post(f"/customers/{path}/", follow=True)
        assert "These two records are of one customer already." in text_of(answer)
    answer = client.get(f"/customers/{carla.pk}/merge/{ben.pk}/")
    assert answer["Location"] == f"/customers/{carla.pk}/merge/{anna.pk}/"
    assert client.get(f"/customers/{anna.pk}/merge/999999/").status_code == 404


@pytest.mark.parametrize("section", ["", "timeline/", "consent/", "identities/"])
def test_the_page_of_who_was_merged_leads_to_the_kept_one(anna: Customer, ben: Customer, sign_in, section: str):
    merging.merge(kept=anna, absorbed=ben, by=None)
    answer = sign_in().get(f"/customers/{ben.pk}/{section}", follow=True)
    assert answer.redirect_chain == [(f"/customers/{anna.pk}/{section}", 302)]
    assert "Ben Grün (K8) was merged into this customer." in text_of(answer)
    fragment = sign_in().get(f"/customers/{ben.pk}/{section}", headers={"HX-Request": "true"})
    assert fragment["HX-Redirect"] == f"/customers/{anna.pk}/{section}"


def test_an_order_and_the_erasing_of_who_was_merged_lead_to_the_kept_one(anna: Customer, ben: Customer, sign_in):
    merging.merge(kept=anna, absorbed=ben, by=None)
    order = Order.objects.get(number="B-1")
    for path in (f"orders/{order.pk}", "erase", f"merge/{anna.pk}"):
        assert sign_in("admin").get(f"/customers/{ben.pk}/{path}/")["Location"] == f"/customers/{anna.pk}/"


def test_who_was_erased_is_led_to_the_receipt_as_before(anna: Customer, sign_in):
    number = anna.pk
    receipt = erasure.erase(customer=anna, by=None)
    assert sign_in().get(f"/customers/{number}/identities/").status_code == 404
    answer = sign_in("admin").get(f"/customers/{number}/identities/")
    assert answer["Location"] == f"/customers/erasures/{receipt.pk}/"


def test_who_may_not_edit_sees_the_identities_and_no_way_to_merge(anna: Customer, ben: Customer, sign_in, monkeypatch):
    """No role is like that today."""
    monkeypatch.setitem(GRANTED, "analyst", frozenset({Permission.SEE_CUSTOMERS}))
    for each in (anna, ben):
        say(each, (CARD, "1234"))
    said = page_of(sign_in("analyst"), anna)
    assert "Card 1234" in said
    assert "Compare both…" not in said
    assert 'id="merge"' not in said


@pytest.mark.django_db(transaction=True)
def test_while_an_import_writes_nothing_is_merged_and_the_page_says_so(sign_in, monkeypatch):
    anna, ben = person("K7", "Anna Blau"), person("K8", "Ben Grün")
    monkeypatch.setattr(merging, "PATIENCE_SECONDS", 0.1)
    held, enough = threading.Event(), threading.Event()

    def write() -> None:
        with transaction.atomic():
            locking.hold_until_commit(shop().pk, patience_seconds=1)
            held.set()
            enough.wait(20)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        held.wait(20)
        answer = sign_in().post(f"/customers/{anna.pk}/merge/{ben.pk}/")
    finally:
        enough.set()
        writer.join()
    assert answer.status_code == 409
    assert "Nothing was merged" in text_of(answer)
    assert not Merge.objects.exists()


def test_a_value_that_would_be_markup_is_shown_as_text(anna: Customer, ben: Customer, sign_in):
    Customer.objects.filter(pk=ben.pk).update(name="<b>Ben</b>")
    for each in (anna, ben):
        say(each, (identities.EMAIL, "<i>@x.example"))
    client = sign_in()
    client.post(f"/customers/{anna.pk}/merge/{ben.pk}/")
    raw = client.get(f"/customers/{anna.pk}/identities/").content.decode()
    assert "<i>" not in raw
    assert "<b>Ben" not in raw
