"""The report by mail: on its day, once, to those who run the shop, in their language, without a customer in it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest
from django.db import connection
from django.utils.html import strip_tags

from treue.core.jobs.models import Mail
from treue.core.shop.models import Shop
from treue.core.staff.models import User
from treue.understand.metrics.models import Letter, Snapshot
from treue.understand.metrics.reports import letters

MONDAY_NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def weekly(shop: Shop) -> Shop:
    shop.report_rhythm = "weekly"
    shop.save()
    return shop


def reader(name: str, role: str = "manager", **fields: object) -> User:
    return User.objects.create_user(f"{name}@example.org", role=role, **fields)


@pytest.mark.parametrize(
    ("rhythm", "zone", "now", "due"),
    [
        ("weekly", "Europe/Berlin", "2026-11-23 06:00", True),  # Monday, seven o'clock in Berlin
        ("weekly", "Europe/Berlin", "2026-11-23 05:59", False),
        ("weekly", "Europe/Berlin", "2026-11-23 22:59", True),  # one minute to midnight
        ("weekly", "Europe/Berlin", "2026-11-23 23:00", False),  # Tuesday there
        ("weekly", "Europe/Berlin", "2026-11-22 12:00", False),
        ("weekly", "Pacific/Auckland", "2026-11-22 18:00", True),  # still Sunday in Greenwich
        ("weekly", "America/Los_Angeles", "2026-11-24 07:59", True),  # already Tuesday in Greenwich
        ("weekly", "Europe/Berlin", "2026-07-20 05:00", True),  # summer time
        ("monthly", "Europe/Berlin", "2026-12-01 06:00", True),
        ("monthly", "Europe/Berlin", "2026-11-30 23:30", False),  # the first there, but half past midnight
        ("monthly", "Pacific/Auckland", "2026-11-30 18:00", True),
        ("monthly", "Europe/Berlin", "2026-11-23 12:00", False),
        ("never", "Europe/Berlin", "2026-11-23 12:00", False),
    ],
)
def test_a_letter_is_due_on_its_day_from_seven_in_the_shops_zone(rhythm: str, zone: str, now: str, due: bool) -> None:
    shop = Shop(report_rhythm=rhythm, zone=zone)
    assert letters.is_due(shop, datetime.fromisoformat(now).replace(tzinfo=UTC)) is due


@pytest.mark.django_db
def test_a_letter_goes_to_active_colleagues_who_run_the_shop(weekly: Shop) -> None:
    for role in ("admin", "manager", "analyst", "service"):
        reader(role, role)
    reader("gone", "manager", is_active=False)
    assert letters.send_due(MONDAY_NOON) == 2
    assert set(Mail.objects.values_list("to", flat=True)) == {"admin@example.org", "manager@example.org"}


@pytest.mark.django_db
def test_a_letter_goes_once_a_day_and_again_a_week_later(weekly: Shop) -> None:
    reader("mia")
    sent = [
        letters.send_due(MONDAY_NOON),
        letters.send_due(MONDAY_NOON.replace(hour=13)),
        letters.send_due(MONDAY_NOON.replace(day=24)),
        letters.send_due(MONDAY_NOON.replace(day=30)),
    ]
    assert sent == [1, 0, 0, 1]


@pytest.mark.django_db
def test_each_reader_is_written_to_in_their_language(weekly: Shop) -> None:
    reader("mia", language="de")
    reader("max", language="en")
    reader("moe")
    letters.send_due(MONDAY_NOON)
    mails = {mail.to.partition("@")[0]: mail for mail in Mail.objects.all()}
    assert mails["mia"].subject.startswith("Im September 2025")
    assert mails["max"].subject.startswith("In September 2025")
    assert mails["moe"].subject == mails["max"].subject
    assert '<html lang="de">' in mails["mia"].html
    assert '<html lang="en">' in mails["max"].html


@pytest.mark.django_db
def test_a_letter_tells_the_figures_and_leads_to_the_cockpit(weekly: Shop, settings: object) -> None:
    settings.PUBLIC_URL = "https://treue.example.org"
    reader("max", language="en")
    letters.send_due(MONDAY_NOON)
    mail = Mail.objects.get()
    for words in ("Customer retention rate: 100.0%", "Lost customers: 0", "https://treue.example.org/", "Tea House"):
        assert words in mail.text
    assert 'href="https://treue.example.org/"' in mail.html
    assert "<" not in mail.text
    assert "\n\n\n" not in mail.text


def letter(language: str) -> Mail:
    """A letter about the tea house, whose spaces all break."""
    reader("max", language=language)
    letters.send_due(MONDAY_NOON)
    mail = Mail.objects.get()
    mail.text, mail.html = (each.replace("\u00a0", " ") for each in (mail.text, mail.html))
    return mail


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "rose", "fell", "alike"),
    [
        (
            *("en", "5.25\n  365 days to 31 Aug 2025\n  ▲ 0.37 from July 2025 (4.88)"),
            *("▼ €0.29 from July 2025 (€24.10)", "Unchanged from July 2025 (100.0%)"),
        ),
        (
            *("de", "5,25\n  365 Tage bis 31.08.2025\n  ▲ 0,37 gegen Juli 2025 (4,88)"),
            *("▼ 0,29 € gegen Juli 2025 (24,10 €)", "Unverändert gegen Juli 2025 (100,0 %)"),
        ),
    ],
)
def test_a_letter_says_of_each_difference_whether_it_rose_or_fell(
    weekly: Shop, language: str, rose: str, fell: str, alike: str
) -> None:
    Snapshot.objects.update(as_of="2025-09-15")
    mail = letter(language)
    for words in (rose, fell, alike):
        assert words in mail.text
        assert words.rpartition("\n")[2].strip() in strip_tags(mail.html)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "finding", "proof"),
    [
        ("en", "- 0.0% of all customers have ordered only once so far.", "0 of 80, up to 30 Sep 2025."),
        ("de", "- 0,0 % aller", "0 von 80, bis 30.09.2025."),
    ],
)
def test_a_finding_in_a_letter_has_its_proof(weekly: Shop, language: str, finding: str, proof: str) -> None:
    mail = letter(language)
    assert finding in mail.text
    assert f"\n  {proof}\n" in mail.text
    assert proof in mail.html


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "reach", "span", "freshness"),
    [
        (
            *("en", "Orders up to Thursday, 2 October 2025. Last whole month: September 2025."),
            *("All orders to 30 Sep 2025", "Figures up to 2 Oct 2025, computed "),
        ),
        (
            *("de", "Bestellungen bis Donnerstag, 2. Oktober 2025. Letzter ganzer Monat: September 2025."),
            *("Alle Bestellungen bis 30.09.2025", "Zahlen bis 02.10.2025, berechnet "),
        ),
    ],
)
def test_a_letter_says_how_far_its_figures_and_the_data_reach(
    weekly: Shop, language: str, reach: str, span: str, freshness: str
) -> None:
    mail = letter(language)
    for words in (reach, span, freshness):
        assert words in mail.text
        assert words in mail.html


@pytest.mark.django_db
def test_a_letter_says_when_the_data_end_before_the_figures_do(weekly: Shop) -> None:
    Snapshot.objects.update(as_of="2025-10-05")
    assert "Orders up to Sunday, 5 October 2025." in letter("en").text
    assert "The last order came on 2 Oct 2025." in Mail.objects.get().text


@pytest.mark.django_db
def test_a_letter_about_a_month_that_the_data_cover_in_part_says_so(weekly: Shop) -> None:
    Snapshot.objects.update(as_of="2025-02-01")
    mail = letter("de")
    assert (
        "Bestellungen bis Samstag, 1. Februar 2025. "
        "Die Daten beginnen am 05.01.2025; dieser Zeitraum ist nicht ganz abgedeckt.\n"
    ) in mail.text


@pytest.mark.django_db
def test_no_customer_is_named_in_a_letter(weekly: Shop) -> None:
    from treue.core.customers.models import Customer

    someone = {"number": "K-4711", "name": "Clara Vorlage", "email": "clara@example.org", "city": "Bremen"}
    Customer.objects.filter(shop=weekly, number="a0").update(**someone)
    reader("max")
    letters.send_due(MONDAY_NOON)
    mail = Mail.objects.get()
    for fact in someone.values():
        assert fact not in mail.subject + mail.text + mail.html


@pytest.mark.django_db
def test_a_shop_name_is_no_markup(weekly: Shop) -> None:
    weekly.name = "Tea & <b>Co</b>"
    weekly.save()
    reader("max")
    letters.send_due(MONDAY_NOON)
    assert "Tea &amp; &lt;b&gt;Co&lt;/b&gt;" in Mail.objects.get().html
    assert "Tea & <b>Co</b>" in Mail.objects.get().text


@pytest.mark.django_db
def test_without_figures_nothing_is_sent_and_the_day_is_not_used_up(db: None) -> None:
    Shop.objects.create(name="New", report_rhythm="weekly")
    reader("mia")
    assert letters.send_due(MONDAY_NOON) == 0
    assert not Letter.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one_letter(
    empty_shop: Shop, open_shop: Callable[[Path], Shop], orders_file: Path
) -> None:
    open_shop(orders_file)
    Shop.objects.filter(pk=empty_shop.pk).update(report_rhythm="weekly")
    reader("mia")
    together = Barrier(4)

    def send(_worker: int) -> int:
        together.wait()
        try:
            return letters.send_due(MONDAY_NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        assert sorted(workers.map(send, range(4))) == [0, 0, 0, 1]
    assert Mail.objects.count() == 1


@pytest.mark.django_db
def test_the_worker_looks_for_due_letters_every_ten_minutes() -> None:
    from procrastinate.contrib.django import app

    periodic = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
    assert periodic["metrics.letters"] == "*/10 * * * *"
