"""What a member writes and photographs for others, in the portal."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from visitors import Browser

from tests.act.content import submitted
from tests.core.lake import buying
from treue.act.content import terms
from treue.act.content.models import Photo, Submission
from treue.act.loyalty.models import Member
from treue.act.portal import limits
from treue.act.portal.models import Portal
from treue.core.customers import consent


@pytest.fixture
def author(signed_in: Browser, member: Member) -> Browser:
    terms.save(programme=member.programme, is_open=True, pending_days=14, now=member.joined_at, by=None)
    return signed_in


def text_of(answer: object) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())).replace("&#x27;", "'")


def hidden(page: object) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(key|agreed)" value="([^"]+)"', page.content.decode()))


def send(author: Browser, **more: object) -> object:
    given = {**hidden(author.get("/m/content/new/")), "text": submitted.SAID, "name": "first name", "agrees": "on"}
    return author.post("/m/content/new/", given | more)


def file(raw: bytes, name: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, raw, "image/jpeg")


def test_a_member_submits_a_text_with_photos_and_takes_it_back(author: Browser, member: Member) -> None:
    tea = buying.product(member.programme.shop, "TEA-1")
    buying.order(member.customer, number="A-1", product=tea)
    page = author.get("/m/content/new/").content.decode()
    assert terms.text(member.programme.shop, "en", member.joined_at).text in page
    assert 'value="TEA-1"' in page
    assert all(name in page for name in ("Anna", "A. B.", "no name", "Version 1."))
    answer = send(author, product="TEA-1", photos=[file(submitted.photo()), file(submitted.photo(kind="PNG"))])
    made = Submission.objects.get()
    assert (answer.url, made.product, made.photo_count) == ("/m/content/?done=submitted", "TEA-1", 2)
    assert "The shop looks at it before it is shown." in text_of(author.get("/m/content/?done=submitted"))
    place = f"/m/content/{made.pk}/"
    assert submitted.SAID in text_of(author.get(place))
    photo = author.get(f"{place}photos/1/small.jpg")
    assert photo.headers["Content-Type"] == "image/jpeg"
    assert "no-store" in photo.headers["Cache-Control"]
    assert author.post(f"{place}withdraw/").url == "/m/content/?done=withdrawn"
    made.refresh_from_db()
    assert (made.state, Photo.objects.count()) == ("withdrawn", 0)
    assert author.get(f"{place}photos/1/small.jpg").status_code == 404
    assert not consent.standing(member.customer)[0].is_allowed


def test_the_same_form_sent_twice_submits_once(author: Browser) -> None:
    given = hidden(author.get("/m/content/new/"))
    assert {send(author, **given).status_code for _each in range(2)} == {302}
    assert Submission.objects.count() == 1


def test_without_a_yes_nothing_is_taken(author: Browser, member: Member) -> None:
    page = send(author, agrees="")
    assert "Without your consent the shop may not show it" in text_of(page)
    assert submitted.SAID in page.content.decode()
    changed = text_of(send(author, agreed="0"))
    assert "The text of the consent has changed meanwhile. Please read it again." in changed
    assert (Submission.objects.count(), consent.standing(member.customer)) == (0, [])


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"<html><script>alert(1)</script>", "Photo 2 cannot be read. Choose a JPEG, PNG or WebP."),
        (b"", "Photo 2 cannot be read. Choose a JPEG, PNG or WebP."),
        (submitted.photo()[:500], "Photo 2 cannot be read. Choose a JPEG, PNG or WebP."),
        (submitted.photo(50, 50), "Photo 2 is too small: at least 100 pixels each way are needed."),
        (bytes(9 << 20), "A photo is larger than 8 MB."),
    ],
    ids=["page", "empty", "half", "small", "heavy"],
)
def test_a_bad_photo_is_refused_with_a_sentence(author: Browser, raw: bytes, said: str) -> None:
    page = send(author, photos=[file(submitted.photo()), file(raw)])
    assert said in text_of(page)
    assert submitted.SAID in page.content.decode()
    assert page.status_code < 500
    assert Submission.objects.count() == 0


def test_what_else_cannot_be_sent_says_why(author: Browser) -> None:
    assert "Write something, or choose a photo" in text_of(send(author, text=" "))
    assert "At most 4 photos fit." in text_of(send(author, photos=[file(submitted.photo()) for _each in range(5)]))
    assert 'aria-invalid="true"' in send(author, product="NONE").content.decode()
    for number in range(5):
        assert send(author, text=f"No. {number}").status_code == 302
    page = send(author, text="No. 6")
    assert (page.status_code, "That is enough for today: at most 5 a day." in text_of(page)) == (409, True)


def test_who_floods_the_form_is_slowed(author: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import timedelta

    monkeypatch.setattr(limits, "SUBMISSIONS", limits.Limit("submissions", 1, timedelta(hours=1)))
    assert [send(author, text=f"No. {number}").status_code for number in range(2)] == [302, 429]


def test_a_member_reads_why_it_is_not_shown(author: Browser) -> None:
    send(author)
    made = Submission.objects.get()
    submitted.reject(made, "A person can be recognised.")
    assert "It is not shown. The shop says why: A person can be recognised." in text_of(
        author.get(f"/m/content/{made.pk}/")
    )


def test_points_are_promised_and_said_when_they_come(author: Browser, member: Member) -> None:
    assert "whether it praises or not" not in text_of(author.get("/m/content/new/"))
    from treue.act.loyalty import setting_up
    from treue.act.loyalty.earning import documents

    rule = {"kind": "for_deed", "name": "content", "points": 20, "deed": "content"}
    shop = member.programme.shop
    said = documents.read({"format": 1, "currency": shop.currency, "zone": shop.zone, "rules": [rule]})
    setting_up.save(programme=member.programme, rules=said, now=timezone.now(), by=None)
    assert "20 points for you once it is published, whether it praises or not." in text_of(
        author.get("/m/content/new/")
    )
    send(author)
    made = submitted.publish(Submission.objects.get(), now=timezone.now())
    assert "20 points for it are pending until" in text_of(author.get(f"/m/content/{made.pk}/"))


def test_somebody_elses_is_not_there(author: Browser, member: Member) -> None:
    ben, now = submitted.member(member.programme, "ben"), timezone.now()
    other = submitted.submit(ben, now=now, name="none", photos=[submitted.photo()])
    for path in ("", "photos/1/full.jpg"):
        assert author.get(f"/m/content/{other.pk}/{path}").status_code == 404
    assert author.post(f"/m/content/{other.pk}/withdraw/").status_code == 404


def test_where_it_is_closed_what_was_sent_is_still_there(author: Browser, member: Member) -> None:
    send(author)
    assert "/m/content/" in author.get("/m/").content.decode()
    terms.save(programme=member.programme, is_open=False, pending_days=14, now=member.joined_at, by=None)
    assert "/m/content/" not in author.get("/m/").content.decode()
    assert author.get("/m/content/new/").url == "/m/content/"
    page = text_of(author.get("/m/content/"))
    assert "The shop asks for no texts and photos now." in page
    assert "It smells of hay" in page


@pytest.mark.parametrize(
    ("address", "said"),
    [("sie", "Was Ihnen gefällt und was nicht"), ("du", "Was dir gefällt und was nicht")],
)
def test_in_german_it_speaks_as_the_shop_does(author: Browser, portal: Portal, address: str, said: str) -> None:
    Portal.objects.filter(pk=portal.pk).update(address=address)
    page = author.get("/m/content/new/", headers={"accept-language": "de"})
    assert said in page.content.decode()
