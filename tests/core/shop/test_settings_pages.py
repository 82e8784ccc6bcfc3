"""The settings: what they say, what they change, what they start."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override

from treue.core.jobs.models import Job, Mail
from treue.core.shop import changes
from treue.core.shop.models import AcquisitionCost, ExchangeRate, Shop
from treue.core.staff.models import AuditEntry, User

pytestmark = pytest.mark.django_db
FORM = {
    "name": "Blumen Vorlage",
    "zone": "Europe/Berlin",
    "currency": "EUR",
    "window_days": "365",
    "margin": "30",
    "discount_rate": "10",
    "report_rhythm": "never",
}


def save(client: Client, **values: str) -> object:
    return client.post(reverse("settings"), FORM | values, follow=True)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "settings",
            ("Activity window in days", "Time zone", "Margin in percent", "Every Monday", "Acquisition costs"),
        ),
        ("settings_rates", ("Exchange rates", "Enter a rate")),
        ("settings_non_products", ("Item codes", "Save the list")),
        ("settings_costs", ("Enter costs", "Channel", "Month")),
        ("settings_mail", ("No mail server is set up", "Send me a test mail")),
    ],
)
def test_each_section_speaks_both_languages(
    hers: Client, shop: Shop, language: str, name: str, words: tuple[str, ...]
) -> None:
    User.objects.update(language=language)
    page = hers.get(reverse(name)).text
    with override(language):
        for word in words:
            assert gettext(word) in page


def test_an_installation_without_a_shop_has_settings_too(hers: Client) -> None:
    assert hers.get(reverse("settings")).status_code == 200
    assert Shop.objects.count() == 1


def test_a_change_is_saved_with_old_and_new_values_in_the_trail(hers: Client, shop: Shop, mia: User) -> None:
    answer = save(hers, name="Blumen Neu", margin="42,5", report_rhythm="weekly", drop_duplicates="on")
    assert "The settings are saved." in answer.text
    shop.refresh_from_db()
    assert (shop.name, shop.margin, shop.report_rhythm) == ("Blumen Neu", Decimal("0.4250"), "weekly")
    assert shop.drop_duplicates
    entry = AuditEntry.objects.get(action="shop.changed")
    assert (entry.who, entry.subject) == (mia, f"shop {shop.pk}")
    assert entry.facts == {
        "name": {"old": "Blumen Vorlage", "new": "Blumen Neu"},
        "margin": {"old": "0.3", "new": "0.425"},
        "drop_duplicates": {"old": False, "new": True},
        "report_rhythm": {"old": "never", "new": "weekly"},
    }


def test_saving_without_a_change_leaves_no_trace(hers: Client, shop: Shop, refresh_known: None) -> None:
    save(hers)
    assert not AuditEntry.objects.filter(action="shop.changed").exists()
    assert not Job.objects.exists()


@pytest.mark.parametrize(("field", "value"), [("window_days", "180"), ("zone", "Europe/Vienna"), ("currency", "CHF")])
def test_what_stored_figures_depend_on_has_them_computed_anew(
    hers: Client, shop: Shop, mia: User, refresh_known: None, field: str, value: str
) -> None:
    answer = save(hers, **{field: value})
    assert "The figures are being computed anew" in answer.text
    job = Job.objects.get()
    assert (job.kind, job.arguments, job.started_by) == ("metrics.refresh", {"shop_id": shop.pk}, mia)
    assert job.lock == f"metrics.refresh.{shop.pk}"


def test_two_changes_in_a_row_compute_the_figures_once(hers: Client, shop: Shop, refresh_known: None) -> None:
    save(hers, window_days="180")
    save(hers, window_days="90")
    assert Job.objects.count() == 1


@pytest.mark.parametrize(("field", "value"), [("margin", "10"), ("discount_rate", "7,5")])
def test_what_only_the_values_depend_on_has_only_these_reckoned_anew(
    hers: Client, shop: Shop, mia: User, field: str, value: str
) -> None:
    for _twice in range(2):
        answer = save(hers, **{field: value})
        shop.refresh_from_db()
    assert "The settings are saved." in answer.text
    job = Job.objects.get()
    assert (job.kind, job.arguments, job.started_by) == ("value.score", {"shop_id": shop.pk}, mia)


@pytest.mark.parametrize(("field", "value"), [("name", "Neu"), ("report_rhythm", "monthly")])
def test_what_is_read_when_a_page_is_shown_starts_nothing(
    hers: Client, shop: Shop, refresh_known: None, field: str, value: str
) -> None:
    save(hers, **{field: value})
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("window_days", "6", "Enter a number from 7 to 1830"),
        ("window_days", "1831", "Enter a number from 7 to 1830"),
        ("window_days", "ein Jahr", "Enter a number from 7 to 1830"),
        ("margin", "101", "Enter a number from 0 to 100"),
        ("margin", "-1", "Enter a number from 0 to 100"),
        ("margin", "33.333", "Enter a number from 0 to 100"),
        ("discount_rate", "101", "Enter a number from 0 to 100"),
        ("zone", "Europe/Atlantis", "Choose a zone from the list"),
        ("currency", "EURO", "Ensure this value has at most 3 characters"),
        ("name", "", "This field is required"),
    ],
)
def test_a_value_out_of_bounds_is_refused_with_what_is_right(
    hers: Client, shop: Shop, field: str, value: str, sentence: str
) -> None:
    answer = hers.post(reverse("settings"), FORM | {field: value})
    assert answer.status_code == 200
    assert sentence in answer.text
    shop.refresh_from_db()
    assert (shop.window_days, shop.zone, shop.currency, shop.name) == (365, "Europe/Berlin", "EUR", "Blumen Vorlage")


def test_a_demo_shop_is_removed_from_here(hers: Client, shop: Shop) -> None:
    assert "Remove the demo shop" not in hers.get(reverse("settings")).text
    Shop.objects.update(is_demo=True)
    assert reverse("demo_remove") in hers.get(reverse("settings")).text


class TestExchangeRates:
    def enter(self, client: Client, currency: str = "usd", rate: str = "0,92") -> object:
        return client.post(reverse("settings_rates"), {"currency": currency, "rate": rate}, follow=True)

    def test_one_is_entered_replaced_and_removed_with_a_trail(self, hers: Client, shop: Shop) -> None:
        assert "1 USD = <b>0.92</b> EUR" in self.enter(hers).text
        self.enter(hers, rate="0.85123")
        rate = ExchangeRate.objects.get()
        assert (rate.currency, rate.rate) == ("USD", Decimal("0.85123"))
        hers.post(reverse("settings_rate_remove", args=[rate.pk]))
        assert not ExchangeRate.objects.exists()
        facts = [entry.facts for entry in AuditEntry.objects.filter(action="shop.rates_changed").order_by("pk")]
        assert facts == [
            {"USD": {"old": None, "new": "0.92"}},
            {"USD": {"old": "0.92", "new": "0.85123"}},
            {"USD": {"old": "0.85123", "new": None}},
        ]

    @pytest.mark.parametrize(
        ("currency", "rate", "sentence"),
        [
            ("EUR", "1", "the shop&#x27;s own currency"),
            ("XQX", "1", "Enter the three letters"),
            ("USD", "0", "Enter a rate above zero"),
            ("USD", "-1", "greater than or equal to 0"),
            ("USD", "x", "Enter a number, such as"),
        ],
    )
    def test_a_wrong_one_is_refused(self, hers: Client, shop: Shop, currency: str, rate: str, sentence: str) -> None:
        assert sentence in self.enter(hers, currency, rate).text
        assert not ExchangeRate.objects.exists()

    def test_that_of_another_shop_is_out_of_reach(self, hers: Client, shop: Shop) -> None:
        other = Shop.objects.create(name="Other")
        rate = ExchangeRate.objects.create(shop=other, currency="USD", rate=1)
        assert hers.post(reverse("settings_rate_remove", args=[rate.pk])).status_code == 404


class TestNonProducts:
    def test_the_list_is_saved_each_code_once(self, hers: Client, shop: Shop) -> None:
        hers.post(reverse("settings_non_products"), {"codes": "POST\r\n m \n\nPost; BANK CHARGES"})
        assert sorted(shop.non_products.values_list("code", flat=True)) == ["BANK CHARGES", "POST", "m"]
        hers.post(reverse("settings_non_products"), {"codes": "POST"})
        assert AuditEntry.objects.filter(action="shop.non_products_changed").first().facts == {
            "added": [],
            "removed": ["BANK CHARGES", "m"],
        }
        assert ">POST</textarea>" in hers.get(reverse("settings_non_products")).text.replace("\n", "")

    def test_an_empty_list_is_a_list(self, hers: Client, shop: Shop) -> None:
        hers.post(reverse("settings_non_products"), {"codes": "POST"})
        hers.post(reverse("settings_non_products"), {"codes": ""})
        assert not shop.non_products.exists()

    def test_too_long_a_code_is_refused_by_name(self, hers: Client, shop: Shop) -> None:
        answer = hers.post(reverse("settings_non_products"), {"codes": "POST\n" + "X" * 81})
        assert "XXXX…” is too long for a code" in answer.text
        assert not shop.non_products.exists()

    def test_too_many_are_refused(self, hers: Client, shop: Shop) -> None:
        answer = hers.post(reverse("settings_non_products"), {"codes": "\n".join(map(str, range(1001)))})
        assert "At most 1000 codes" in answer.text


class TestAcquisitionCosts:
    def enter(self, client: Client, **values: str) -> object:
        form = {"channel": "Suche", "month": "2026-10", "amount": "1.284,10"} | values
        return client.post(reverse("settings_costs"), form, follow=True)

    def test_they_are_entered_changed_and_removed_with_a_trail(self, hers: Client, shop: Shop, mia: User) -> None:
        User.objects.update(language="de")
        page = self.enter(hers).text
        assert "Oktober 2026" in page
        assert "1.284,10\u00a0€" in page
        cost = AcquisitionCost.objects.get()
        edit = reverse("settings_cost", args=[cost.pk])
        assert 'value="1284,1"' in hers.get(edit).text
        assert 'value="2026-10"' in hers.get(edit).text
        hers.post(edit, {"channel": "Suche", "month": "2026-10", "amount": "900"})
        hers.post(reverse("settings_cost_remove", args=[cost.pk]))
        assert not AcquisitionCost.objects.exists()
        trail = AuditEntry.objects.filter(action__startswith="shop.cost").order_by("pk")
        assert [(entry.action, entry.facts) for entry in trail] == [
            ("shop.cost_entered", {"channel": "Suche", "month": "2026-10", "amount": "1284.10"}),
            ("shop.cost_changed", {"amount": {"old": "1284.10", "new": "900.00"}}),
            ("shop.cost_removed", {"channel": "Suche", "month": "2026-10", "amount": "900.00"}),
        ]

    def test_the_newest_month_stands_first_whenever_it_was_entered_on_every_page(
        self, hers: Client, shop: Shop
    ) -> None:
        months = [date(2022 + number // 12, number % 12 + 1, 1) for number in range(30)]
        channels = ("Anzeigen", "Suche")
        shuffled = [(month, channel) for channel in reversed(channels) for month in (*months[7:], *months[:7])]
        AcquisitionCost.objects.bulk_create(
            AcquisitionCost(shop=shop, month=month, channel=channel, amount=1) for month, channel in shuffled
        )
        first = hers.get(reverse("settings_costs")).context
        older = hers.get(reverse("settings_costs") + first["pager"].next_url).context
        again = hers.get(reverse("settings_costs") + older["pager"].previous_url).context
        wanted = [(f"{month:%B} {month.year}", channel) for month in reversed(months) for channel in channels]
        shown = [[(row[0].cell.text, row[1].cell.text) for row in page["table"].rows] for page in (first, older, again)]
        assert shown == [wanted[:50], wanted[50:], wanted[:50]]
        assert (first["pager"].previous_url, older["pager"].next_url) == ("", "")

    def test_the_form_stands_before_what_was_entered_however_much_that_is(self, hers: Client, shop: Shop) -> None:
        self.enter(hers)
        page = hers.get(reverse("settings_costs")).text
        assert page.index('id="enter"') < page.index('id="costs"')

    def test_without_a_channel_they_are_for_all(self, hers: Client, shop: Shop) -> None:
        page = self.enter(hers, channel="", amount="100").text
        assert "All channels" in page

    def test_a_second_amount_for_channel_and_month_points_to_the_first(self, hers: Client, shop: Shop) -> None:
        self.enter(hers, amount="100")
        assert "There is an amount for this channel and month already" in self.enter(hers, amount="200").text
        assert AcquisitionCost.objects.get().amount == 100

    @pytest.mark.parametrize(
        "values", [{"amount": "-1"}, {"amount": "1.234"}, {"month": "x"}, {"channel": "x" * 61}, {"amount": "9" * 20}]
    )
    def test_wrong_ones_are_refused(self, hers: Client, shop: Shop, values: dict[str, str]) -> None:
        answer = self.enter(hers, **({"amount": "1"} | values))
        assert 'role="alert"' in answer.text
        assert not AcquisitionCost.objects.exists()

    def test_those_of_another_shop_are_out_of_reach(self, hers: Client, shop: Shop) -> None:
        other = Shop.objects.create(name="Other")
        cost = AcquisitionCost.objects.create(shop=other, month="2026-10-01", amount=1)
        assert hers.get(reverse("settings_cost", args=[cost.pk])).status_code == 404
        assert hers.post(reverse("settings_cost_remove", args=[cost.pk])).status_code == 404


class TestMail:
    def test_a_test_mail_goes_to_oneself(self, hers: Client, shop: Shop, mia: User) -> None:
        answer = hers.post(reverse("settings_test_mail"), follow=True)
        assert "A mail to mia@example.org is on its way." in answer.text
        assert Mail.objects.get().to == mia.email

    def test_the_servers_name_is_shown_and_its_password_is_not(
        self, hers: Client, shop: Shop, settings: object
    ) -> None:
        settings.SMTP_URL = "smtp://clara:secret@mail.example.org:587"
        page = hers.get(reverse("settings_mail")).text
        assert "mail.example.org:587" in page
        assert "secret" not in page
        assert "No mail server is set up" not in page


def test_a_change_by_somebody_else_in_between_is_seen_by_the_next(shop: Shop, mia: User) -> None:
    stale = Shop.objects.get()
    changes.change(shop=shop, values={"window_days": 180}, by=mia)
    changes.change(shop=stale, values={"window_days": 90}, by=mia)
    assert AuditEntry.objects.first().facts == {"window_days": {"old": 180, "new": 90}}
