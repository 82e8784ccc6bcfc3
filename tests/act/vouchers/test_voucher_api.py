"""Vouchers as a till and a shop ask for them."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from tests.act.vouchers.giving import NOW, campaign, code
from tests.core.api.asking import Asking
from tests.core.lake import buying
from treue.act.vouchers import codes, misses
from treue.act.vouchers.models import Campaign, Code, Redemption, RollBack
from treue.core.shop.models import Shop
from treue.core.staff import keys
from treue.core.throttling.models import Tally

LINES = [{"product_id": "TEA-1", "category": "Tea", "price": "8.30", "quantity": "3"}]
REDEEM, VALIDATE = "/vouchers/redemptions", "/vouchers/validations"


@pytest.fixture
def till(shop: Shop) -> Asking:
    return Asking(keys.add(shop=shop, name="till", scopes=["read", "write"], by=None)[1])


def body(*given: Code, **more: object) -> dict[str, object]:
    return {"codes": [each.text for each in given], "currency": "EUR", "lines": LINES, "order": "A-1", **more}


def asked(*given: Code, **more: object) -> dict[str, object]:
    return {name: value for name, value in body(*given, **more).items() if name != "order"}


def test_a_till_asks_redeems_and_rolls_back(till: Asking, shop: Shop) -> None:
    anna = buying.customer(shop, "C-1017")
    given = code(campaign(shop, "percent", name="Welcome"), anna)
    verdict = till.send("POST", VALIDATE, asked(given, customer="C-1017"), key="")
    assert (verdict.status, verdict.body["discount"]) == (200, {"amount": "2.49", "currency": "EUR"})
    assert not Redemption.objects.exists()
    made = till.send("POST", REDEEM, body(given, customer="C-1017"), key="k1")
    assert made.status == 201
    (redemption,) = made.body["redemptions"]
    assert (redemption["discount"]["amount"], redemption["customer"], redemption["order"]) == ("2.49", anna.pk, "A-1")
    assert till.send("POST", REDEEM, body(given, customer="C-1017"), key="k1").body == made.body
    place = f"{REDEEM}/{redemption['id']}"
    part = till.send("POST", f"{place}/roll-backs", {"returned": "8.30"})
    assert (part.status, part.body["amount"]["amount"]) == (201, "0.83")
    rest = till.send("POST", f"{place}/roll-backs", {})
    assert (rest.body["amount"]["amount"], rest.body["returned"]["amount"]) == ("1.66", "16.60")
    read = till.get(place).body
    assert (read["state"], read["rolled_back"]["amount"]) == ("rolled back", "2.49")
    more = till.send("POST", f"{place}/roll-backs", {})
    assert (more.status, more.body["errors"][0]["reason"]) == (409, "rolled-back-already")


def test_no_basket_is_worth_more_than_can_be_kept(till: Asking, shop: Shop) -> None:
    given = code(campaign(shop, "percent"))
    huge = [{"product_id": "TEA-1", "price": "9999999999", "quantity": "99999999"}]
    for path, more in ((VALIDATE, {}), (REDEEM, {"order": "A-1"})):
        answer = till.send("POST", path, asked(given) | {"lines": huge, **more})
        assert (answer.status, answer.body["errors"][0]["in"]) == (422, "body/lines")


@pytest.mark.parametrize("order", [{}, {"order": None}, {"order": ""}, {"order": "  "}])
def test_nothing_is_redeemed_without_the_number_of_its_order(till: Asking, shop: Shop, order: dict) -> None:
    given = code(campaign(shop))
    sent = {name: value for name, value in body(given).items() if name != "order"} | order
    answer = till.send("POST", REDEEM, sent)
    assert (answer.status, answer.body["errors"][0]["in"]) == (422, "body/order")


def test_a_code_is_taken_as_it_is_typed(till: Asking, shop: Shop) -> None:
    given = code(campaign(shop))
    typed = codes.grouped(given.text).lower()
    assert till.send("POST", REDEEM, body() | {"codes": [typed]}).status == 201


def test_a_refusal_says_why_with_its_facts(till: Asking, shop: Shop) -> None:
    ended = code(campaign(shop, valid_until=NOW - timedelta(days=400)))
    dear = code(campaign(shop, minimum=Decimal(100)))
    answer = till.send("POST", REDEEM, body(ended, dear))
    assert (answer.status, answer.type) == (409, "refused")
    first, second = answer.body["errors"]
    assert (first["in"], first["reason"], first["facts"]) == (
        "body/codes/0",
        "expired",
        {"valid_until": "2025-10-25T12:00:00Z"},
    )
    assert (second["reason"], second["facts"]) == ("below-minimum", {"minimum": "100.00", "basket": "24.90"})
    assert "€" not in str(answer.body)
    told = till.send("POST", REDEEM, body(ended, dear, dry_run=True))
    assert told.status == 200
    assert [each["reason"] for each in told.body["refused"]] == ["expired", "below-minimum"]


def test_after_a_refusal_the_same_key_can_be_sent_again(till: Asking, shop: Shop) -> None:
    given = code(campaign(shop, most_redemptions=1))
    Campaign.objects.update(redemptions=1)
    assert till.send("POST", REDEEM, body(given), key="k1").status == 409
    Campaign.objects.update(redemptions=0)
    assert till.send("POST", REDEEM, body(given), key="k1").status == 201


def test_another_body_under_the_same_key_is_refused(till: Asking, shop: Shop) -> None:
    given = code(campaign(shop))
    till.send("POST", REDEEM, body(given), key="k1")
    assert till.send("POST", REDEEM, body(given, order="A-2"), key="k1").type == "idempotency-key-reused"


def test_the_first_answer_is_given_when_the_api_has_forgotten_it(till: Asking, shop: Shop) -> None:
    from treue.core.api.models import Answer

    given = code(campaign(shop))
    first = till.send("POST", REDEEM, body(given), key="k1")
    Answer.objects.all().delete()
    assert till.send("POST", REDEEM, body(given), key="k1").body == first.body
    Answer.objects.all().delete()
    assert till.send("POST", REDEEM, body(given, order="A-2"), key="k1").type == "idempotency-key-reused"


@pytest.mark.parametrize(
    ("path", "given"),
    [
        (REDEEM, {}),
        (f"{REDEEM}/{{redemption}}/roll-backs", {}),
        ("/vouchers/campaigns", {"name": "New", "benefit": "delivery"}),
        ("/vouchers/campaigns/{campaign}/codes", {}),
        ("/vouchers/cancellations", {"code": "{code}"}),
    ],
)
def test_a_dry_run_of_every_write_changes_nothing(
    till: Asking, shop: Shop, path: str, given: dict[str, object]
) -> None:
    of = campaign(shop)
    one, other = code(of), code(of)
    redemption = till.send("POST", REDEEM, body(one)).body["redemptions"][0]["id"]
    names = {"redemption": redemption, "campaign": of.pk, "code": other.text}
    sent = {name: value.format(**names) if isinstance(value, str) else value for name, value in given.items()}
    if path == REDEEM:
        sent = body(other, order="A-2")

    def state() -> list[object]:
        tables = (Campaign, Code, Redemption, RollBack)
        return [list(table.objects.order_by("pk").values()) for table in tables]

    before = state()
    dry = till.send("POST", path.format(**names), {**sent, "dry_run": True}, key="k9")
    assert dry.status == 200
    assert state() == before
    wet = till.send("POST", path.format(**names), sent, key="k9")
    assert wet.status in (200, 201), "the key was not used up by the dry run"
    assert state() != before


def test_a_campaign_is_made_and_its_codes_are_given(till: Asking, shop: Shop) -> None:
    terms = {"name": "Winter", "benefit": "percent", "percent": "15", "categories": ["Tea"], "most_codes": 1}
    made = till.send("POST", "/vouchers/campaigns", terms)
    assert (made.status, made.body["percent"], made.body["spent"]) == (201, "15", {"amount": "0.00", "currency": "EUR"})
    place = f"/vouchers/campaigns/{made.body['id']}"
    given = till.send("POST", f"{place}/codes", {}, key="k1")
    assert given.status == 201
    assert till.send("POST", f"{place}/codes", {}, key="k1").body == given.body
    full = till.send("POST", f"{place}/codes", {})
    assert (full.status, full.body["errors"][0]["facts"]) == (409, {"left": 0, "asked": 1})
    assert till.send("POST", REDEEM, body() | {"codes": [given.body["code"]]}).status == 201
    read = till.get(place).body
    assert (read["codes"], read["redeemed"], read["spent"]["amount"]) == (1, 1, "3.74")
    assert till.get("/vouchers/campaigns").body == {"data": [read], "next": None}


def test_campaigns_come_in_pages(till: Asking, shop: Shop) -> None:
    made = [campaign(shop).pk for _each in range(3)]
    first = till.get("/vouchers/campaigns", limit=2).body
    rest = till.get("/vouchers/campaigns", limit=2, after=first["next"]).body
    assert [each["id"] for each in first["data"] + rest["data"]] == made[::-1]


@pytest.mark.parametrize(
    ("terms", "place"),
    [
        ({"benefit": "amount"}, "body/amount"),
        ({"benefit": "amount", "amount": "5", "percent": "5"}, "body/percent"),
        ({"benefit": "product"}, "body/product_id"),
        ({"benefit": "amount", "amount": "5.001"}, "body/amount"),
        ({"benefit": "amount", "amount": "5.50", "currency": "JPY"}, "body/amount"),
        ({"benefit": "delivery", "kind": "multi"}, "body/code"),
        ({"benefit": "delivery", "code": "SUMMER25"}, "body/code"),
        ({"benefit": "amount", "amount": "5", "keeps_rest": True}, "body/keeps_rest"),
        (
            {"benefit": "delivery", "valid_from": "2026-12-01T00:00:00Z", "valid_until": "2026-12-01T01:00:00+01:00"},
            "body/valid_until",
        ),
    ],
)
def test_a_campaign_that_cannot_be_says_where(till: Asking, terms: dict[str, object], place: str) -> None:
    answer = till.send("POST", "/vouchers/campaigns", {"name": "Winter", **terms})
    assert (answer.status, answer.body["errors"][0]["in"]) == (422, place)
    assert not Campaign.objects.exists()


def test_two_campaigns_or_codes_of_one_name_cannot_be(till: Asking) -> None:
    terms = {"name": "Winter", "benefit": "delivery", "kind": "multi", "code": "winter-26"}
    assert till.send("POST", "/vouchers/campaigns", terms).status == 201
    assert till.send("POST", "/vouchers/campaigns", terms).body["errors"][0]["reason"] == "campaign-name-taken"
    other = till.send("POST", "/vouchers/campaigns", {**terms, "name": "Other"})
    assert other.body["errors"][0]["reason"] == "code-taken"


def test_a_code_is_cancelled_once(till: Asking, shop: Shop) -> None:
    given = code(campaign(shop))
    answers = [till.send("POST", "/vouchers/cancellations", {"code": given.text}).body for _each in range(2)]
    assert answers == [{"cancelled": True}, {"cancelled": False}]
    assert till.send("POST", REDEEM, body(given)).body["errors"][0]["reason"] == "code-cancelled"


def test_a_customer_that_nobody_knows_is_said(till: Asking, shop: Shop) -> None:
    answer = till.send("POST", REDEEM, body(code(campaign(shop)), customer="C-0"))
    assert (answer.status, answer.body["errors"][0]["in"]) == (422, "body/customer")


def within_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries are counted for a minute: let it not be over between two of them."""
    monkeypatch.setattr("treue.act.vouchers.api_refusing.timezone", SimpleNamespace(now=lambda: NOW))


def test_whoever_guesses_is_slowed(till: Asking, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(misses, "FROM_AN_ADDRESS", replace(misses.FROM_AN_ADDRESS, most=10))
    within_a_minute(monkeypatch)
    given = code(campaign(shop))
    tries = [till.send("POST", VALIDATE, asked() | {"codes": ["GUESS-1", "GUESS-2"]}, key="") for _each in range(4)]
    tries += [till.send("POST", REDEEM, body() | {"codes": ["GUESS-1"]}) for _each in range(2)]
    tries += [till.send("POST", "/vouchers/cancellations", {"code": "GUESS-3"}) for _each in range(1)]
    assert [each.status for each in tries] == [200] * 4 + [409] * 2 + [429]
    assert 0 < int(tries[-1].headers["Retry-After"]) <= 60
    assert till.send("POST", REDEEM, body(given)).status == 429, "not even a code that there is"
    Tally.objects.update(since=NOW - timedelta(minutes=1))
    assert till.send("POST", REDEEM, body(given)).status == 201, "in the next minute"


def test_a_key_is_slowed_from_wherever_it_comes(till: Asking, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(misses, "OF_A_KEY", replace(misses.OF_A_KEY, most=3))
    within_a_minute(monkeypatch)
    for place in range(3):
        till.client.defaults["REMOTE_ADDR"] = f"203.0.113.{place}"
        assert till.send("POST", VALIDATE, asked() | {"codes": ["GUESS"]}, key="").status == 200
    assert till.send("POST", VALIDATE, asked() | {"codes": ["GUESS"]}, key="").status == 429
    other = Asking(keys.add(shop=shop, name="other", scopes=["read"], by=None)[1])
    assert other.send("POST", VALIDATE, asked() | {"codes": ["GUESS"]}, key="").status == 200
    assert not any("203.0.113" in each.who for each in Tally.objects.all())


def test_a_key_to_read_can_ask_and_not_redeem(shop: Shop) -> None:
    reader = Asking(keys.add(shop=shop, name="cart", scopes=["read"], by=None)[1])
    given = code(campaign(shop))
    assert reader.send("POST", VALIDATE, asked(given), key="").status == 200
    assert reader.send("POST", REDEEM, body(given)).status == 403
    assert not Redemption.objects.exists()


def test_another_shop_sees_nothing(till: Asking, shop: Shop) -> None:
    given = code(campaign(shop))
    redemption = till.send("POST", REDEEM, body(given)).body["redemptions"][0]["id"]
    other = Shop.objects.create(name="Coffee House")
    stranger = Asking(keys.add(shop=other, name="till", scopes=["read", "write"], by=None)[1])
    assert stranger.get(f"{REDEEM}/{redemption}").status == 404
    assert stranger.get(f"/vouchers/campaigns/{given.campaign_id}").status == 404
    assert stranger.send("POST", f"{REDEEM}/{redemption}/roll-backs", {}).status == 404
    assert stranger.send("POST", f"/vouchers/campaigns/{given.campaign_id}/codes", {}).status == 404
    assert stranger.send("POST", REDEEM, body(given)).body["errors"][0]["reason"] == "unknown-code"


def test_no_answer_repeats_a_code(till: Asking, shop: Shop) -> None:
    given = code(campaign(shop))
    answers = [till.send("POST", REDEEM, body(given, dry_run=dry)) for dry in (True, False, False)]
    answers.append(till.send("POST", VALIDATE, asked(given), key=""))
    answers.append(till.send("POST", REDEEM, body(given) | {"codes": [given.text + "0" * 90]}))
    assert [each.status for each in answers] == [200, 201, 409, 200, 422]
    assert not [each for each in answers if given.text in str(each.body)]
