"""The pages on which sources are made, looked at and switched off."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from treue.core.events.models import Source
from treue.core.shop.setup import ensure_shop
from treue.core.staff.models import AuditEntry, User
from treue.listen.tracking import activity, known_as, sources
from treue.listen.tracking.keys import PREFIX, hashed
from treue.listen.tracking.models import Tally

pytestmark = pytest.mark.django_db
FORM = {"name": "Web shop", "kind": "browser", "events_per_second": "100", "consent_category": "Statistik"}


@pytest.fixture
def admin() -> Client:
    client = Client()
    user = User.objects.create_user("kim@example.org", role="admin", language="en")
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def made(kind: str = "server") -> Source:
    return sources.add(shop=ensure_shop(), name="till", kind=kind, by=None)[0]


def key_on(page: str) -> str:
    return PREFIX + page.split(PREFIX)[1][:40]


def test_an_empty_list_says_what_to_do(admin: Client):
    assert "Nobody sends events yet" in admin.get("/sources/").content.decode()


def test_the_key_is_shown_once(admin: Client):
    page = admin.post("/sources/", FORM).content.decode()
    source = Source.objects.get()
    key = key_on(page)
    assert source.key_hash == hashed(key)
    assert "This key is public" in page
    assert f"writeKey: &#x27;{key}&#x27;" in page
    assert key not in admin.get(f"/sources/{source.pk}/").content.decode()
    assert AuditEntry.objects.filter(action="source.added", who__isnull=False).count() == 1


def test_the_key_is_kept_by_no_cache(admin: Client):
    assert "no-store" in admin.post("/sources/", FORM).headers["Cache-Control"]


@pytest.mark.parametrize("name", ["till", "files", "api"])
def test_a_name_that_is_taken_is_said_at_its_field(admin: Client, name: str):
    made()
    page = admin.post("/sources/", {**FORM, "name": name}).content.decode()
    assert "There is a source of this name already, or was before it was renamed." in page
    assert Source.objects.count() == 1


@pytest.mark.parametrize(("field", "value"), [("events_per_second", "0"), ("events_per_second", "many"), ("kind", "x")])
def test_what_cannot_be_is_refused(admin: Client, field: str, value: str):
    assert admin.post("/sources/", {**FORM, field: value}).status_code == 200
    assert not Source.objects.exists()


def test_a_source_is_switched_off_and_on_and_the_trail_says_who(admin: Client):
    source = made()
    admin.post(f"/sources/{source.pk}/deactivate/")
    source.refresh_from_db()
    assert not source.is_enabled
    assert "This source is switched off" in admin.get(f"/sources/{source.pk}/").content.decode()
    admin.post(f"/sources/{source.pk}/reactivate/")
    source.refresh_from_db()
    assert source.is_enabled
    trail = list(
        AuditEntry.objects.filter(action__startswith="source.").order_by("pk").values_list("action", flat=True)
    )
    assert trail == ["source.added", "source.switched_off", "source.switched_on"]


def test_a_new_key_replaces_the_former_one(admin: Client):
    source = made()
    former = source.key_hash
    assert former == Source.objects.get().key_hash
    admin.get(f"/sources/{source.pk}/key/")
    assert Source.objects.get().key_hash == former
    page = admin.post(f"/sources/{source.pk}/key/").content.decode()
    assert Source.objects.get().key_hash == hashed(key_on(page)) != former
    assert "like a password" in page


def test_what_a_source_may_is_changed_and_written_down(admin: Client):
    source = made()
    admin.post(f"/sources/{source.pk}/", {"name": "till", "events_per_second": "5", "consent_category": "analytics"})
    source.refresh_from_db()
    assert source.events_per_second == 5
    assert AuditEntry.objects.latest("pk").facts["events_per_second"] == {"old": "1000", "new": "5"}


@pytest.mark.parametrize(("kind", "believes"), [("browser", True), ("server", False)])
def test_only_a_browser_has_to_be_believed_about_orders(admin: Client, kind: str, believes: bool):
    admin.post("/sources/", {**FORM, "kind": kind, "believes_orders": "on"})
    source = Source.objects.get()
    assert source.believes_orders is believes
    assert ("Believe browsers about orders" in admin.get(f"/sources/{source.pk}/").content.decode()) is believes


def test_a_browser_is_not_believed_unless_somebody_ticks_it_and_that_is_written_down(admin: Client):
    source = made("browser")
    assert not source.believes_orders
    may = {"name": "till", "events_per_second": "1000", "consent_category": "analytics"}
    admin.post(f"/sources/{source.pk}/", {**may, "believes_orders": "on"})
    source.refresh_from_db()
    assert source.believes_orders
    assert AuditEntry.objects.latest("pk").facts["believes_orders"] == {"old": "False", "new": "True"}
    admin.post(f"/sources/{source.pk}/", may)
    source.refresh_from_db()
    assert not source.believes_orders


def renamed(admin: Client, source: Source, name: str) -> str:
    values = {"name": name, "events_per_second": "1000", "consent_category": "analytics"}
    page = admin.post(f"/sources/{source.pk}/", values, follow=True).content.decode()
    source.refresh_from_db()
    return page


def test_a_source_is_renamed_and_its_former_name_is_remembered(admin: Client):
    source = made()
    page = renamed(admin, source, " Kasse ")
    assert (source.name, source.former_names) == ("Kasse", ["till"])
    assert "Former names" in page
    entry = AuditEntry.objects.latest("pk")
    assert entry.facts["name"] == {"old": "till", "new": "Kasse"}
    renamed(admin, source, "till")
    assert (source.name, source.former_names) == ("till", ["Kasse"])


def test_a_source_gets_no_name_under_which_events_of_another_stand_in_the_log(admin: Client):
    source = made()
    renamed(admin, source, "Kasse")
    taken = "There is a source of this name already, or was before it was renamed."
    assert taken in admin.post("/sources/", {**FORM, "name": "till"}).content.decode()
    other, _key = sources.add(shop=ensure_shop(), name="app", kind="browser", by=None)
    for name in ("till", "Kasse", "files", "api"):
        assert taken in renamed(admin, other, name)
        assert other.name == "app"


def test_what_a_browser_said_before_it_was_renamed_is_no_more_trusted_after(admin: Client):
    source = made("browser")
    renamed(admin, source, "app")
    shop = ensure_shop()
    assert known_as.kinds([shop]) == {(shop.pk, "till"): "browser", (shop.pk, "app"): "browser"}


def test_refused_events_are_told_with_their_reasons(admin: Client):
    source, now = made(), datetime.now(UTC)
    for slot in (1, 2):
        Tally.objects.create(source=source, hour=now, outcome="no_name", slot=slot, events=700, last_at=now)
    page = admin.get(f"/sources/{source.pk}/").content.decode()
    assert "The name of what happened is missing" in page
    assert "1,400" in page


def test_old_tallies_are_forgotten(admin: Client):
    source, now = made(), datetime.now(UTC)
    for days in (1, 89, 91, 400):
        then = now - timedelta(days=days)
        Tally.objects.create(source=source, hour=then, outcome="taken", slot=0, events=1, last_at=then)
    assert activity.forget(now) == 2
    assert activity.of_one(source, now).last_at == now - timedelta(days=1)


def test_the_source_of_files_is_none_of_these(admin: Client):
    files = Source.objects.create(shop=ensure_shop(), name="files", live_since=datetime.now(UTC))
    assert admin.get(f"/sources/{files.pk}/").status_code == 404
    assert "files" not in [each.source.name for each in activity.of(ensure_shop(), datetime.now(UTC))]
