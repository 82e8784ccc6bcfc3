"""What people are shown: versions that are added, and removed only while nobody agreed to them."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from treue.core.customers import consent, consent_texts
from treue.core.customers.errors import TextInUse, VersionTaken
from treue.core.customers.models import ConsentText, Customer
from treue.core.shop.models import Shop
from treue.core.staff.models import AuditEntry

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def version(shop: Shop, name: str, staff: object, days: int = 0, **values: object) -> list[ConsentText]:
    told = {"purpose": "marketing", "texts": {"de": f"Ja {name}", "en": f"Yes {name}"}, **values}
    return consent_texts.add(shop=shop, version=name, valid_from=NOON + timedelta(days=days), by=staff("admin"), **told)


def test_the_version_of_the_day_and_the_language_is_shown(shop: Shop, staff):
    version(shop, "1", staff)
    version(shop, "2", staff, days=10)
    version(shop, "x", staff, days=5, purpose="research")
    shown = [consent_texts.current(shop, "marketing", "en", NOON + timedelta(days=day)) for day in (-1, 0, 9, 10)]
    assert [each and each.text for each in shown] == [None, "Yes 1", "Yes 1", "Yes 2"]
    assert consent_texts.current(shop, "marketing", "fr", NOON) is None


def test_an_empty_language_is_left_out(shop: Shop, staff):
    assert [each.language for each in version(shop, "1", staff, texts={"de": "Ja", "en": ""})] == ["de"]


def test_a_version_is_entered_once_also_by_two_at_once(shop: Shop, staff):
    staff("admin")
    start, refused = threading.Barrier(2), []

    def enter(texts: dict[str, str]) -> None:
        start.wait()
        try:
            version(shop, "1", staff, texts=texts)
        except VersionTaken as error:
            refused.append(error.version)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=enter, args=[each]) for each in ({"de": "Ja"}, {"en": "Yes"})]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["1"]
    assert ConsentText.objects.count() == 1


def test_a_version_is_removed_while_nobody_agreed_to_it(anna: Customer, staff):
    used, _english = version(anna.shop, "1", staff)
    version(anna.shop, "2", staff)
    consent.give(customer=anna, purpose="marketing", channel="sms", happened_at=NOON, source="form", text=used)
    with pytest.raises(TextInUse):
        consent_texts.remove(shop=anna.shop, purpose="marketing", version="1", by=staff("admin"))
    consent_texts.remove(shop=anna.shop, purpose="marketing", version="2", by=staff("admin"))
    assert set(ConsentText.objects.values_list("version", flat=True)) == {"1"}
    assert AuditEntry.objects.latest("pk").facts == {"purpose": "marketing", "version": "2"}


def test_a_shops_own_purposes_stand_after_the_known_ones(shop: Shop, staff):
    version(shop, "1", staff, purpose="Produkttests")
    version(shop, "2", staff, purpose="Produkttests")
    assert consent_texts.purposes(shop)[-2:] == ["publish_content", "Produkttests"]
