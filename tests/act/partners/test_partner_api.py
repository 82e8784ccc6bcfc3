"""Partners as the shop's and their own programs ask for them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from tests.act.partners.coalition import broken, closed, issue, member, partner, points
from tests.core.api.asking import Asking
from treue.act.loyalty.models import Member, Programme
from treue.act.partners import api_writes, errors
from treue.act.partners.api_refusing import DETAILS
from treue.act.partners.models import Leg, Partner, Statement
from treue.core.shop.models import Shop
from treue.core.staff import keys

OCTOBER = datetime(2026, 10, 15, 12, tzinfo=UTC)


@pytest.fixture
def program(shop: Shop) -> Asking:
    return Asking(keys.add(shop=shop, name="shop", scopes=["read", "write"], by=None)[1])


@pytest.fixture
def cafe(programme: Programme) -> Partner:
    return partner(programme)


@pytest.fixture
def anna(programme: Programme) -> Member:
    return member(programme)


def till_of(of: Partner, *scopes: str) -> Asking:
    about = {"scopes": scopes or ["read", "write"], "by": None, "partner": of.pk}
    return Asking(keys.add(shop=of.programme.shop, name=f"till {of.code}", **about)[1])


def test_the_shop_adds_a_partner_and_agrees_with_it(program: Asking, programme: Programme) -> None:
    body = {"name": "Café Blatt", "code": "cafe-blatt"}
    assert program.send("POST", "/loyalty/partners", {**body, "dry_run": True}).body["id"] is None
    assert Partner.objects.count() == 0
    made = program.send("POST", "/loyalty/partners", body, key="k")
    assert (made.status, made.body["state"]) == (201, "active")
    assert program.send("POST", "/loyalty/partners", body, key="k").body == made.body
    again = program.send("POST", "/loyalty/partners", body)
    assert (again.status, again.body["errors"][0]["in"]) == (422, "body/name")
    place = f"/loyalty/partners/{made.body['id']}"
    today = timezone.localdate(timezone=programme.shop.tz)
    terms = {
        "valid_from": today.isoformat(),
        "issue_price": "0.0125",
        "redemption_price": "0.008",
        "fee_percent": "2.5",
    }
    assert program.send("POST", f"{place}/agreements", {**terms, "dry_run": True}).status == 200
    agreed = program.send("POST", f"{place}/agreements", terms)
    assert (agreed.status, agreed.body["issue_price"], agreed.body["fee_percent"]) == (201, "0.0125", "2.5")
    late = program.send("POST", f"{place}/agreements", terms)
    assert (late.status, late.body["errors"][0]["reason"]) == (409, "agreement-begins-too-early")
    assert len(program.get(f"{place}/agreements").body["data"]) == 1
    assert program.get(place).body == made.body
    assert program.get("/loyalty/partners").body["data"] == [made.body]
    assert program.send("POST", f"{place}/agreements", {**terms, "valid_from": "2026-02-31"}).status == 422


def test_a_till_issues_returns_redeems_and_rolls_back(cafe: Partner, anna: Member) -> None:
    till, place = till_of(cafe), f"/loyalty/partners/{cafe.pk}"
    body = {"card": anna.number, "points": 120, "reference": "R-1"}
    assert till.send("POST", f"{place}/points", {**body, "dry_run": True}).body["id"] is None
    assert (points(anna), Leg.objects.count()) == (0, 0)
    made = till.send("POST", f"{place}/points", body, key="k")
    assert (made.status, made.body["owed"], made.body["kind"]) == (201, "1.20", "issue")
    assert till.send("POST", f"{place}/points", body, key="k").body == made.body
    assert till.send("POST", f"{place}/points", {**body, "points": 121}, key="k").type == "idempotency-key-reused"
    twice = till.send("POST", f"{place}/points", body)
    assert (twice.status, twice.body["errors"][0]["reason"]) == (409, "receipt-used")
    back = till.send("POST", f"{place}/points/{made.body['id']}/returns", {"points": 20, "reference": "R-1-R"})
    assert (back.status, back.body["points"], back.body["owed"], back.body["original"]) == (
        201,
        20,
        "-0.20",
        made.body["id"],
    )
    until = (timezone.now() + timedelta(minutes=15)).isoformat()
    sale = {"card": anna.number, "points": 80, "reference": "B-1", "held_until": until}
    held = till.send("POST", f"{place}/redemptions", sale)
    assert (held.status, held.body["state"], points(anna)) == (201, "held", 20)
    there = f"{place}/redemptions/{held.body['id']}"
    captured = till.send("POST", f"{there}/capture", {"points": 60})
    assert (captured.status, captured.body["owed"], points(anna)) == (201, "-0.48", 40)
    assert till.send("POST", f"{there}/release", {}).body["errors"][0]["reason"] == "hold-has-ended"
    rolled = till.send("POST", f"{there}/roll-backs", {"reference": "B-1-R"})
    assert (rolled.status, rolled.body["points"], points(anna)) == (201, 60, 100)
    again = till.send("POST", f"{there}/roll-backs", {"reference": "B-1-R"})
    assert (again.status, again.body["errors"][0]["reason"]) == (409, "nothing-left")
    assert till.get(there).body["state"] == "rolled back"
    other = till.send("POST", f"{place}/redemptions", {**sale, "reference": "B-2"})
    assert till.send("POST", f"{place}/redemptions/{other.body['id']}/release", {}).body["state"] == "released"
    short = till.send("POST", f"{place}/redemptions", {"card": anna.number, "points": 101, "reference": "B-3"})
    assert (short.status, short.body["errors"][0]["facts"]) == (409, {"balance": 100, "asked": 101})
    told = till.get(f"{place}/transactions").body["data"]
    assert [each["kind"] for each in told] == ["roll_back", "redeem", "return", "issue"]
    assert [each["id"] for each in till.get(f"{place}/transactions", reference="R-1").body["data"]] == [made.body["id"]]
    assert till.send("POST", f"{place}/points", {**body, "card": "1"}).status == 422
    assert broken() == []


def test_a_hold_that_is_asked_for_again_after_its_time_gets_the_first_answer(
    cafe: Partner, anna: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A till that got no answer has to learn what became of it, however late."""
    issue(cafe, anna, 100)
    till, until = till_of(cafe), timezone.now() + timedelta(minutes=5)
    about = {"card": anna.number, "points": 60, "reference": "H-1", "held_until": until.isoformat()}
    there = f"/loyalty/partners/{cafe.pk}/redemptions"
    first = till.send("POST", there, about, key="h")

    class Later:
        @staticmethod
        def now() -> datetime:
            return until + timedelta(minutes=1)

    monkeypatch.setattr(api_writes, "timezone", Later)
    again = till.send("POST", there, about, key="h")
    assert (first.status, again.status, again.body["id"]) == (201, 201, first.body["id"])
    assert till.send("POST", there, about | {"reference": "H-2"}).status == 422


def test_a_partners_key_sees_and_does_what_is_its_own_alone(program: Asking, cafe: Partner, anna: Member) -> None:
    books = partner(cafe.programme, "Buchladen", "buchladen")
    given = issue(books, anna, 50)
    till = till_of(cafe)
    assert [each["id"] for each in till.get("/loyalty/partners").body["data"]] == [cafe.pk]
    there = f"/loyalty/partners/{books.pk}"
    for path in ("", "/agreements", "/transactions", "/settlements"):
        assert (till.get(there + path).status, program.get(there + path).status) == (404, 200)
    body = {"card": anna.number, "points": 5, "reference": "X"}
    for path in ("/points", "/redemptions"):
        assert till.send("POST", there + path, body).status == 404
    assert till.send("POST", f"{there}/points/{given.pk}/returns", {"reference": "X"}).status == 404
    assert till.send("POST", f"/loyalty/partners/{cafe.pk}/points/{given.pk}/returns", {"reference": "X"}).status == 404
    for path in ("/loyalty/members", f"/loyalty/members/{anna.pk}", "/customers", "/events", "/loyalty/rewards"):
        refused = till.get(path)
        assert (refused.status, refused.type) == (403, "forbidden")
    assert till.send("POST", f"/loyalty/members/{anna.pk}/points", {"points": 5, "reason": "x"}).status == 403
    terms = {"valid_from": "2027-01-01", "issue_price": "0", "redemption_price": "9"}
    assert till.send("POST", f"/loyalty/partners/{cafe.pk}/agreements", terms).status == 403
    assert till.send("POST", "/loyalty/partners", {"name": "x", "code": "x"}).status == 403
    reader = till_of(books, "read")
    assert reader.send("POST", f"{there}/points", body).status == 403
    assert (points(anna), Leg.objects.count()) == (50, 1)


def test_settlements_are_read_and_disputed(cafe: Partner, anna: Member) -> None:
    issue(cafe, anna, 1000, now=OCTOBER)
    closed(cafe, OCTOBER.date().replace(day=1))
    till, place = till_of(cafe), f"/loyalty/partners/{cafe.pk}/settlements"
    drafted, october, _september = till.get(place).body["data"]
    assert (drafted["state"], drafted["number"], october["number"], october["payer"]) == ("draft", None, 2, "partner")
    assert october["amount"] == {"amount": "10.00", "currency": "EUR"}
    assert till.get(f"{place}/{october['id']}").body == october
    (line,) = till.get(f"{place}/{october['id']}/lines").body["data"]
    assert (line["kind"], line["points"], line["price"], line["disputed"]) == ("issue", 1000, "0.01", False)
    there = f"{place}/{october['id']}/lines/{line['id']}/disputes"
    assert till.send("POST", there, {"reason": "Wrong.", "dry_run": True}).body["id"] is None
    made = till.send("POST", there, {"reason": "Wrong."})
    assert (made.status, made.body["state"]) == (201, "open")
    again = till.send("POST", there, {"reason": "Wrong."})
    assert (again.status, again.body["errors"][0]["reason"]) == (409, "disputed-already")
    assert till.get(f"{place}/{october['id']}/lines").body["data"][0]["disputed"]
    first = till.get(place, limit=1).body
    assert till.get(place, limit=2, after=first["next"]).body["data"][0]["id"] == october["id"]
    assert till.send("POST", f"{place}/{october['id']}/lines/{2**62}/disputes", {"reason": "x"}).status == 404
    assert Statement.objects.get(pk=october["id"]).amount == 10


def test_what_a_partner_did_is_undone_by_the_partner_alone(program: Asking, cafe: Partner, anna: Member) -> None:
    """What the shop undid by the ledger alone would leave what is owed."""
    given = issue(cafe, anna, 100)
    until = (timezone.now() + timedelta(minutes=15)).isoformat()
    sale = {"card": anna.number, "points": 40, "reference": "B-1", "held_until": until}
    held = program.send("POST", f"/loyalty/partners/{cafe.pk}/redemptions", sale).body
    assert program.send("POST", f"/loyalty/transactions/{given.journal_id}/returns", {}).status == 404
    for deed in ("capture", "release", "roll-backs"):
        answer = program.send("POST", f"/loyalty/redemptions/{held['transaction']}/{deed}", {})
        assert (answer.status, answer.body["errors"][0]["reason"]) == (409, "belongs-to-something")
    assert (points(anna), broken()) == (60, [])


def test_every_refusal_has_words(programme: Programme) -> None:
    known = set(errors.PartnerError.__subclasses__()) | set(errors.SettlementError.__subclasses__())
    by_console = {"MonthNotOver", "MonthBeforeOpen", "ClosedAlready", "StatementChanged", "DisputeDecided"}
    assert {each.__name__ for each in known - set(DETAILS)} == by_console | {"NameTaken", "SettlementError"}
