"""The pages of partners, as a manager, an analyst and others open them."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.test import Client
from pypdf import PdfReader

from tests.act.partners.coalition import DECEMBER, closed, disputed, issue, member, partner, redeem
from tests.act.partners.test_settling import IN_OCTOBER
from treue.act.loyalty.models import Member, Programme
from treue.act.partners import settling
from treue.act.partners.forms import DecideForm
from treue.act.partners.models import Agreement, Dispute, Partner, Statement
from treue.core.shop.models import Shop
from treue.core.staff.models import ApiKey, AuditEntry

OCTOBER = date(2026, 10, 1)
BOTH = pytest.mark.parametrize("language", ["en", "de"])
TERMS = {"issue_price": "0.01", "redemption_price": "0.008", "monthly_fee": "20", "fee_rate": "2.5"}


@pytest.fixture
def client(shop: Shop, staff: Callable[..., object]) -> Callable[..., Client]:
    def sign_in(role: str = "manager", language: str = "en") -> Client:
        client = Client()
        client.force_login(staff(role, language=language))
        return client

    return sign_in


@pytest.fixture
def cafe(programme: Programme) -> Partner:
    return partner(programme, monthly_fee=Decimal(20))


@pytest.fixture
def anna(programme: Programme) -> Member:
    return member(programme)


def text_of(answer: object) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())).replace("\N{NO-BREAK SPACE}", " ")


def place(of: Partner | Statement) -> str:
    if isinstance(of, Statement):
        return f"/loyalty/partners/{of.partner_id}/statements/{of.pk}"
    return f"/loyalty/partners/{of.pk}"


@pytest.mark.parametrize(("language", "empty"), [("en", "No partners yet."), ("de", "Noch keine Partner.")])
def test_without_partners_the_page_says_what_they_are_for(
    client: Callable[..., Client], programme: Programme, language: str, empty: str
) -> None:
    assert empty in text_of(client(language=language).get("/loyalty/partners/"))


def test_without_a_programme_the_page_leads_to_it(client: Callable[..., Client]) -> None:
    assert "/loyalty/set-up/" in client().get("/loyalty/partners/").content.decode()
    assert client().get("/loyalty/partners/new/").status_code == 302


def test_a_manager_adds_a_partner_and_agrees_with_it(client: Callable[..., Client], programme: Programme) -> None:
    manager, body = client(), {"name": "Café Blatt", "code": "cafe-blatt", "state": "active"}
    assert "Use small letters" in text_of(manager.post("/loyalty/partners/new/", {**body, "code": "Café"}))
    assert manager.post("/loyalty/partners/new/", body).status_code == 302
    assert "Another partner has it." in text_of(manager.post("/loyalty/partners/new/", body))
    made = Partner.objects.get()
    assert "Nothing is agreed yet." in text_of(manager.get(f"{place(made)}/"))
    there = f"{place(made)}/agreements/new/"
    early = manager.post(there, {**TERMS, "valid_from": "2020-01-01"})
    assert "at the earliest" in text_of(early)
    assert manager.post(there, {**TERMS, "valid_from": "2199-01-01"}).status_code == 302
    agreed = Agreement.objects.get()
    assert (agreed.fee_rate, agreed.monthly_fee) == (Decimal("0.025"), 20)
    changed = {**body, "state": "paused", "email": "office@cafe.example"}
    assert manager.post(f"{place(made)}/edit/", changed).status_code == 302
    assert "Paused" in text_of(manager.get("/loyalty/partners/"))
    actions = AuditEntry.objects.filter(action__startswith="partner.").order_by("pk")
    assert list(actions.values_list("action", flat=True)) == ["partner.added", "partner.agreed", "partner.changed"]


@BOTH
def test_the_pages_speak_both_languages(
    client: Callable[..., Client], cafe: Partner, anna: Member, language: str
) -> None:
    issue(cafe, anna, 1000, now=IN_OCTOBER)
    redeem(cafe, anna, 100, now=IN_OCTOBER)
    october = closed(cafe, OCTOBER)[-1]
    reader = client("analyst", language)
    expected = {
        "/loyalty/partners/": ("Café Blatt", {"en": "Points issued in", "de": "Ausgegebene Punkte im"}[language]),
        f"{place(cafe)}/": ({"en": "Agreements", "de": "Vereinbarungen"}[language], "R-1", "B-1"),
        f"{place(october)}/": (
            {
                "en": "Café Blatt pays €29.20 to Tea House.",
                "de": "Café Blatt zahlt 29,20 € an Tea House.",
            }[language],
            {"en": "Who had issued the points redeemed", "de": "Wer die eingelösten Punkte ausgegeben hatte"}[language],
        ),
    }
    for path, texts in expected.items():
        found = text_of(reader.get(path))
        assert all(text in found for text in texts), (path, found)


def test_a_person_closes_what_they_saw(client: Callable[..., Client], cafe: Partner, anna: Member) -> None:
    settling.draft_due(cafe.programme, now=DECEMBER)
    september, october, _november = Statement.objects.order_by("month")
    manager = client()
    early = manager.post(f"{place(october)}/close/", {"seen": "20.00"}, follow=True)
    assert "Close September 2026 first." in text_of(early)
    page = manager.get(f"{place(september)}/").content.decode()
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    wrong = manager.post(f"{place(september)}/close/", {"seen": "19"}, follow=True)
    assert "It comes to €20.00 now." in text_of(wrong)
    assert "statement No. 1" in text_of(manager.post(f"{place(september)}/close/", {"seen": seen}, follow=True))
    again = manager.post(f"{place(september)}/close/", {"seen": seen}, follow=True)
    assert "A colleague was quicker" in text_of(again)
    assert "Close the statement" not in text_of(client("analyst").get(f"{place(october)}/"))
    assert client("analyst").post(f"{place(october)}/close/", {"seen": "20"}).status_code == 403
    assert client("service").get("/loyalty/partners/").status_code == 403
    assert Statement.objects.filter(state="closed").count() == 1


def test_a_line_is_disputed_and_decided(client: Callable[..., Client], cafe: Partner, anna: Member) -> None:
    issue(cafe, anna, 1000, now=IN_OCTOBER)
    october = closed(cafe, OCTOBER)[-1]
    manager, line = client(), october.lines.get(place=1)
    there = f"{place(october)}/lines/{line.pk}/dispute/"
    assert there in manager.get(f"{place(october)}/").content.decode()
    assert "Points issued: €10.00" in text_of(manager.get(there))
    assert manager.post(there, {"reason": "We sold less."}).status_code == 302
    made = Dispute.objects.get()
    decide = f"/loyalty/partners/disputes/{made.pk}/"
    assert "We sold less." in text_of(manager.get(decide))
    assert "Say what" in text_of(manager.post(decide, {"decision": "accept", "right_amount": ""}))
    assert "Accept the dispute" not in text_of(client("analyst").get(decide))
    client("analyst").post(decide, {"decision": "accept", "right_amount": "0"})
    assert Dispute.objects.get().state == "open"
    assert manager.post(decide, {"decision": "accept", "right_amount": "7.50"}).status_code == 302
    made.refresh_from_db()
    assert (made.state, made.difference) == ("accepted", Decimal("-2.50"))
    settling.draft_due(cafe.programme, now=DECEMBER)
    november = Statement.objects.latest("month")
    assert "line 1 of statement No. 2" in text_of(manager.get(f"{place(november)}/"))
    other = disputed(october, 2)
    manager.post(f"/loyalty/partners/disputes/{other.pk}/", {"decision": "reject"})
    assert Dispute.objects.get(pk=other.pk).state == "rejected"


@pytest.mark.parametrize(
    ("currency", "amount", "is_right"), [("JPY", "8", True), ("JPY", "7.5", False), ("KWD", "7.525", True)]
)
def test_what_a_line_should_have_been_is_in_the_currencys_coins(currency: str, amount: str, is_right: bool) -> None:
    assert DecideForm({"right_amount": amount}, currency=currency).is_valid() == is_right


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ["Statement No. 2 for October 2026", "Points issued", "Tea House", "€9.20", "Together", "−€0.80"]),
        ("de", ["Abrechnung Nr. 2 für Oktober 2026", "Ausgegebene Punkte", "Eingelöste Punkte", "9,20 €", "−0,80 €"]),
    ],
)
def test_a_statement_is_a_paper_whose_text_can_be_read(
    client: Callable[..., Client], programme: Programme, anna: Member, language: str, texts: list[str]
) -> None:
    odd = partner(programme, "Café Blätterwald & Söhne <Łódź> ż", "cafe")
    issue(odd, anna, 1000, now=IN_OCTOBER)
    redeem(odd, anna, 100, now=IN_OCTOBER)
    october = closed(odd, OCTOBER)[-1]
    answer = client(language=language).get(f"{place(october)}.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="treue-cafe-2026-10.pdf"'
    reader = PdfReader(BytesIO(answer.content))
    found = " ".join(page.extract_text() for page in reader.pages).replace("\N{NO-BREAK SPACE}", " ")
    assert all(text in found for text in [*texts, "Café Blätterwald & Söhne <Łódz> z"]), found
    assert reader.metadata.title.startswith(texts[0])


def test_a_statement_is_a_file_for_a_spreadsheet(client: Callable[..., Client], cafe: Partner, anna: Member) -> None:
    issue(cafe, anna, 1000, now=IN_OCTOBER)
    closed(cafe, OCTOBER)
    october = Statement.objects.get(month=OCTOBER)
    answer = client().get(f"{place(october)}.csv")
    assert b"".join(answer.streaming_content).decode("utf-8-sig").splitlines() == [
        "statement,month,place,kind,of_month,points,price,amount,currency,corrects",
        "2,2026-10,1,issue,2026-10,1000,0.0100000000,10.0000,EUR,",
        "2,2026-10,2,monthly_fee,2026-10,,,20.0000,EUR,",
    ]


def test_an_administrator_makes_a_key_that_is_shown_once(client: Callable[..., Client], cafe: Partner) -> None:
    admin = client("admin")
    page = text_of(admin.post(f"{place(cafe)}/keys/new/", {"name": "Till"}))
    assert "treue_" in page
    made = ApiKey.objects.get()
    assert (made.partner, made.scopes) == (cafe.pk, ["read", "write"])
    again = text_of(admin.get(f"{place(cafe)}/"))
    assert "Till" in again
    assert made.prefix in again
    assert client().get(f"{place(cafe)}/keys/new/").status_code == 403


def test_another_shops_partner_is_not_there(client: Callable[..., Client], cafe: Partner) -> None:
    manager = client()
    for path in ("/loyalty/partners/999/", f"{place(cafe)}/statements/9/", "/loyalty/partners/disputes/9/"):
        assert manager.get(path).status_code == 404
