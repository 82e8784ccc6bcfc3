"""The liability as a page, as files and through the API; saying what a point is worth; closing a month."""

from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape

import making
import pytest
from django.test import Client
from members import Members, day
from paper import written

from tests.core.api.asking import Asking
from treue.act.loyalty import nights
from treue.act.loyalty.books import closing, statement
from treue.act.loyalty.books.errors import MonthNotClosable, TermsMissing
from treue.act.loyalty.models import BookCursor, BookMonth, BookStanding, BookTerms, Journal, Programme
from treue.core.jobs.work import Silent
from treue.core.shop.models import Shop
from treue.core.staff import keys
from treue.core.staff.models import AuditEntry, User

pytestmark = pytest.mark.django_db
PAGE = "/loyalty/liability/"
WORTH = {
    "value_per_point": "0.01",
    "cost_per_point": "",
    "cost_increase": "",
    "interest_rate": "",
    "assumed_redemption": "",
}
LATER = datetime(2026, 10, 1, 12, tzinfo=UTC)


def client(role: str = "manager", language: str = "en") -> Client:
    user, _new = User.objects.get_or_create(email=f"{role}-{language}@example.org", role=role, language=language)
    made = Client()
    made.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return made


def text_of(answer: object) -> str:
    return unescape(answer.content.decode()).replace("\xa0", " ")


def shown(path: str = PAGE, role: str = "manager", language: str = "en") -> str:
    answer = client(role, language).get(path)
    assert answer.status_code == 200
    return text_of(answer)


@pytest.fixture
def terms(programme: Programme) -> BookTerms:
    return BookTerms.objects.create(programme=programme, value_per_point=Decimal("0.01"))


@pytest.fixture
def paper(members: Members) -> Members:
    written(members)
    return members


@pytest.mark.parametrize(("language", "said"), [("en", "no loyalty programme"), ("de", "noch kein Bonusprogramm")])
def test_without_a_programme_the_page_says_what_to_do(language: str, said: str) -> None:
    assert said in shown(language=language)


def test_without_the_value_of_a_point_the_page_asks_for_it(paper: Members) -> None:
    page = shown(f"{PAGE}?as_of=2026-06-30")
    assert "On 30 June 2026 members had 265 points outstanding." in page
    assert 'name="value_per_point"' in page
    assert 'name="value_per_point"' not in shown(role="analyst")


def test_the_value_of_a_point_is_saved_and_stands_in_the_trail(paper: Members, programme: Programme) -> None:
    answer = client().post(f"{PAGE}terms/", WORTH)
    assert (answer.status_code, answer.url) == (302, PAGE)
    terms = BookTerms.objects.get(programme=programme)
    assert (terms.cost, terms.cost_increase, terms.assumed_redemption) == (Decimal("0.01"), 0, None)
    assert AuditEntry.objects.get(action="books.valued").facts["value_per_point"] == "0.01"
    wrong = client().post(f"{PAGE}terms/", WORTH | {"value_per_point": "0"})
    assert (wrong.status_code, BookTerms.objects.get().value_per_point) == (200, Decimal("0.01"))
    assert "Enter an amount above zero" in text_of(wrong)


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "worth €2.65 if all are redeemed"), ("de", "2,65 € wert, wenn alle eingelöst werden")],
)
def test_points_that_are_too_young_to_tell_are_all_taken_for_redeemed(
    paper: Members, terms: BookTerms, language: str, said: str
) -> None:
    assert said in shown(f"{PAGE}?as_of=2026-06-30", language=language)


def test_breakage_stands_with_its_interval_and_its_formula(members: Members, terms: BookTerms) -> None:
    making.written(members)
    page = shown(f"{PAGE}?as_of=2025-12-31")
    assert "13% of them will probably be redeemed: a liability of €4.00." in page
    assert "1 − 400 ÷ 3,000" in page
    assert "3,000 active + 0 pending + 0 held = 3,000" in page
    assert "against 30 Nov 2025 (3,000)" in page


def test_a_day_that_is_none_is_said_and_today_shown(paper: Members, terms: BookTerms) -> None:
    for wrong in ("2026-02-31", "2999-01-01", "x"):
        page = shown(f"{PAGE}?as_of={wrong}")
        assert "Enter a day up to today" in page
        assert "75 points outstanding" in page


@pytest.mark.parametrize("name", ["months", "cohorts", "outstanding", "provisions"])
def test_everything_can_be_saved(paper: Members, terms: BookTerms, name: str) -> None:
    answer = client("analyst").get(f"{PAGE}{name}.csv?as_of=2026-07-31")
    assert answer["Content-Disposition"] == f'attachment; filename="treue-points-{name}-2026-07-31.csv"'
    assert len(b"".join(answer.streaming_content).splitlines()) > 1
    assert client().get(f"{PAGE}{name}.csv?as_of=never").status_code == 404
    assert client().get(f"{PAGE}other.csv").status_code == 404


def test_months_are_closed_one_after_the_other(paper: Members, terms: BookTerms, programme: Programme) -> None:
    user = User.objects.create(email="clara@example.org", role="manager")
    with pytest.raises(MonthNotClosable):
        closing.close(programme=programme, month=date(2026, 7, 1), by=user, now=LATER)
    made = closing.close(programme=programme, month=date(2026, 6, 1), by=user, now=LATER)
    assert (made.active, made.owed, made.liability) == (265, 0, Decimal("2.65"))
    assert made.through == Journal.objects.order_by("pk").last().pk
    assert AuditEntry.objects.get(action="books.closed").facts == {"month": "2026-06-01"}
    assert closing.to_close(programme, date(2026, 7, 31)) is None
    assert closing.to_close(programme, date(2026, 8, 1)) == date(2026, 7, 1)
    with pytest.raises(MonthNotClosable):
        closing.close(programme=programme, month=date(2026, 6, 1), by=user, now=LATER)


def test_nothing_is_closed_without_the_value_of_a_point(paper: Members, programme: Programme) -> None:
    with pytest.raises(TermsMissing):
        closing.close(programme=programme, month=date(2026, 6, 1), by=None, now=LATER)


def test_a_closed_month_stays_and_what_comes_late_opens_the_next(
    paper: Members, terms: BookTerms, programme: Programme
) -> None:
    closing.close(programme=programme, month=date(2026, 6, 1), by=None, now=LATER)
    paper.earn(paper.add("cleo"), 1_000, at=28)
    terms.value_per_point = Decimal(1)
    terms.save()
    june = statement.statement(programme, date(2026, 6, 30))
    assert (june.position.outstanding, june.late, june.closed.liability) == (265, 1_000, Decimal("2.65"))
    july = statement.statement(programme, date(2026, 7, 31))
    assert (july.position.outstanding, july.position_before.outstanding, july.late) == (1_075, 265, 1_000)
    assert july.provision.opening == Decimal("2.65")
    assert "+1,000 points" in shown(f"{PAGE}?as_of=2026-06-30")
    assert "a liability of €2.65" in shown(f"{PAGE}?as_of=2026-06-30")
    assert "in the figures of this one" in shown(f"{PAGE}?as_of=2026-07-31")


def test_a_month_is_closed_on_the_page(paper: Members, terms: BookTerms) -> None:
    assert "Close June 2026" in shown()
    assert client("analyst").post(f"{PAGE}close/", {"month": "2026-06-01"}).status_code == 403
    answer = client().post(f"{PAGE}close/", {"month": "2026-06-01"}, follow=True)
    assert "June 2026 is closed." in text_of(answer)
    again = client().post(f"{PAGE}close/", {"month": "2026-06-01"}, follow=True)
    assert "Somebody closed it already" in text_of(again)
    assert BookMonth.objects.count() == 1
    assert "Close July 2026" in shown()


def test_the_night_keeps_the_books(paper: Members, programme: Programme) -> None:
    nights.pass_through(programme.shop_id, Silent(), now=day(60))
    assert BookCursor.objects.get().through == Journal.objects.order_by("pk").last().pk
    assert set(BookStanding.objects.values_list("day", flat=True)) == {day(59).date()}


@pytest.fixture
def reader(shop: Shop) -> Asking:
    return Asking(keys.add(shop=shop, name="books", scopes=["read"], by=None)[1])


def test_programs_read_the_liability_of_a_day(paper: Members, terms: BookTerms, reader: Asking) -> None:
    body = reader.get("/loyalty/liability?as_of=2026-07-12").body
    assert body["points"] == {"active": 0, "pending": 0, "held": 5, "owed": 200, "outstanding": 5}
    assert (body["breakage"], body["is_closed"]) == (None, False)
    assert body["liability"] == {"amount": "0.05", "currency": "EUR"}
    terms.assumed_redemption = Decimal("0.8")
    terms.save()
    told = reader.get("/loyalty/liability").body["breakage"]
    assert told["is_assumed"]


def test_programs_hear_what_is_wrong(shop: Shop, reader: Asking) -> None:
    assert reader.get("/loyalty/liability").status == 404
    Programme.objects.create(shop=shop, name="Tea Circle")
    assert reader.get("/loyalty/liability?as_of=2999-01-01").status == 422
    empty = reader.get("/loyalty/liability").body
    assert (empty["points"]["outstanding"], empty["liability"]) == (0, None)
