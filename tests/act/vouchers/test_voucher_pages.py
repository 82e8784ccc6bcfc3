"""The pages of vouchers, as a manager and others open them."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client

from tests.act.vouchers.giving import basket, campaign, code, redeem, roll_back
from treue.act.vouchers import codes
from treue.act.vouchers.models import Campaign, Code
from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.core.shop.models import Shop
from treue.core.staff.models import AuditEntry

TERMS = {"name": "Welcome", "benefit": "amount", "amount": "5", "kind": "unique", "match": "any"}


@pytest.fixture
def client(shop: Shop, staff: Callable[..., object]) -> Callable[..., Client]:
    def sign_in(role: str = "manager", language: str = "en") -> Client:
        client = Client()
        client.force_login(staff(role, language=language))
        return client

    return sign_in


def text_of(answer: object) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def made(client: Client, **terms: object) -> object:
    """As a person does it: fill in, read what it says, make it."""
    said = client.post("/vouchers/new/", {**TERMS, **terms})
    mark = re.search(r'name="said" value="(\w+)"', said.content.decode())
    return client.post("/vouchers/new/", {**TERMS, **terms, "said": mark[1]}) if mark else said


@pytest.mark.parametrize(
    ("language", "empty"), [("en", "No campaigns yet."), ("de", "Noch keine Aktionen.")], ids=["en", "de"]
)
def test_without_campaigns_the_page_says_what_to_do(client: Callable[..., Client], language: str, empty: str) -> None:
    assert empty in text_of(client(language=language).get("/vouchers/"))


def test_the_list_says_what_came_of_each(client: Callable[..., Client], shop: Shop) -> None:
    counted, open_one = campaign(shop, name="Counted", budget=Decimal(50)), campaign(shop, name="Open")
    for each in (counted, open_one):
        done = [redeem(code(each), key=f"{each.pk} {place}")[0] for place in range(3)]
        roll_back(done[0])
    page = text_of(client().get("/vouchers/"))
    assert page.count("Running 3 2 €10.00") == 2


def test_a_campaign_is_said_before_it_is_made(client: Callable[..., Client], shop: Shop) -> None:
    manager = client()
    given = {"minimum": "20", "categories": "Tea\nCups", "last_day": "2026-12-31", "budget": "100"}
    said = text_of(manager.post("/vouchers/new/", {**TERMS, **given}))
    assert (
        "Takes €5.00 off. From a basket of €20.00 on. Only for Tea, Cups. Valid up to and including 31 Dec 2026. "
        "Each code can be used once. It cannot be combined with other vouchers. It may cost €100.00 in all." in said
    )
    assert not Campaign.objects.exists()
    answer = made(manager, **given)
    of = Campaign.objects.get()
    assert answer.url == f"/vouchers/{of.pk}/"
    assert of.valid_until.isoformat() == "2026-12-31T23:00:00+00:00"
    assert AuditEntry.objects.filter(action="voucher.campaign_made").exists()


def test_what_was_changed_since_is_said_again(client: Callable[..., Client]) -> None:
    manager = client()
    said = manager.post("/vouchers/new/", TERMS).content.decode()
    mark = re.search(r'name="said" value="(\w+)"', said)[1]
    answer = manager.post("/vouchers/new/", {**TERMS, "amount": "50", "said": mark})
    assert "Takes €50.00 off." in text_of(answer)
    assert not Campaign.objects.exists()


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(
    "terms",
    [
        {"benefit": "percent", "percent": "12.5", "amount": "", "first_day": "2026-12-01", "most_redemptions": "9"},
        {"benefit": "product", "product": "CUP", "amount": "", "products": "TEA-1", "match": "all"},
        {"benefit": "delivery", "amount": "", "kind": "multi", "text": "summer-26", "most_per_customer": "1"},
        {"keeps_rest": "on", "is_combinable": "on", "most_codes": "10"},
    ],
)
def test_every_kind_can_be_made(client: Callable[..., Client], language: str, terms: dict[str, str]) -> None:
    given = {**terms, "percent": "12,5"} if language == "de" and "percent" in terms else terms
    manager = client(language=language)
    assert made(manager, **given).status_code == 302
    page = manager.get(f"/vouchers/{Campaign.objects.get().pk}/")
    assert page.status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [{"amount": ""}, {"percent": "5"}, {"kind": "multi"}, {"last_day": "2026-01-01", "first_day": "2026-02-01"}],
)
def test_what_cannot_be_is_said_at_the_field(client: Callable[..., Client], wrong: dict[str, str]) -> None:
    page = text_of(made(client(), **wrong))
    assert "This cannot be, or not together with the rest." in page
    assert not Campaign.objects.exists()


def test_a_name_or_code_that_is_taken_is_said(client: Callable[..., Client]) -> None:
    manager = client()
    word = {"benefit": "delivery", "amount": "", "kind": "multi", "text": "summer26"}
    made(manager, **word)
    assert "There is a campaign of this name." in text_of(made(manager, **word))
    assert "There is such a code already." in text_of(made(manager, **word, name="Other"))


def test_codes_are_made_as_a_job_and_saved(client: Callable[..., Client], shop: Shop) -> None:
    of, manager = campaign(shop), client()
    assert manager.post(f"/vouchers/{of.pk}/make/", {"count": "30", "prefix": "tea"}).status_code == 302
    assert "Making codes of vouchers" in text_of(manager.get(f"/vouchers/{of.pk}/"))
    work.run(Job.objects.get().pk)
    lines = b"".join(manager.get(f"/vouchers/{of.pk}/codes.csv").streaming_content).decode("utf-8-sig").splitlines()
    assert lines[0] == "code,state,uses,most_uses"
    saved = [line.split(",") for line in lines[1:]]
    assert {codes.plain(each[0]) for each in saved} == set(Code.objects.values_list("text", flat=True))
    assert {tuple(each[1:]) for each in saved} == {("given", "0", "1")}
    (entry,) = AuditEntry.objects.filter(action="voucher.codes_exported")
    assert entry.subject == f"campaign {of.pk}"


def test_too_many_codes_are_refused_with_what_is_left(client: Callable[..., Client], shop: Shop) -> None:
    of = campaign(shop, most_codes=5)
    page = client().post(f"/vouchers/{of.pk}/make/", {"count": "6"})
    assert "The campaign has room for 5 more codes." in text_of(page)


def test_pages_show_no_code_in_full(client: Callable[..., Client], shop: Shop) -> None:
    of = campaign(shop)
    given = code(of)
    redeem(given)
    manager = client()
    pages = [manager.get("/vouchers/"), manager.get(f"/vouchers/{of.pk}/")]
    pages.append(manager.post("/vouchers/look-up/", {"text": given.text}))
    for page in pages:
        assert given.text not in page.content.decode()
        assert codes.grouped(given.text) not in page.content.decode()


def test_a_code_is_looked_up_and_cancelled(client: Callable[..., Client], shop: Shop) -> None:
    given, manager = code(campaign(shop, name="Welcome")), client()
    page = text_of(manager.post("/vouchers/look-up/", {"text": codes.grouped(given.text).lower()}))
    assert "Can be redeemed" in page
    assert "Welcome" in page
    assert manager.post(f"/vouchers/codes/{given.pk}/cancel/").status_code == 302
    assert "Cancelled" in text_of(manager.post("/vouchers/look-up/", {"text": given.text}))
    assert "There is no such code." in text_of(manager.post("/vouchers/look-up/", {"text": "SUMMER25"}))
    typo = given.text[:-1] + ("2" if given.text[-1] != "2" else "3")
    assert "A character of the code is wrong." in text_of(manager.post("/vouchers/look-up/", {"text": typo}))


def test_who_comes_to_a_looked_up_code_by_its_address_enters_it_anew(client: Callable[[str], Client]) -> None:
    assert client("service").get("/vouchers/look-up/").url == "/vouchers/"


def test_a_campaign_is_ended(client: Callable[..., Client], shop: Shop) -> None:
    of, manager = campaign(shop), client()
    manager.post(f"/vouchers/{of.pk}/end/")
    page = text_of(manager.get(f"/vouchers/{of.pk}/"))
    assert "Ended" in page
    assert "End the campaign" not in page


def test_service_looks_up_and_analysts_see_no_orders(client: Callable[..., Client], shop: Shop) -> None:
    of = campaign(shop)
    given = code(of)
    redeem(given, of=basket(), order_number="A-4711")
    for role, sees in (("service", True), ("analyst", False), ("manager", True)):
        page = client(role).get(f"/vouchers/{of.pk}/").content.decode()
        assert ("A-4711" in page) is sees
        assert ("codes.csv" in page) is (role == "manager")
        assert (f"/vouchers/{of.pk}/make/" in page) is (role == "manager")
    looked = client("service").post("/vouchers/look-up/", {"text": code(of).text}).content.decode()
    assert "Can be redeemed" in looked
    assert "/cancel/" not in looked
