"""The page of groups: its sentence, the map, the groups, who moves; as CSV."""

from datetime import date
from html import unescape

import pytest
from django.test import Client

from tests.understand.segments.grouped import cell, moved, segmentation, worth
from tests.understand.value.scored import fitted
from treue.core.jobs import work
from treue.core.shop.models import Shop
from treue.core.staff.models import User
from treue.understand.segments.models import Segmentation


def signed_in(role: str = "manager", language: str = "en") -> Client:
    client = Client()
    user = User.objects.create_user(f"{role}-{language}@example.org", role=role, language=language)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def page(path: str = "/segments/", role: str = "manager", language: str = "en") -> str:
    answer = signed_in(role, language).get(path)
    assert answer.status_code == 200
    return plain(answer.content.decode())


def plain(html: str) -> str:
    return " ".join(unescape(html).replace("\xa0", " ").split())


@pytest.fixture
def current(shop: Shop) -> Segmentation:
    made = segmentation(shop, customers=990)
    cell(made, 5, 5, "champions", 80, 41_000)
    cell(made, 5, 5, "loyal", 30, 9_000)
    cell(made, 2, 4, "at risk", 412, 30_000)
    cell(made, 1, 1, "lost", 468, 20_000)
    moved(made, "loyal", "at risk", 412)
    moved(made, "champions", "loyal", 30)
    moved(made, "lost", "champions", 80)
    moved(made, "lost", "lost", 400)
    moved(made, "not yet", "lost", 68)
    return made


def test_the_sentence_says_how_many_of_the_best_slipped_away(current: Segmentation):
    text = page()
    assert (
        "<em>412</em> customers who were in the group “Loyal” on 30 March 2026 are in the group “At risk” now." in text
    )
    assert "990 customers with a purchase, as of 30 Jun 2026." in text
    assert "left out" not in text


def test_a_group_is_told_with_what_its_customers_will_be_worth(current: Segmentation):
    worth(current, fitted(current.shop), "at risk", "12345.6789")
    text = page()
    (at_risk,) = [row for row in text.split("<tr") if "Used to buy often" in row]
    (lost,) = [row for row in text.split("<tr") if "Bought longest ago" in row]
    assert "€12,345.68" in at_risk
    assert lost.count("–") == 1
    assert "values as of" not in text


def test_values_of_another_day_than_the_groups_say_so(current: Segmentation):
    worth(current, fitted(current.shop, until=date(2026, 5, 31)), "at risk", 10)
    assert "990 customers with a purchase, as of 30 Jun 2026; values as of 31 May 2026" in page()


def test_in_german(current: Segmentation):
    text = page(language="de")
    for each in (
        "<title>Segmente",
        "<em>412</em> Kundinnen und Kunden, die am 30. März 2026 in der Gruppe „Treu“ waren, sind jetzt in der Gruppe "
        "„Gefährdet“.",
        "Die Gruppe „Spitzenkunden“ macht 8,1 % Ihrer Kundschaft aus und brachte 41,0 % des Umsatzes",
        "Seit dem 30.03.2026 sind 442 Kunden in eine schwächere Gruppe gewandert und 80 in eine bessere",
        "Schlafend",
        "Verglichen mit",
        "So gerechnet",
    ):
        assert each in text


@pytest.mark.parametrize(
    ("language", "sentence", "title"),
    [
        (
            "en",
            "<em>1</em> customer stands in a group by when, how often and for how much they bought.",
            "Since 30 Mar 2026, 1 customer went to a lesser group and 29 to a better one",
        ),
        (
            "de",
            "<em>1</em> Kunde steht in einer Gruppe, je nachdem, wann, wie oft und für wie viel er gekauft hat.",
            "Seit dem 30.03.2026 ist 1 Kunde in eine schwächere Gruppe gewandert und 29 in eine bessere",
        ),
    ],
)
def test_one_is_told_as_one(shop: Shop, language: str, sentence: str, title: str):
    made = segmentation(shop, customers=1)
    cell(made, 1, 1, "lost", 1, 10)
    moved(made, "at risk", "lost", 1)
    moved(made, "lost", "champions", 29)
    text = page(language=language)
    assert sentence in text
    assert title in text


@pytest.mark.parametrize("count", [0, 29])
def test_where_too_few_slipped_it_says_nothing_of_them(shop: Shop, count: int):
    made = segmentation(shop, customers=count + 500)
    cell(made, 1, 1, "lost", count + 500, 10)
    if count:
        moved(made, "loyal", "at risk", count)
    moved(made, "lost", "lost", 500)
    text = page()
    assert f"<em>{count + 500}</em> customers stand in groups by when, how often and for how much" in text
    assert "Who went from which group to which since 30 Mar 2026" in text


def test_the_map_tells_numbers_groups_and_revenue(current: Segmentation):
    text = page()
    assert "The group “Champions” is 8.1% of your customers and brought 41.0% of revenue" in text
    assert '<b>110</b><span class="sub">Champions, Loyal</span><span class="sub">50.0%</span>' in text
    assert '<td class="q7"><b>468</b><span class="sub">Lost</span><span class="sub">20.0%</span></td>' in text
    assert '<th scope="row">5, latest</th><td class="n">110</td>' in text


def test_of_few_customers_the_map_claims_nothing(shop: Shop):
    cell(segmentation(shop, customers=5), 5, 5, "champions", 5, 100)
    assert "Customers by last purchase and frequency" in page()


def test_where_nothing_was_spent_no_share_is_claimed(shop: Shop):
    cell(segmentation(shop, customers=50), 5, 3, "promising", 50, 0)
    assert '<b>50</b><span class="sub">Promising</span><span class="sub">–</span>' in page()


def test_moves_are_told_by_the_group_before_and_now(current: Segmentation):
    text = page()
    assert "Since 30 Mar 2026, 442 customers went to a lesser group and 80 to a better one" in text
    assert '<td class="q7">412</td>' in text
    assert '<td class="kept">400</td>' in text, "who stayed is no move"
    assert '<th scope="row">Not bought yet</th><td class="n">68</td>' in text


def test_another_day_can_be_compared_with(current: Segmentation):
    from datetime import date

    moved(current, "champions", "lost", 60, months=12, since=date(2025, 6, 30))
    assert '<option value="3" selected>3 months ago</option>' in page()
    text = page("/segments/?months=12", language="de")
    assert '<option value="12" selected>vor 12 Monaten</option>' in text
    assert "<em>60</em> Kundinnen und Kunden, die am 30. Juni 2025 in der Gruppe „Spitzenkunden“ waren" in text
    assert "<em>412</em>" in page("/segments/?months=7", role="admin"), "what there is not, is the usual one"


def test_a_shop_younger_than_a_month_is_told_why_nothing_moves(shop: Shop):
    cell(segmentation(shop), 5, 1, "new", 40, 400)
    assert "That is told as soon as your orders reach back a month." in page()


def test_who_may_see_persons_is_led_to_them(current: Segmentation):
    assert 'href="/segments/at-risk/"' in page()
    text = page(role="analyst")
    assert 'href="/segments/at-risk/"' not in text
    assert "At risk" in text


def test_whoever_is_left_out_is_counted(shop: Shop):
    cell(segmentation(shop, left_out=1), 5, 1, "new", 40, 400)
    assert "1 who does not want to be evaluated is left out." in page()


def test_before_the_first_night_it_says_what_would_help(shop: Shop):
    text = page()
    assert "Bring in your orders" in text
    assert 'href="/imports/"' in text
    assert 'href="/imports/"' not in page(role="analyst").partition("<main")[2]


def test_while_it_is_worked_out_it_says_so(shop: Shop):
    work.start("metrics.refresh", shop_id=shop.pk)
    assert "Their groups stand here in a few minutes." in page()


def test_without_a_purchase_it_says_so(shop: Shop):
    segmentation(shop, customers=0)
    assert "No purchase counted up to 30 Jun 2026." in page()


def test_the_room_stands_in_the_rail_for_those_who_see_figures(shop: Shop):
    for role, there in (("manager", True), ("analyst", True), ("service", False)):
        rail = signed_in(role).get("/account/").content.decode()
        assert ('href="/segments/"' in rail) is there


def csv(name: str) -> list[str]:
    answer = signed_in().get(f"/segments/tables/{name}.csv")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()


def test_the_map_as_csv(current: Segmentation):
    assert csv("map") == [
        "recency_quintile,frequency_quintile,group,customers,revenue,currency",
        "5,5,champions,80,41000.0000,EUR",
        "5,5,loyal,30,9000.0000,EUR",
        "2,4,at risk,412,30000.0000,EUR",
        "1,1,lost,468,20000.0000,EUR",
    ]


def test_the_groups_as_csv_with_what_they_will_be_worth(current: Segmentation):
    worth(current, fitted(current.shop, currency="CHF"), "at risk", "12345.6789")
    head, *lines = csv("groups")
    assert head == "group,customers,revenue,currency,value_of_12_months,value_currency,value_as_of"
    assert "at risk,412,30000.0000,EUR,12345.6789,CHF,2026-06-30" in lines
    assert "lost,468,20000.0000,EUR,,," in lines
    assert len(lines) == 8


def test_the_moves_as_csv(current: Segmentation):
    lines = csv("migrations")
    assert lines[0] == "months,since,from_group,to_group,customers"
    assert "3,2026-03-30,loyal,at risk,412" in lines
    assert len(lines) == 6


@pytest.mark.parametrize(
    "path", ["/segments/tables/nothing.csv", "/segments/nobody/", "/segments/nobody/customers.csv"]
)
def test_what_there_is_not_is_not_found(current: Segmentation, path: str):
    assert signed_in("admin").get(path).status_code == 404


def test_its_tables_are_read_at_once(current: Segmentation, django_assert_max_num_queries: object):
    client = signed_in()
    client.get("/segments/")
    with django_assert_max_num_queries(12):
        client.get("/segments/")
