"""The moderators' pages, and the photos that everybody may see."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.act.content.submitted import NOW, SAID, member, photo, publish, reject, submit, withdraw
from treue.act.content import moderating, terms
from treue.act.content.models import ContentTerms, Photo, Submission
from treue.act.loyalty.models import Programme
from treue.core.customers.models import ConsentText
from treue.core.shop.models import Shop
from treue.core.staff.models import AuditEntry


@pytest.fixture
def client(shop: Shop, staff: Callable[..., object]) -> Callable[..., Client]:
    def sign_in(role: str = "manager", language: str = "en", **fields: object) -> Client:
        client = Client()
        client.force_login(staff(role, language=language, **fields))
        return client

    return sign_in


def text_of(answer: object) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def decide(client: Client, made: Submission, decision: str, **more: object) -> object:
    return client.post(f"/content/{made.pk}/decide/", {"decision": decision, "seen": made.revision, **more})


@pytest.mark.parametrize(
    ("language", "empty", "title"),
    [("en", "Nothing waits.", "Members' content"), ("de", "Nichts wartet.", "Texte und Fotos")],
)
def test_an_empty_queue_says_where_content_comes_from(
    client: Callable[..., Client], programme: Programme, language: str, empty: str, title: str
) -> None:
    page = client(language=language).get("/content/")
    assert empty in text_of(page)
    assert title in page.content.decode().replace("&#x27;", "'")
    assert page.status_code == client().get("/content/", headers={"hx-request": "true"}).status_code == 200


def test_without_a_programme_the_page_leads_to_it(client: Callable[..., Client]) -> None:
    manager = client()
    assert "There is no loyalty programme yet." in text_of(manager.get("/content/"))
    assert manager.get("/content/settings/").url == "/content/"


def test_the_queue_is_worked_off_one_after_the_other(client: Callable[..., Client], programme: Programme) -> None:
    anna, moderator = member(programme), client("service")
    first, second = submit(anna, photos=[photo()]), submit(anna, key="k2", text="<b>Bold</b> & bitter, all in all.")
    assert f"/content/{first.pk}/" in moderator.get("/content/").content.decode()
    page = moderator.get(f"/content/{first.pk}/")
    assert SAID in text_of(page)
    assert decide(moderator, first, "publish").url == f"/content/{second.pk}/"
    page = moderator.get(f"/content/{second.pk}/")
    assert "&lt;b&gt;Bold&lt;/b&gt; &amp; bitter" in page.content.decode()
    assert "Say why" in text_of(decide(moderator, second, "reject"))
    assert decide(moderator, second, "reject", reason="No markup.").url == "/content/"
    assert [each.state for each in Submission.objects.order_by("pk")] == ["published", "rejected"]
    assert AuditEntry.objects.filter(action="content.rejected", who__role="service").count() == 1
    for state in ("published", "rejected", "withdrawn", "reported", "nonsense"):
        assert moderator.get("/content/", {"state": state}).status_code == 200


def test_a_longer_queue_takes_no_more_questions(client: Callable[..., Client], programme: Programme) -> None:
    moderator, anna = client("service"), member(programme)

    def questions() -> int:
        with CaptureQueriesContext(connection) as told:
            assert moderator.get("/content/").status_code == 200
        return len(told)

    submit(anna, photos=[photo()])
    questions()  # what is asked once for all pages
    before = questions()
    for number in range(4):
        submit(anna, key=f"more {number}", photos=[photo()])
    assert questions() == before


def test_the_second_moderator_is_told_who_was_quicker(client: Callable[..., Client], programme: Programme) -> None:
    made = submit(member(programme))
    decide(client(), made, "publish")
    late = client("admin")
    answer = late.post(f"/content/{made.pk}/decide/", {"decision": "reject", "seen": 0, "reason": "No."}, follow=True)
    assert "Kim Manager was quicker: it is “Published” now. Nothing was changed by you." in text_of(answer)
    withdraw(made)
    answer = late.post(f"/content/{made.pk}/decide/", {"decision": "publish", "seen": 1}, follow=True)
    assert "Its author withdrew it meanwhile." in text_of(answer)


def test_what_was_reported_stands_or_is_taken_down(client: Callable[..., Client], programme: Programme) -> None:
    made, manager = publish(submit(member(programme))), client()
    moderating.report(submission=made, reason="Another tea.", now=NOW)
    assert "Another tea." in text_of(manager.get(f"/content/{made.pk}/"))
    assert "Reported (1)" in text_of(manager.get("/content/"))
    made.refresh_from_db()
    decide(manager, made, "keep")
    assert "Reported (0)" in text_of(manager.get("/content/"))
    decide(manager, made, "reject", reason="It is another tea.")
    assert Submission.objects.get().state == "rejected"


def test_opening_it_enters_the_proposed_text_once(client: Callable[..., Client], shop: Shop) -> None:
    programme, manager = Programme.objects.create(shop=shop, name="Tea Circle"), client()
    assert terms.proposed()["de"] in manager.get("/content/settings/").content.decode()
    for _each in range(2):
        manager.post("/content/settings/", {"is_open": "on", "pending_days": "30"})
    assert (ContentTerms.objects.get().pending_days, ConsentText.objects.count()) == (30, 2)
    assert 'aria-invalid="true"' in manager.post("/content/settings/", {"pending_days": "366"}).content.decode()
    manager.post("/content/settings/", {"pending_days": "0"})
    assert not terms.of(programme).is_open


@pytest.mark.parametrize("role", ["analyst"])
def test_who_may_not_moderate_sees_nothing(client: Callable[..., Client], programme: Programme, role: str) -> None:
    made, other = submit(member(programme), photos=[photo()]), client(role)
    for path in ("/content/", f"/content/{made.pk}/", f"/content/{made.pk}/photos/1/full.jpg", "/content/settings/"):
        assert other.get(path).status_code == 403
    assert decide(other, made, "publish").status_code == 403
    assert client("service").get("/content/settings/").status_code == 403


def test_a_published_photo_is_for_everybody(programme: Programme) -> None:
    made = submit(member(programme), photos=[photo(1000, 500, "PNG")])
    token, anybody = Photo.objects.get().token, Client()
    for size in ("full", "small"):
        assert anybody.get(f"/content/photos/{token}/{size}.jpg").status_code == 404
    publish(made)
    answer = anybody.get(f"/content/photos/{token}/full.jpg")
    assert answer.content == bytes(Photo.objects.get().full)
    assert answer.content.startswith(b"\xff\xd8\xff")
    expected = {
        "Content-Type": "image/jpeg",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-cache",
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    assert {name: answer.headers[name] for name in expected} == expected
    assert not answer.cookies
    with CaptureQueriesContext(connection) as told:
        assert anybody.get(f"/content/photos/{token}/small.jpg").content == bytes(Photo.objects.get().small)
    assert not any('"content_photo"."full"' in each["sql"] for each in told.captured_queries[:-1])
    assert anybody.get(f"/content/photos/{token}/original.jpg").status_code == 404
    assert anybody.get(f"/content/photos/{token}/original.jpg", headers={"If-None-Match": "*"}).status_code == 404
    reject(made)
    assert anybody.get(f"/content/photos/{token}/full.jpg").status_code == 404


def test_a_browser_asks_each_time_and_shows_nothing_that_was_withdrawn(programme: Programme) -> None:
    made = submit(member(programme), photos=[photo()])
    publish(made)
    path, anybody = f"/content/photos/{Photo.objects.get().token}/full.jpg", Client()
    first = anybody.get(path)
    shown = {"If-None-Match": first.headers["ETag"]}
    with CaptureQueriesContext(connection) as asked:
        again = anybody.get(path, headers=shown)
    assert (again.status_code, again.content, again.headers["Cache-Control"]) == (304, b"", "private, no-cache")
    assert (again.headers["ETag"], again.headers["Access-Control-Allow-Origin"]) == (first.headers["ETag"], "*")
    assert not any('"content_photo"."full"' in each["sql"] for each in asked.captured_queries)
    assert anybody.get(path.replace("full", "small"), headers=shown).status_code == 200
    withdraw(made)
    assert anybody.get(path, headers=shown).status_code == 404
    assert Photo.objects.count() == 0


def test_a_moderator_sees_a_photo_before_it_is_published(client: Callable[..., Client], programme: Programme) -> None:
    made = submit(member(programme), photos=[photo()])
    answer = client().get(f"/content/{made.pk}/photos/1/small.jpg")
    assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == ("image/jpeg", "private, no-store")
    assert client().get(f"/content/{made.pk}/photos/2/small.jpg").status_code == 404
