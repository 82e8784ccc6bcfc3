"""Members submit, moderators decide, and what is withdrawn is gone."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from tests.act.content.submitted import (
    NOW,
    SAID,
    member,
    photo,
    publish,
    published,
    reject,
    rules,
    submit,
    withdraw,
)
from tests.act.rewards.treats import broken, points
from tests.core.lake import buying
from treue.act.content import errors, forgetting, moderating, names, reading, signals, terms
from treue.act.content.models import Photo, Report, Submission
from treue.act.loyalty import membership
from treue.act.loyalty import reading as loyalty
from treue.act.loyalty.models import Programme
from treue.core.customers import consent, consent_texts
from treue.core.events.models import Event
from treue.core.staff.models import AuditEntry


def told(name: str) -> list[dict]:
    return [each.facts for each in Event.objects.filter(name=name)]


def test_a_submission_waits_with_its_consent(programme: Programme) -> None:
    anna = member(programme)
    made = submit(anna, photos=[photo(), photo(colour="red")])
    assert (made.state, made.shown_name, made.photo_count, Photo.objects.count()) == ("pending", "Anna", 2, 2)
    (said,) = consent.standing(anna.customer)
    assert (said.is_allowed, said.record, said.record.purpose) == (True, made.consent, "publish_content")
    assert said.record.text == terms.text(programme.shop, "en", NOW)
    assert published(programme) == []
    assert told("Content Submitted") == [{"submission": made.pk, "photos": 2, "has_text": True}]


def test_what_is_published_is_as_it_was_written(programme: Programme, staff) -> None:
    made = submit(member(programme), text="  So-so.\r\n\r\n\r\n\r\nBut  the \u202ecup\u202c!\x07 ")
    manager = staff("manager")
    moderating.publish(submission=made, seen=0, now=NOW, by=manager)
    made.refresh_from_db()
    assert (made.text, made.state, made.decided_by) == ("So-so.\n\nBut the cup!", "published", manager)
    assert AuditEntry.objects.get(action="content.published").subject == f"submission {made.pk}"
    for change in ({"text": "Great!"}, {"shown_name": "Kim"}, {"product": "TEA-1"}):
        with pytest.raises(IntegrityError, match="as it was written"), transaction.atomic():
            Submission.objects.filter(pk=made.pk).update(**change)


def test_nobody_changes_a_photo(programme: Programme) -> None:
    submit(member(programme), photos=[photo()])
    with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
        Photo.objects.update(full=b"another")


def test_sent_twice_it_is_submitted_once(programme: Programme) -> None:
    anna = member(programme)
    assert submit(anna, photos=[photo()]) == submit(anna, photos=[photo()])
    with pytest.raises(errors.KeyReused):
        submit(anna, photos=[photo(colour="red")])
    assert (Submission.objects.count(), Photo.objects.count()) == (1, 1)


def test_of_one_bad_photo_nothing_is_left(programme: Programme) -> None:
    anna = member(programme)
    with pytest.raises(errors.NoPhoto):
        submit(anna, photos=[photo(), b"<html>"])
    assert (Submission.objects.count(), consent.standing(anna.customer)) == (0, [])


def test_what_cannot_be_submitted_says_why(programme: Programme) -> None:
    anna = member(programme, name="")
    for draft, why in (
        ({"text": " \n"}, errors.Empty),
        ({"text": "x" * 2_001}, errors.TextTooLong),
        ({"product": "NONE"}, errors.UnknownProduct),
        ({"photos": [photo()] * 5}, errors.TooManyPhotos),
        ({"name": "initials"}, errors.NoName),
    ):
        with pytest.raises(why):
            submit(anna, **{"name": "none", **draft})
    membership.leave(member=anna, at=NOW)
    with pytest.raises(errors.LeftProgramme):
        submit(anna, name="none")
    terms.save(programme=programme, is_open=False, pending_days=14, now=NOW, by=None)
    with pytest.raises(errors.NotOpen):
        submit(anna, name="none")


def test_a_member_submits_five_times_a_day_whatever_they_withdraw(programme: Programme) -> None:
    anna = member(programme)
    for number in range(5):
        withdraw(submit(anna, key=f"k{number}", now=NOW + timedelta(minutes=number)))
    with pytest.raises(errors.TooManyToday):
        submit(anna, key="k6")
    assert submit(anna, key="k7", now=NOW + timedelta(days=1)).of_day == 1
    first = Submission.objects.order_by("pk").first()
    with pytest.raises(IntegrityError, match="content_so_many_a_day"), transaction.atomic():
        Submission.objects.filter(pk=first.pk).update(of_day=6)


def test_a_member_has_fifty_standing(programme: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    from treue.act.content import submitting

    monkeypatch.setattr(submitting, "MOST_STANDING", 1)
    anna = member(programme)
    made = submit(anna)
    with pytest.raises(errors.TooManyAtOnce):
        submit(anna, key="k2")
    withdraw(made)
    submit(anna, key="k3", now=NOW + timedelta(minutes=1))


def test_the_text_of_consent_must_be_the_one_in_force(programme: Programme) -> None:
    anna = member(programme)
    former = terms.text(programme.shop, "en", NOW)
    consent_texts.add(
        shop=programme.shop, purpose="publish_content", version="2", texts={"en": "Other"}, valid_from=NOW, by=None
    )
    from treue.act.content import submitting
    from treue.act.content.submitting import Agreement, Draft

    with pytest.raises(errors.OtherText):
        submitting.submit(member=anna, draft=Draft("x"), agreed=Agreement(former, "form"), key="k", now=NOW)


@pytest.mark.parametrize(
    ("name", "first", "initials"),
    [
        ("Anna Beispiel", "Anna", "A. B."),
        ("Dr. Anna Maria Beispiel", "Anna", "A. B."),
        ("Beispiel, Anna", "Anna", "A. B."),
        ("Anna", "Anna", "A."),
        ("Prof. Dr.", "", ""),
        ("", "", ""),
    ],
)
def test_a_name_is_shown_as_wished(name: str, first: str, initials: str) -> None:
    assert (names.shown(name, "first name"), names.shown(name, "initials"), names.shown(name, "none")) == (
        *(first, initials),
        "",
    )


def test_withdrawn_it_is_gone_at_once_with_its_files(programme: Programme) -> None:
    anna = member(programme)
    made = publish(submit(anna, photos=[photo()]))
    moderating.report(submission=made, reason="Mine.", now=NOW)
    withdraw(made)
    withdraw(made)
    made.refresh_from_db()
    assert (made.state, made.text, made.shown_name, made.text_hash) == ("withdrawn", "", "", "")
    assert (Photo.objects.count(), Report.objects.count(), published(programme)) == (0, 0, [])
    assert len(told("Content Withdrawn")) == 1
    with pytest.raises(IntegrityError, match="stays withdrawn"), transaction.atomic():
        Submission.objects.filter(pk=made.pk).update(state="pending", withdrawn_at=None, text="Back")
    with pytest.raises(errors.Withdrawn):
        publish(made)


def test_with_the_last_one_the_consent_ends(programme: Programme) -> None:
    anna = member(programme)
    first, second = submit(anna), submit(anna, key="k2")
    withdraw(first)
    assert consent.standing(anna.customer)[0].is_allowed
    withdraw(second)
    assert not consent.standing(anna.customer)[0].is_allowed


def test_who_withdraws_the_consent_withdraws_everything(programme: Programme) -> None:
    anna, ben = member(programme), member(programme, "ben")
    mine = [publish(submit(anna, photos=[photo()])), submit(anna, key="k2")]
    theirs = publish(submit(ben, key="k3"))
    about = {"purpose": "publish_content", "channel": "none", "source": "form"}
    consent.withdraw(customer=anna.customer, happened_at=NOW + timedelta(hours=1), **about)
    assert {Submission.objects.get(pk=each.pk).state for each in mine} == {"withdrawn"}
    assert (published(programme), Photo.objects.count()) == ([theirs.pk], 0)
    again = submit(anna, key="k4", now=NOW + timedelta(hours=2))
    assert publish(again, now=NOW + timedelta(hours=2)).state == "published"


def test_a_withdrawal_that_is_told_late_counts_from_its_day(programme: Programme) -> None:
    """What was agreed to anew afterwards stands."""
    anna = member(programme)
    made = publish(submit(anna))
    about = {"purpose": "publish_content", "channel": "none", "source": "paper"}
    consent.withdraw(customer=anna.customer, happened_at=NOW - timedelta(days=1), note="Letter", **about)
    assert published(programme) == [made.pk]


def test_nothing_is_published_against_a_consent_that_is_gone(programme: Programme) -> None:
    """Also where a record came in past the room, such as in a restored journal."""
    from treue.core.customers.models import ConsentRecord

    anna = member(programme)
    first, second = publish(submit(anna)), submit(anna, key="k2")
    about = {"purpose": "publish_content", "channel": "none", "kind": "withdrawn", "source": "import"}
    ConsentRecord.objects.create(customer=anna.customer, happened_at=timezone.now(), **about)
    assert published(programme) == []
    with pytest.raises(errors.Withdrawn):
        publish(second)
    assert not reading.has_consent(first)


def test_a_rejection_says_why_and_can_be_taken_back(programme: Programme) -> None:
    made = submit(member(programme))
    with pytest.raises(errors.WithoutReason):
        reject(made, "  ")
    assert reject(made, "A person can be recognised.").reason == "A person can be recognised."
    assert publish(made).reason == ""
    taken = reject(made, "Reported.")
    assert (taken.state, published(programme)) == ("rejected", [])
    assert [len(told(name)) for name in ("Content Published", "Content Rejected")] == [1, 2]


def test_rejected_things_are_kept_for_half_a_year(programme: Programme) -> None:
    made = reject(submit(member(programme), photos=[photo()]))
    assert forgetting.forget_rejected(now=NOW + timedelta(days=179)) == 0
    assert forgetting.forget_rejected(now=NOW + timedelta(days=181)) == 1
    assert (Photo.objects.count(), Submission.objects.filter(pk=made.pk).count()) == (0, 0)


def test_who_bought_the_product_is_told_apart(programme: Programme) -> None:
    tea = buying.product(programme.shop, "TEA-1")
    buying.product(programme.shop, "TEA-2")
    anna, ben = member(programme), member(programme, "ben")
    buying.order(anna.customer, "2026-10-01", number="A-1", product=tea)
    made = {
        "bought": submit(anna, product="TEA-1"),
        "another": submit(anna, key="k2", product="TEA-2"),
        "the shop": submit(anna, key="k3"),
        "never": submit(ben, key="k4", product="TEA-1"),
        "never the shop": submit(ben, key="k5"),
        "too early": submit(anna, key="k6", product="TEA-1", now=NOW.replace(month=9)),
    }
    rows = {each.pk: each.is_verified for each in reading.with_proof(reading.of(programme))}
    assert [name for name, each in made.items() if rows[each.pk]] == ["bought", "the shop"]


def test_hints_are_sentences_and_stop_nothing(programme: Programme) -> None:
    anna, ben = member(programme), member(programme, "ben")
    submit(ben, key="k0", text=SAID.upper(), photos=[photo()])
    loud = submit(anna, text="Call +49 30 1234567 or mail me@example.org, see https://example.org/x")
    copied = submit(anna, key="k2", photos=[photo()])
    quiet = submit(anna, key="k3", text="2 von 3 Tassen waren gut, 100 g für 4,90.")
    short = submit(anna, key="k4", text="Nice tea.")
    assert signals.of(loud) == [
        "An e-mail address stands in the text.",
        "A link stands in the text.",
        "What looks like a telephone number stands in the text.",
    ]
    assert signals.of(copied) == [
        "The same text was submitted 1 more time.",
        "The same photo was submitted before.",
    ]
    assert (signals.of(quiet), signals.of(short)) == ([], ["The text is very short."])
    assert publish(loud).state == "published"


def test_what_is_published_can_be_reported(programme: Programme) -> None:
    made = submit(member(programme))
    with pytest.raises(errors.NotPublished):
        moderating.report(submission=made, reason="?", now=NOW)
    publish(made)
    for _each in range(20):
        moderating.report(submission=made, reason="Not this product.", now=NOW)
    with pytest.raises(errors.ReportedEnough):
        moderating.report(submission=made, reason="Not this product.", now=NOW)
    made.refresh_from_db()
    assert reading.counts(programme)["reported"] == 1
    moderating.keep(submission=made, seen=made.revision, by=None)
    assert (reading.counts(programme)["reported"], published(programme)) == (0, [made.pk])


def test_points_come_once_when_it_is_published_and_are_pending(programme: Programme) -> None:
    anna = member(programme)
    made = publish(submit(anna, text="Bitter, and too dear for what it is."))
    has = loyalty.balances(anna)
    assert (made.points, has.points, has.pending) == (20, 0, 20)
    reject(made)
    assert (Submission.objects.get().points, loyalty.balances(anna).pending) == (0, 0)
    publish(made)
    assert (loyalty.balances(anna).pending, broken()) == (0, [])


def test_a_withdrawal_takes_pending_points_alone(programme: Programme) -> None:
    anna = member(programme)
    early, late = publish(submit(anna)), publish(submit(anna, key="k2"))
    withdraw(early, now=NOW + timedelta(days=3))
    assert loyalty.balances(anna).pending == 20
    from treue.act.loyalty import ledger

    over = NOW + timedelta(days=16)
    ledger.activate(programme, at=over, most=10)
    withdraw(late, now=over)
    has = loyalty.balances(anna)
    assert (has.points + has.pending, Submission.objects.get(pk=late.pk).points, broken()) == (20, 20, [])


def test_limits_of_the_rules_hold_for_content(programme: Programme) -> None:
    rules(programme, caps={"month": 50}, points=30)
    anna = member(programme)
    came = [publish(submit(anna, key=f"k{number}")).points for number in range(3)]
    assert (came, loyalty.balances(anna).pending) == ([30, 20, 0], 50)


def test_a_budget_of_a_rule_is_never_overdrawn(programme: Programme) -> None:
    rules(programme, budget=50, points=30)
    them = [member(programme, f"m{number}") for number in range(3)]
    assert [publish(submit(each, key=f"k{each.pk}")).points for each in them] == [30, 20, 0]


def test_without_a_rule_nothing_is_given(programme: Programme) -> None:
    rules(programme, deed="review")
    anna = member(programme)
    assert (publish(submit(anna)).points, points(anna)) == (0, 0)
