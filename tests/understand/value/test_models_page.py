"""The page that says how far to trust the models."""

import csv
import io
from datetime import date, timedelta
from html import unescape

import pytest
from django.test import Client
from judged import DID, TRACKING, learned, validation
from scored import fitted
from tea_buyers import AS_OF, sell, write_lake

from tests.core.lake.buying import customer, order
from treue.core.jobs import work
from treue.core.shop.models import Shop
from treue.core.staff.models import User
from treue.understand.value.models import Fit
from treue.understand.value.refresh import refresh

PATH = "/value/models/"


def signed_in(language: str = "en", role: str = "manager") -> Client:
    user = User.objects.filter(email=f"{role}-{language}@example.org").first()
    user = user or User.objects.create_user(f"{role}-{language}@example.org", role=role, language=language)
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def markup(language: str = "en", query: str = "", role: str = "manager") -> str:
    answer = signed_in(language, role).get(PATH + query)
    assert answer.status_code == 200
    return answer.content.decode()


def said(language: str = "en", query: str = "", role: str = "manager") -> str:
    return " ".join(unescape(markup(language, query, role)).replace("\xa0", " ").split())


def rows(name: str, language: str = "en") -> list[dict[str, str]]:
    answer = signed_in(language).get(f"{PATH}{name}.csv")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content), delimiter=";" if language == "de" else ","))


def nights(shop: Shop, *alphas: float, drifted: int | None = None) -> None:
    """Fits of nights that followed each other, the last of which is in force. drifted: which of them left an earlier
    one, counted from 0."""
    for night, alpha in enumerate(alphas):
        is_last = night == len(alphas) - 1
        change = {"before": 4, "now": alpha, "change": alpha / 4 - 1, "log_change": 1, "error": 0.1}
        learned(
            shop,
            until=date(2026, 6, 1) + timedelta(days=night),
            parameters={"r": 0.25, "alpha": alpha, "a": 0.8, "b": 2.4},
            drift={"since": "2026-06-01", "parameters": {"alpha": change}} if night == drifted else {},
            is_current=is_last,
        )


def test_the_verdict_stands_first_with_the_figures_that_say_so(shop: Shop):
    learned(shop)
    text = said()
    for each in (
        "MBG/NBD, orders up to 30 Jun 2026",
        "Trust it for totals and for who buys more than others, not for single customers.",
        "Plan with its sums, and choose by it whom to call first.",
        "In total it expected 3% too little.",
        "972 purchases expected from 10 Jun 2026 to 30 Jun 2026, 1,000 came. So much can be chance.",
        "The tenth of customers that it put first brought 40% of the revenue.",
        "The best tenth that there was brought 60%, the one of the best rule without a model 38%.",
        "Of the differences between single customers it foresaw 33%.",
        "It came closer than every rule that needs no model.",
    ):
        assert each in text


def test_each_measure_says_how_it_is_computed(shop: Shop):
    learned(shop)
    text = said()
    for each in (
        "972 ÷ 1,000 − 1",
        "±6% may be chance alone.",
        "(40 − 10) ÷ (60 − 10) = 60%",
        "2 × 4 − 2 × (−9,582.4)",
        "4 × ln 1,100 − 2 × (−9,582.4)",
        "19,172.9",
    ):
        assert each in text
    assert text.count("<article") == text.count('<article class="fig">') == 7
    assert text.count('<details class="how">') == 7 + 4


def test_the_fit_says_on_what_it_rests(shop: Shop):
    learned(shop)
    text = said()
    for each in (
        "<dt>Purchases</dt><dd>2 Jan 2025 to 30 Jun 2026</dd>",
        "<dt>Customers</dt><dd>1,100</dd>",
        "<dt>of them bought again</dt><dd>420</dd>",
        "<dt>Margin</dt><dd>42.0%</dd>",
        "<dt>Discount rate a year</dt><dd>10.0%</dd>",
        "least wrong about purchases that it had not seen",
    ):
        assert each in text


def test_parameters_have_their_errors_and_say_what_they_tell(shop: Shop):
    learned(shop)
    text = said()
    for each in ("0.2426", "0.01260", "0.2191 to 0.2686", "α", "4.414", "2.426", "not told", "6.250", "γ", "15.44"):
        assert each in text
    for each in (
        "r ÷ α purchases a week is the mean of those who stay.",
        "on the average</dt><dd>2.9</dd>",
        "on the average</dt><dd>24.6%</dd>",
        "0.03 (95%: −0.05 to 0.11), nothing speaks against it",
    ):
        assert each in text


def test_the_charts_tell_what_they_show(shop: Shop):
    learned(shop)
    text = said()
    for each in (
        "In the weeks held out the model stays within 5% of all purchases so far",
        "In the weeks held out it expected 16 purchases a week, 17 came",
        "Of those who had come again once it expected 0.62 purchases each, 1.00 came",
        "Week to 30 Jun 2026",
        "110 came",
        "7 times or more often",
    ):
        assert each in text
    assert text.count('<figure class="chart"') == 3
    assert text.count("As a table") == 3


def test_models_and_rules_stand_beside_each_other_with_the_best_marked(shop: Shop):
    learned(shop, validation=validation(total_bias=-0.01, rank_correlation=0.5) | {"tracking": TRACKING})
    table = said().partition('id="compared"')[2].partition("</tbody>")[0]
    for each in ("Nobody buys again", "Everybody as often as so far", "As often as so far, or gone", "Pareto/NBD"):
        assert each in table
    own = table.partition("MBG/NBD<")[2].partition("</tr>")[0]
    assert "chosen" in own
    assert own.count(">best<") == 5
    assert "−1.0%" in own


def test_in_german_it_is_german(shop: Shop):
    learned(shop)
    text = said("de")
    for each in (
        "MBG/NBD, Bestellungen bis 30.06.2026",
        "Vertrauen Sie dem Modell bei Summen",
        "9.582,4",
        "0,2191 bis 0,2686",
        "So gerechnet",
    ):
        assert each in text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"choice": "history too short", "validation": {}}, "there was nothing to check it on"),
        ({"choice": "history too short", "validation": {}}, "The history is too short to check the model"),
        ({"choice": "too few repeat buyers before", "validation": {}}, "Too few customers had bought again early"),
        ({"status": "dropout not identified"}, "do not tell whether anybody leaves"),
        ({"status": "dropout not identified"}, "nobody, as far as this model can tell"),
        ({"status": "dropout not identified"}, "No other model finds it either"),
        ({"status": "dropout not identified", "recommended": "bg_nbd"}, "BG/NBD finds that in the same orders"),
        ({"validation": validation(deviance=3)}, "came closer, “As often as so far, or gone”"),
        ({"validation": validation(total_bias=0.5, rank_correlation=0)}, "Do not rely on it"),
    ],
)
def test_what_speaks_against_it_is_said(shop: Shop, fields: dict, words: str):
    learned(shop, **fields)
    assert words in said()


def test_where_nothing_was_held_out_no_diagnostics_stand(shop: Shop):
    learned(shop, choice="history too short", validation={})
    text = said()
    assert "<figure" not in text
    assert 'id="compared"' not in text
    assert "least wrong" not in text.partition('id="fit"')[2].partition("<details")[0]


def test_without_dropout_two_parameters_were_estimated(shop: Shop):
    learned(shop, status="dropout not identified", parameters={"r": 0.2, "alpha": 4.0, "a": 0.0, "b": 1.0})
    text = said()
    assert "2 × 2 − 2 × (−9,582.4)" in text
    assert "Leaving not found" in text


def test_pareto_tells_its_rate_of_leaving(shop: Shop):
    figures = validation()
    figures["models"]["pareto_nbd"] |= {"deviance": 1.1}
    parameters = {"r": 0.5532, "alpha": 10.578, "s": 0.6063, "beta": 11.6715}
    learned(shop, model="pareto_nbd", parameters=parameters, standard_errors={}, validation=figures)
    text = said()
    assert "Rate of leaving a year" in text
    assert "2.71" in text
    assert "β" in text


def test_a_fit_from_before_the_weeks_were_kept_shows_the_rest(shop: Shop):
    learned(shop, validation=validation())
    text = said()
    assert 'id="compared"' in text
    assert text.count('<figure class="chart"') == 1


def test_a_fit_with_nothing_but_its_name_is_shown(shop: Shop):
    fitted(shop)
    assert "there was nothing to check it on" in said()


def test_where_spends_have_no_mean_it_says_so(shop: Shop):
    fit = learned(shop)
    fit.spend["status"] = "mean not identified"
    fit.spend["independence"]["is_plausible"] = False
    fit.save()
    text = said()
    assert "Spends differ so much that no mean can be told." in text
    assert "Mean not found" in text
    assert "it does not hold" in text


def test_what_is_seen_but_too_little_to_matter_is_called_so(shop: Shop):
    fit = learned(shop)
    fit.spend["independence"] = {"correlation": 0.06, "interval": [0.04, 0.07], "is_plausible": True}
    fit.save()
    assert "0.06 (95%: 0.04 to 0.07), too little to matter" in said()


# States without a model


def test_before_the_first_night_it_says_so_and_leads_to_the_import(shop: Shop):
    text = said()
    assert "The models are fitted each night. This was not done yet." in text
    assert "Import orders" in text
    assert "Import orders" not in said(role="analyst")
    order(customer(shop, "1"))
    assert "Import orders" not in said()


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("too few repeat buyers", "Fewer than five customers ever paid on a second day."),
        ("no purchases", "No purchase counted up to 30 Jun 2026; without one there is nothing to learn from."),
    ],
)
def test_where_nothing_could_be_learned_it_says_why(shop: Shop, status: str, words: str):
    fitted(shop, model="", choice="", status=status)
    text = said()
    assert words in text
    assert "Fits so far" in text
    assert rows("compared") == rows("weeks") == rows("frequencies") == []


def test_while_they_are_fitted_the_work_is_shown(shop: Shop):
    learned(shop)
    assert "data-job" not in markup()
    some = work.start("value.score", by=None, shop_id=shop.pk, customers=[1])
    assert "data-job" not in markup()
    work.start("value.score", by=None, shop_id=shop.pk)
    assert "Value of the customers" in said()
    assert f"/jobs/{some.pk + 1}/card/" in markup()


# What was before


def test_fits_are_listed_newest_first_and_what_moved_is_said(shop: Shop):
    nights(shop, 4, 8, 8.1, drifted=1)
    table = said().partition('id="history"')[2]
    assert table.index("3 Jun 2026") < table.index("2 Jun 2026") < table.index("1 Jun 2026")
    assert table.count("in force") == 1
    assert "α +100%" in table


def test_a_month_after_customers_began_to_buy_by_other_rules_nobody_is_warned_any_more(shop: Shop):
    nights(shop, 4, 8, 8.1, drifted=1)
    assert "Customers buy by other rules than in the orders up to 1 Jun 2026: α +100%" in said()
    Fit.objects.filter(is_current=True).update(until=date(2026, 7, 3))
    assert "Customers buy by other rules" not in said(role="admin")


def test_where_the_fit_in_force_moved_a_notice_warns(shop: Shop):
    nights(shop, 4, 8, drifted=1)
    expected = "Customers buy by other rules than in the orders up to 1 Jun 2026: α +100%, more than chance does."
    assert expected in said()


def test_from_three_fits_on_each_parameter_with_an_error_has_its_course(shop: Shop):
    nights(shop, 4, 8)
    assert "stays within" not in said().partition('id="spend"')[2]
    nights_before = Fit.objects.all()
    nights_before.delete()
    nights(shop, 4, 8, 8.1, drifted=1)
    text = said()
    assert "α left its range with the orders up to 2 Jun 2026" in text
    assert "r stays within what chance does" in text
    assert "b stays within" not in text
    assert "α of MBG/NBD, 3 fits, orders up to 1 Jun 2026 to 3 Jun 2026." in text


def test_another_models_fits_another_shops_and_those_cut_off_are_no_part_of_it(shop: Shop):
    nights(shop, 4, 5, 6)
    Fit.objects.filter(is_current=False).update(model="bg_nbd")
    learned(Shop.objects.create(name="Coffee House"), customers=77_777)
    learned(shop, customers=88_888, is_current=False, in_force_at=None)
    text = said()
    assert "stays within what chance" not in text
    assert "77,777" not in text
    assert "88,888" not in text
    assert text.partition('id="history"')[2].count("MBG/NBD") == 1


def test_many_fits_stand_on_pages(shop: Shop):
    nights(shop, *[4] * 25)
    first = markup()
    assert "25 entries" in first
    assert "before=" in first
    assert "#history" in first
    oldest = Fit.objects.order_by("-pk")[19].pk
    second = said(query=f"?before={oldest}")
    assert second.partition('id="history"')[2].count("MBG/NBD") == 5
    assert "Trust it" in second


# Files


def test_the_history_is_saved_with_every_parameter(shop: Shop):
    nights(shop, 4, 8, drifted=1)
    newest, oldest = rows("fits")
    assert (newest["until"], newest["model"], newest["alpha"], newest["drifted"]) == (
        "2026-06-02",
        "mbg_nbd",
        "8",
        "alpha",
    )
    assert (newest["drifted_since"], oldest["drifted"], oldest["s"]) == ("2026-06-01", "", "")
    assert (oldest["alpha_error"], oldest["log_likelihood"], oldest["margin"]) == ("0.3782", "-9582.4292", "0.4200")
    assert rows("fits", "de")[0]["log_likelihood"] == "-9582,4292"


def test_diagnostics_are_saved_unrounded(shop: Shop):
    learned(shop)
    compared = {row["name"]: row for row in rows("compared")}
    assert len(compared) == 6
    assert float(compared["mbg_nbd"]["rmse"]) == DID["rmse"]
    assert compared["zero"]["status"] == ""
    weeks = rows("weeks")
    assert [row["held_out"] for row in weeks] == ["0"] * 5 + ["1"] * 3
    assert weeks[-1] == {"week_ends_on": "2026-06-30", "held_out": "1", "came": "110", "expected": "107.0"}
    assert [row["frequency"] for row in rows("frequencies")] == ["0", "1", "7"]


def test_no_other_file_is_there(shop: Shop):
    assert signed_in().get(f"{PATH}__class__.csv").status_code == 404


# From the lake


def test_the_night_keeps_what_the_page_draws(shop: Shop):
    sell(shop)
    write_lake(shop)
    fit = refresh(shop)
    tracking = fit.validation["tracking"]
    assert tracking["held_out"] == 12  # the week that begins before the holdout was partly seen
    assert len(tracking["actual"]) == len(tracking["expected"])
    assert tracking["actual"] == sorted(tracking["actual"])
    first = date.fromisoformat(tracking["first"])
    assert first == fit.since
    assert (AS_OF - first).days // 7 - 1 <= len(tracking["actual"]) <= (AS_OF - first).days // 7 + 1
    assert 0.5 < tracking["expected"][-1] / tracking["actual"][-1] < 2
    text = said()
    assert text.count('<figure class="chart"') == 3
    assert "nan" not in text.lower().replace("finan", "")
