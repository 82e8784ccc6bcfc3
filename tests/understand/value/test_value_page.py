"""The page Value: what all are worth, who is at risk, whose next purchase is due."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone
from judged import validation
from scored import fitted, scored

from tests.core.lake.buying import customer, order
from treue.core import versions
from treue.core.customers import consent
from treue.core.customers.models import Channel, Purpose
from treue.core.jobs.models import Job
from treue.core.shop.models import Shop
from treue.core.staff.models import AuditEntry, User
from treue.understand.metrics.counts.refresh import refresh as refresh_figures
from treue.understand.value import list_tables, lists
from treue.understand.value.models import Fit, Score
from treue.understand.value.summing import sum_up

CHECKED = validation(total_bias=0.0312) | {"until": "2026-05-01"}


def signed_in(role: str = "manager", language: str = "en") -> Client:
    user = User.objects.create_user(f"{role}-{language}@example.org", role=role, language=language)
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def said(path: str = "/value/", role: str = "manager", language: str = "en") -> str:
    answer = signed_in(role, language).get(path)
    assert answer.status_code == 200
    main = answer.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(unescape(main).replace("\xa0", " ").split())


def crowd(shop: Shop, customers: int = 40, **fields: object) -> Fit:
    """The first is worth 4,000, all others 10; every second is a customer still with a probability of a quarter."""
    fit = fitted(shop, **{"since": date(2025, 1, 2), "validation": CHECKED} | fields)
    for number in range(customers):
        scored(
            fit,
            customer(shop, f"K{number}", name=f"Anna{number} Blau", email=f"a{number}@example.org"),
            probability_alive=0.25 if number % 2 == 0 else 1,
            lifetime_value=Decimal(4000 if number == 0 else 10),
            buys_90_days=0.5,
            next_purchase_on=fit.until + timedelta(days=number),
        )
    sum_up(fit)
    return fit


def test_it_says_what_all_are_worth_and_how_much_is_at_stake_and_how_sure(shop: Shop):
    crowd(shop)
    text = said()
    for each in (
        "your customers will bring in about <em>€4,390</em> after the cost of the goods; €3,143 of it is at stake.",
        "By the model MBG/NBD, as of 30 Jun 2026, with a margin of 42%.",
        "Of the purchases after 1 May 2026, which it had not seen, it expected 3% too many.",
        "Of 40 customers, €109.75 each on average.",
        "€4,390.00 ÷ 40 = €109.75",
        "14 to 26 of 40, if the model is right.",
        "40 × 50.0% = 20",
        "72% of the value",
        "€4,390.00 − €1,247.50 = €3,142.50",
        "× (1 − probability that they are a customer still)",
        "The sum comes without a range",
    ):
        assert each in text, each


def test_in_german(shop: Shop):
    crowd(shop)
    text = said(language="de")
    for each in (
        "<em>4.390 €</em>",
        "3.143 €",
        "Nach dem Modell MBG/NBD, Stand 30.06.2026, mit einer Marge von 42 %.",
        "Das beste Zehntel bringt 92 % des Werts",
        "3 % zu viele",
        "Gefährdete Kundinnen und Kunden, nach Wert auf dem Spiel",
        "sehr hoch",
    ):
        assert each in text, each


def test_titles_say_how_the_value_is_spread(shop: Shop):
    crowd(shop)
    text = said()
    assert "The best tenth brings 92% of the value" in text
    assert "Customers by their value of the next 12 months" in text
    assert "below €5" in text
    assert "€10 to €20" in text


def test_where_many_are_worth_nearly_nothing_the_title_says_so(shop: Shop):
    fit = crowd(shop)
    Score.objects.filter(probability_alive=1).update(lifetime_value=Decimal("0.3"))
    sum_up(fit)
    assert "50% of your customers will bring in nearly nothing: less than €5" in said()


def test_customers_at_risk_stand_with_what_is_known_of_them_the_most_at_stake_first(shop: Shop):
    crowd(shop)
    order(customer(shop, "K0"), "2026-06-10 10:00")
    refresh_figures(shop)
    section = said().partition('id="at-risk"')[2].partition("<section")[0]
    assert section.index("Anna0 Blau") < section.index("Anna38 Blau")
    for each in ("20 customers", "10 Jun 2026", "very high", "75%", "€4,000.00", "€3,000.00", "a0@example.org"):
        assert each in section, each
    assert "Anna1 Blau" not in section
    assert 'href="/value/at-risk/"' in section


def test_the_whole_list_is_paged(shop: Shop):
    crowd(shop, 124)
    first = said("/value/at-risk/")
    assert "1 to 50 of 62" in first
    assert "Save this list as CSV" in first
    after = first.partition("?after=")[2].partition('"')[0]
    second = said(f"/value/at-risk/?after={after}", language="de")
    assert "51 bis 62 von 62" in second
    assert "?before=" in second


def test_next_purchases_of_this_week_the_most_valuable_first(shop: Shop):
    crowd(shop)
    section = said().partition('id="due"')[2]
    assert "7 customers" in section
    assert "From 1 Jul 2026 to 7 Jul 2026, by value" in section
    assert "Anna1 Blau" in section
    assert "Anna7 Blau" in section
    assert "Anna0 Blau" not in section, "that was due on the last day of the orders"
    assert "Anna8 Blau" not in section
    assert "1 to 7 of 7" in said("/value/due/", language="en", role="admin")


def test_when_nobody_is_due_it_says_so(shop: Shop):
    crowd(shop)
    Score.objects.update(next_purchase_on=None)
    assert "No next purchase is due this week." in said()
    assert "No next purchase is due this week." in said("/value/due/", role="admin")


def test_an_analyst_sees_the_figures_and_no_names(shop: Shop):
    crowd(shop)
    text = said(role="analyst")
    assert "€4,390" in text
    assert "Blau" not in text
    assert "Customers at risk" not in text


@pytest.mark.parametrize("path", ["/value/at-risk/", "/value/due/", "/value/at-risk.csv", "/value/due.csv"])
@pytest.mark.parametrize("role", ["analyst", "service"])
def test_names_with_values_are_for_those_who_may_see_both(shop: Shop, role: str, path: str):
    crowd(shop)
    assert signed_in(role).get(path).status_code == 403


def test_who_objects_stands_in_neither_list_nor_file(shop: Shop):
    crowd(shop)
    for number in ("K0", "K2"):
        consent.withdraw(
            customer=customer(shop, number),
            purpose=Purpose.PROFILING,
            channel=Channel.NONE,
            source="phone",
            happened_at=timezone.now(),
        )
    text = said()
    assert "Anna0 Blau" not in text
    assert "Anna2 Blau" not in text
    assert "Anna4 Blau" in text
    saved = b"".join(signed_in("admin").get("/value/at-risk.csv").streaming_content).decode("utf-8-sig")
    assert "Anna0" not in saved
    assert "Anna4" in saved


def test_the_lists_are_saved_whole_and_unrounded_and_the_audit_log_keeps_it(shop: Shop):
    crowd(shop, 124)
    client = signed_in()
    answer = client.get("/value/at-risk.csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert len(rows) == 62
    assert (rows[0]["number"], rows[0]["name"], rows[0]["email"]) == ("K0", "Anna0 Blau", "a0@example.org")
    assert (rows[0]["probability_alive"], rows[0]["lifetime_value"], rows[0]["value_at_stake"]) == (
        "0.25",
        "4000.0000",
        "3000.0",
    )
    assert "treue-value-at-risk-" in answer["Content-Disposition"]
    due = b"".join(client.get("/value/due.csv").streaming_content).decode("utf-8-sig").splitlines()
    assert len(due) == 1 + 7
    assert [each.facts for each in AuditEntry.objects.filter(action="customers.exported").order_by("pk")] == [
        {"list": "at-risk"},
        {"list": "due"},
    ]


# What keeps one from believing it, and what stands there as long as there is nothing to say


def test_where_it_is_not_known_whether_anybody_leaves_nobody_is_at_risk(shop: Shop):
    crowd(shop, status="dropout not identified")
    text = said()
    assert "So the model takes everybody for staying." in text
    assert "of it is at stake" not in text
    assert "it is not known what is at stake" in text.partition('id="at-risk"')[2]
    assert "Anna0 Blau" not in text.partition('id="at-risk"')[2].partition('id="due"')[0]
    assert "it is not known what is at stake" in said("/value/at-risk/", role="admin")


def test_of_whoever_bought_once_a_model_that_cannot_tell_says_so(shop: Shop):
    crowd(shop, model="bg_nbd", validation={})
    text = said()
    assert "20 customers bought on one day only" in text
    assert "Their value, €200.00, is not in the value at stake." in text
    assert "cannot be told" in text.partition('id="due"')[2]
    assert "By the model BG/NBD, as of 30 Jun 2026, with a margin of 42%. <" in text.replace("</p>", " <"), (
        "it was not checked"
    )


def test_where_nothing_was_bought_in_the_time_held_out_no_share_is_told(shop: Shop):
    crowd(shop, validation=CHECKED | {"by_frequency": [{**CHECKED["by_frequency"][0], "actual": 0}]})
    assert "After 1 May 2026, which it had not seen, nothing was bought by those whom it knew." in said()


def test_goods_that_bring_in_no_more_than_they_cost_are_named_as_the_reason(shop: Shop):
    crowd(shop, margin=0)
    assert "the goods bring in no more than they cost" in said()


def test_the_list_goes_on_by_the_fit_that_comes_into_force_meanwhile(shop: Shop, monkeypatch: pytest.MonkeyPatch):
    former = crowd(shop, 30)
    monkeypatch.setattr(list_tables, "CUSTOMERS_AT_ONCE", 5)
    lines = list_tables.rows(shop, lists.at_risk)
    begun = [next(lines)[0] for _ in range(7)]
    later = fitted(shop, is_current=False)
    former.scores.update(fit=later)
    versions.put_in_force(later)
    everybody = begun + [line[0] for line in lines]
    assert len(everybody) == len(set(everybody)) == 15


def test_how_the_value_is_spread_is_saved(shop: Shop):
    crowd(shop)
    tenths = signed_in().get("/value/tenths.csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(tenths.streaming_content).decode("utf-8-sig"))))
    assert [row["customers"] for row in rows] == ["4"] * 10
    assert rows[0] == {"tenth": "1", "customers": "4", "value": "4030.0000", "currency": "EUR", "as_of": "2026-06-30"}
    amounts = b"".join(signed_in("admin").get("/value/amounts.csv").streaming_content).decode("utf-8-sig")
    assert amounts.splitlines()[0] == "value_from,customers,value,currency,as_of"
    assert signed_in("admin", "de").get("/value/guess.csv").status_code == 404


def test_few_customers_have_no_tenths(shop: Shop):
    crowd(shop, 12)
    assert "Fewer than 30 customers are too few for tenths." in said()


def test_nobody_worth_anything_is_said(shop: Shop):
    fit = crowd(shop)
    Score.objects.update(lifetime_value=0)
    sum_up(fit)
    text = said()
    assert "<em>next to nothing</em>" in text
    assert "Nobody has anything at stake." in text


def test_without_orders_it_leads_to_the_import(shop: Shop):
    text = said()
    assert "There are none yet." in text
    assert 'href="/imports/"' in text
    assert 'href="/imports/"' not in said(role="analyst")
    admin = signed_in("admin")
    assert admin.get("/value/at-risk/")["Location"] == admin.get("/value/due/")["Location"] == "/value/"
    assert admin.get("/value/at-risk.csv").status_code == admin.get("/value/due.csv").status_code == 404


def test_before_the_first_night_it_says_so(shop: Shop):
    order(customer(shop))
    refresh_figures(shop)
    Job.objects.all().delete()
    assert "This was not done yet." in said()


def test_while_it_is_worked_out_it_says_so(shop: Shop):
    Job.objects.create(kind="value.score", state=Job.State.RUNNING, arguments={"shop_id": shop.pk})
    text = said()
    assert "is being worked out" in text
    assert 'href="/jobs/"' in text
    crowd(shop)
    assert "being worked out anew" in said(language="en", role="admin")


def test_of_too_few_it_says_nothing_ahead(shop: Shop):
    fitted(shop, model="", choice="", status="too few repeat buyers")
    assert "Fewer than five customers ever paid on a second day." in said()


def test_nothing_of_another_persons_words_is_executed(shop: Shop):
    fit = fitted(shop)
    scored(fit, customer(shop, "X", name="<script>alert(1)</script>"))
    sum_up(fit)
    page = signed_in().get("/value/").content.decode()
    assert "<script>alert(1)" not in page
