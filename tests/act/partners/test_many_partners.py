"""Lists of partners and statements ask as much of twelve as of two, and long ones have pages."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test import Client

from tests.act.partners.coalition import closed, issue, member, partner, redeem
from tests.asked import questions
from tests.core.api.asking import Asking
from treue.act.loyalty.models import Member, Programme
from treue.act.partners import settling, unsettled, views
from treue.act.partners.models import Partner, Statement
from treue.core.shop.models import Shop
from treue.core.staff import keys

IN_OCTOBER, NEXT_AUTUMN = datetime(2026, 10, 15, 12, tzinfo=UTC), datetime(2027, 9, 2, 12, tzinfo=UTC)
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


@pytest.fixture
def anna(programme: Programme) -> Member:
    return member(programme)


@pytest.fixture
def manager(shop: Shop, staff: Callable[..., object]) -> Client:
    client = Client()
    client.force_login(staff("manager", language="en"))
    return client


def partners(programme: Programme, anna: Member, numbers: range) -> list[Partner]:
    """Each issued and redeemed something."""
    made = [partner(programme, f"Merchant {each:02}", f"merchant-{each}", monthly_fee=Decimal(20)) for each in numbers]
    for each in made:
        issue(each, anna, 100 * each.pk, f"R-{each.pk}", now=IN_OCTOBER)
        redeem(each, anna, 10, f"B-{each.pk}")
    return made


def test_twelve_partners_ask_as_much_as_two(programme: Programme, anna: Member, manager: Client) -> None:
    def look() -> None:
        assert manager.get("/loyalty/partners/").status_code == 200

    first, _second = partners(programme, anna, range(2))
    closed(first, OCTOBER)
    look()
    of_two = questions(look)
    more = partners(programme, anna, range(2, 12))
    closed(more[0], OCTOBER)
    assert questions(look) == of_two


def test_twelve_drafts_ask_as_much_as_two(shop: Shop, programme: Programme, anna: Member, manager: Client) -> None:
    reader = Asking(keys.add(shop=shop, name="till", scopes=["read"], by=None)[1])

    def look() -> None:
        assert manager.get(f"/loyalty/partners/{cafe.pk}/").status_code == 200

    def read() -> None:
        assert reader.get(f"/loyalty/partners/{cafe.pk}/settlements").status == 200

    (cafe,) = partners(programme, anna, range(1))
    settling.draft_due(programme, now=datetime(2026, 11, 2, 12, tzinfo=UTC))
    look()
    of_two = questions(look), questions(read)
    settling.draft_due(programme, now=NEXT_AUTUMN)
    assert Statement.objects.count() == 12
    assert (questions(look), questions(read)) == of_two


def test_what_many_owe_is_what_each_owes(programme: Programme, anna: Member) -> None:
    them = partners(programme, anna, range(3))
    closed(them[1], OCTOBER)
    settling.draft_due(programme, now=NEXT_AUTUMN)
    for each in them:
        issue(each, anna, 50, f"L-{each.pk}", now=IN_OCTOBER)  # late
    together = unsettled.of_all(them, NOVEMBER)
    drafts = list(settling.of(programme.shop).filter(state="draft"))
    amounts = settling.amounts(drafts)
    assert amounts == {each.pk: settling.account(each).amount for each in drafts}
    for each in them:
        alone = sum(amounts[draft.pk] for draft in drafts if draft.partner_id == each.pk and draft.month <= NOVEMBER)
        assert together[each.pk].amount(NOVEMBER) == unsettled.of(each, NOVEMBER).amount(NOVEMBER) == alone > 0


def test_what_is_settled_is_found_by_index(programme: Programme, anna: Member) -> None:
    partners(programme, anna, range(1))
    about = {"partners": [1], "months": [OCTOBER], "last_legs": [7], "until": NOVEMBER}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute(f"explain {unsettled.MOVED}", about)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan" not in plan
    assert "month > p.month" in plan
    assert "id > p.last_leg" in plan


def test_partners_are_shown_page_by_page(
    programme: Programme, anna: Member, manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views.paging.in_order, "__kwdefaults__", {"size": 2})
    partners(programme, anna, range(3))
    page = manager.get("/loyalty/partners/")
    assert [name in page.content.decode() for name in ("Merchant 00", "Merchant 01", "Merchant 02")] == [
        True,
        True,
        False,
    ]
    page = manager.get(f"/loyalty/partners/{page.context['pager'].next_url}")
    assert [name in page.content.decode() for name in ("Merchant 01", "Merchant 02")] == [False, True]
