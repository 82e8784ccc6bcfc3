"""Who is in a group: a list by revenue, paged by key, and as CSV."""

from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from tests.understand.segments.grouped import UNKNOWN, cell, segmentation, standing
from tests.understand.segments.test_segments_page import page, plain, signed_in
from treue.core.customers import consent
from treue.core.customers.models import Channel, Customer, Purpose
from treue.core.shop.models import Shop
from treue.core.staff.models import AuditEntry
from treue.understand.segments import members
from treue.understand.segments.models import Segmentation, Standing


def people(shop: Shop, count: int) -> list[Customer]:
    return Customer.objects.bulk_create(
        Customer(shop=shop, number=f"C-{place:04}", name=f"Person {place}") for place in range(count)
    )


@pytest.fixture
def current(shop: Shop) -> Segmentation:
    return segmentation(shop)


def all_pages(current: Segmentation, size: int) -> list[list[int]]:
    """Forth to the end, and back again."""
    everybody = members.of(current, "at risk")
    forth = [members.page(everybody, after=None, before=None, size=size)]
    while forth[-1].has_next:
        forth.append(members.page(everybody, after=forth[-1].rows[-1].customer_id, before=None, size=size))
    back = [forth[-1]]
    while back[-1].has_previous:
        back.append(members.page(everybody, after=None, before=back[-1].rows[0].customer_id, size=size))
    ids = [[row.customer_id for row in one.rows] for one in forth]
    assert [[row.customer_id for row in one.rows] for one in back[::-1]] == ids
    return ids


@pytest.mark.parametrize("size", [1, 3, 4, 50])
def test_pages_hold_everybody_once_also_those_who_spent_alike(current: Segmentation, shop: Shop, size: int):
    spent = [10, 30, 20, 20, 20, 30, 0, 20]
    known = people(shop, len(spent))
    for each, amount in zip(known, spent, strict=True):
        standing(current, each, monetary=Decimal(amount))
    expected = [known[place].pk for place in sorted(range(len(spent)), key=lambda place: (-spent[place], place))]
    pages = all_pages(current, size)
    assert [each for one in pages for each in one] == expected
    assert all(len(one) <= size for one in pages)


def test_who_left_the_group_leads_to_the_first_page(current: Segmentation, shop: Shop):
    anna, ben = people(shop, 2)
    standing(current, anna)
    standing(current, ben, group="loyal")
    found = members.page(members.of(current, "at risk"), after=ben.pk, before=None)
    assert [row.customer_id for row in found.rows] == [anna.pk]


def test_the_list_says_who_what_they_spent_and_their_rhythm(current: Segmentation, shop: Shop):
    cell(current, 2, 4, "at risk", 2, 800)
    anna, ben = people(shop, 2)
    standing(current, anna)
    standing(current, ben, monetary=Decimal(7), recency_days=1, **UNKNOWN)
    text = page("/segments/at-risk/")
    for each in (
        "Group “At risk”",
        f'<a href="/customers/{anna.pk}/">Person 0</a>',
        "€412.50",
        "20 Apr 2026",
        "Used to buy often or for much, and have stayed away long. As of 30 Jun 2026.",
        "Usually buys every 34 days; 71 had passed by 30 Jun 2026",
        '<span class="badge warn">overdue</span>',
        "Last purchase 1 day before 30 Jun 2026",
        "2 customers, those with the highest revenue first",
    ):
        assert each in text
    assert text.index("Person 0") < text.index("Person 1")


def test_the_list_in_german(current: Segmentation, shop: Shop):
    cell(current, 2, 4, "at risk", 1, 800)
    standing(current, people(shop, 1)[0])
    text = page("/segments/at-risk/", language="de")
    for each in (
        "Gruppe „Gefährdet“",
        "Kauft üblicherweise alle 34 Tage; bis zum 30.06.2026 waren 71 vergangen",
        "überfällig",
    ):
        assert each in text


def test_only_who_may_see_persons_sees_them(current: Segmentation, shop: Shop):
    standing(current, people(shop, 1)[0])
    assert signed_in("analyst").get("/segments/at-risk/").status_code == 403
    text = plain(signed_in("service").get("/segments/at-risk/").content.decode())
    assert "Person 0" in text
    assert 'href="/segments/"' not in text, "they may not see the shop's figures"
    assert "customers.csv" not in text


def test_how_many_are_in_a_group_is_for_those_who_see_figures(current: Segmentation, shop: Shop):
    cell(current, 2, 4, "at risk", 411, 800)
    standing(current, people(shop, 1)[0])
    assert "411 customers, those with the highest revenue first" in page("/segments/at-risk/")
    text = page("/segments/at-risk/", role="service")
    assert "411" not in text
    assert "Those with the highest revenue first" in text


def test_of_a_page_only_its_own_are_asked_whether_they_objected(
    current: Segmentation, shop: Shop, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(members.page.__kwdefaults__, "size", 2)
    known = people(shop, 3)
    for place, each in enumerate(known):
        standing(current, each, monetary=Decimal(100 - place))
    asked = []
    refused = consent.refused

    def noted(shop: Shop, purpose: str, *, among: object = None) -> set[int]:
        asked.append(among)
        return refused(shop, purpose, among=among)

    monkeypatch.setattr(consent, "refused", noted)
    page("/segments/at-risk/")
    assert asked == [[each.pk for each in known[:2]]]


def test_whoever_objected_is_on_no_list_from_that_moment_on(current: Segmentation, shop: Shop):
    anna, ben = people(shop, 2)
    for each in (anna, ben):
        standing(current, each)
    consent.withdraw(
        customer=anna,
        purpose=Purpose.PROFILING,
        channel=Channel.NONE,
        source="phone",
        happened_at=timezone.now(),
    )
    text = page("/segments/at-risk/")
    assert "Person 0" not in text
    assert "Person 1" in text
    assert "C-0000" not in "".join(csv_lines(signed_in("admin")))


def test_an_empty_group_says_so(current: Segmentation, shop: Shop):
    assert "Nobody is in this group." in page("/segments/lost/")


def test_before_the_first_night_a_group_is_empty(shop: Shop):
    assert "Nobody is in this group." in page("/segments/lost/")


def csv_lines(client: Client) -> list[str]:
    answer = client.get("/segments/at-risk/customers.csv")
    assert answer.status_code == 200
    assert "treue-at-risk-2026-06-30.csv" in answer["Content-Disposition"], "the day that it tells of"
    return b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()


def test_the_list_as_csv_holds_everybody_and_is_written_down(
    current: Segmentation, shop: Shop, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(members, "AT_ONCE", 2)
    for place, each in enumerate(people(shop, 5)):
        standing(current, each, monetary=Decimal(100 - place))
    lines = csv_lines(signed_in())
    assert lines[1] == "C-0000,Person 0,,at risk,2026-06-30,71,9,100.0000,EUR,34.0,51.0,2026-05-24,overdue"
    assert lines[0].startswith("number,name,email,group,as_of,days_since_last_purchase,purchase_days,revenue,currency,")
    assert [line[:6] for line in lines[1:]] == [f"C-{place:04}" for place in range(5)]
    entry = AuditEntry.objects.get(action="segments.exported")
    assert entry.facts == {"group": "at risk"}
    audit = plain(signed_in("admin").get("/staff/audit/").content.decode())
    assert "Saved the list of a group of customers" in audit
    assert "Group: At risk" in audit


def test_new_groups_in_force_meanwhile_do_not_cut_the_file_short(
    current: Segmentation, shop: Shop, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(members, "AT_ONCE", 2)
    known = people(shop, 5)
    for place, each in enumerate(known):
        standing(current, each, monetary=Decimal(100 - place))
    lines = members.lines(shop, "at risk", set())
    found = [next(lines)[0]]
    Segmentation.objects.update(is_current=False)
    later = segmentation(shop)
    Standing.objects.update(segmentation=later)
    found += [line[0] for line in lines]
    assert found == [each.number for each in known]
