"""What is known of a person by their content, and what erasure, export and merging do with it."""

import base64
import json
from datetime import timedelta

from django.utils import timezone

from tests.act.content.submitted import NOW, SAID, member, photo, publish, published, submit, withdraw
from tests.act.rewards.treats import broken
from treue.act.content import moderating, reading
from treue.act.content.models import Photo, Report, Submission
from treue.act.loyalty import reading as loyalty
from treue.act.loyalty.models import Programme
from treue.core.customers import consent, erasure, export, merging
from treue.core.events.models import Event


def test_a_copy_of_the_data_has_text_and_photos(programme: Programme) -> None:
    anna, ben = member(programme), member(programme, "ben", name="Ben")
    mine = publish(submit(anna, photos=[photo()]))
    moderating.report(submission=mine, reason="I am Carla, and this is not true.", now=NOW)
    submit(ben, key="k2", text="Of Ben.")
    with export.export(customer=anna.customer, by=None, now=NOW) as file:
        said = file.read().decode()
    data = json.loads(said)["data"]
    (text,), (picture,) = data["content.submission"], data["content.photo"]
    assert (text["text"], text["shown_name"], text["state"]) == (SAID, "Anna", "published")
    assert base64.b64decode(picture["full"]) == bytes(Photo.objects.get().full)
    assert "Ben" not in said
    assert "Carla" not in said


def test_an_erasure_deletes_texts_and_photos(programme: Programme) -> None:
    anna, ben = member(programme), member(programme, "ben")
    mine = publish(submit(anna, photos=[photo()]))
    moderating.report(submission=mine, reason="Not this tea.", now=NOW)
    theirs = publish(submit(ben, key="k2", photos=[photo()]))
    receipt = erasure.erase(customer=anna.customer, by=None)
    counted = [receipt.deleted[f"content.{name}"] for name in ("Submission", "Photo", "Report")]
    assert (counted, published(programme), Report.objects.count()) == ([1, 1, 1], [theirs.pk], 0)
    assert (Submission.objects.get(), Photo.objects.get().submission, broken()) == (theirs, theirs, [])


def test_the_log_never_has_what_was_written(programme: Programme) -> None:
    anna = member(programme)
    withdraw(publish(submit(anna, photos=[photo()])))
    told = json.dumps([each.facts for each in Event.objects.filter(name__startswith="Content ")])
    assert "hay" not in told
    assert "Anna" not in told


def test_who_was_two_is_one_author(programme: Programme) -> None:
    """What was submitted stays, its points are at the membership that stands, and one withdrawal ends all of it."""
    anna, double, now = member(programme), member(programme, "double"), timezone.now() - timedelta(hours=2)
    first, second = submit(anna, now=now), submit(double, key="k2", photos=[photo()], now=now)
    for each in (first, second):
        publish(each, now=now)
    merging.merge(kept=anna.customer, absorbed=double.customer, by=None)
    assert published(programme) == [first.pk, second.pk]
    assert [each.pk for each in reading.of_member(anna).order_by("pk")] == [first.pk, second.pk]
    assert loyalty.balances(anna).pending == 40
    submit(anna, key="k3", now=now)
    about = {"purpose": "publish_content", "channel": "none", "source": "form"}
    consent.withdraw(customer=anna.customer, happened_at=now + timedelta(hours=1), **about)
    assert {each.state for each in Submission.objects.all()} == {"withdrawn"}
    assert (Photo.objects.count(), loyalty.balances(anna).pending, broken()) == (0, 0, [])


def test_points_of_a_merged_membership_come_to_the_one_that_stands(programme: Programme) -> None:
    anna, double = member(programme), member(programme, "double")
    waiting = submit(double, photos=[photo()])
    merging.merge(kept=anna.customer, absorbed=double.customer, by=None)
    now = timezone.now()
    publish(waiting, now=now)
    assert loyalty.balances(anna).pending == 20
    withdraw(waiting, now=now)
    assert (loyalty.balances(anna).pending, broken()) == (0, [])


def test_whose_other_half_withdrew_is_not_shown_until_they_are_two_again(programme: Programme) -> None:
    """Nothing is deleted by a merge: it may have been a mistake."""
    anna, double = member(programme), member(programme, "double")
    mine = publish(submit(anna, photos=[photo()]))
    gone = submit(double, key="k2", now=NOW + timedelta(minutes=1))
    withdraw(gone, now=NOW + timedelta(hours=1))
    done = merging.merge(kept=anna.customer, absorbed=double.customer, by=None)
    assert (published(programme), Photo.objects.count()) == ([], 1)
    merging.undo(merge=done, by=None)
    assert published(programme) == [mine.pk]
