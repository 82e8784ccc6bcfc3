"""The audit trail and its page."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, override

from treue.core.staff import audit, audit_wording
from treue.core.staff.audit_facts import facts_text
from treue.core.staff.models import AuditEntry, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def trail(ada: User, otto: User) -> None:
    AuditEntry.objects.all().delete()
    audit.record("staff.role_changed", who=ada, subject=f"user {otto.pk}", role={"old": "analyst", "new": "manager"})
    audit.record("job.cancelled", who=otto, subject="job 7", kind="imports.orders")
    audit.record("staff.first_admin_made", who=None, subject="user 1")


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_leaves_no_line(ada: User) -> None:
    with transaction.atomic():
        audit.record("staff.deactivated", who=ada)
        transaction.set_rollback(True)
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_page_speaks_both_languages(hers: Client, trail: None, language: str) -> None:
    User.objects.update(language=language)
    page = hers.get(reverse("audit")).text
    with override(language):
        for word in ("Audit log", "Changed a role", "Cancelled a job", "Treue itself"):
            assert gettext(word) in page
        assert f"{gettext('Role')}: {gettext('Analyst')} → {gettext('Manager')}" in page


def test_it_is_filtered_by_action_and_person(hers: Client, trail: None, otto: User) -> None:
    def found(**query: str) -> list[str]:
        page = hers.get(reverse("audit"), query).text.split('id="results"')[1]
        return [what for what in ("Changed a role", "Cancelled a job", "Made the first administrator") if what in page]

    assert found(action="job.cancelled") == ["Cancelled a job"]
    assert found(who=str(otto.pk)) == ["Cancelled a job"]
    assert found(who="none") == ["Made the first administrator"]
    assert found(who=str(otto.pk), action="staff.role_changed") == []


@pytest.mark.parametrize("query", [{"who": "x"}, {"who": "9" * 30}, {"before": "x"}, {"after": "-1"}, {"action": "x'"}])
def test_a_made_up_filter_harms_nothing(hers: Client, trail: None, query: dict[str, str]) -> None:
    assert hers.get(reverse("audit"), query).status_code == 200


@pytest.mark.parametrize("query", [{"action": "\0"}, {"action": "x'"}, {"who": "\0"}, {"who": "²"}, {"who": "0"}])
def test_who_or_what_is_not_in_the_trail_is_not_found(hers: Client, trail: None, query: dict[str, str]) -> None:
    assert "Nothing was done that fits this filter." in hers.get(reverse("audit"), query).text
    assert len(hers.get(reverse("audit_csv"), query).getvalue().decode().splitlines()) == 1


def test_an_empty_result_says_so(hers: Client, trail: None) -> None:
    assert "Nothing was done that fits this filter." in hers.get(reverse("audit"), {"action": "x"}).text


def test_it_is_saved_as_csv_as_filtered_and_no_cell_is_a_formula(hers: Client, trail: None, ada: User) -> None:
    ada.name = "=cmd|' /C calc'!A0"
    ada.save()
    answer = hers.get(reverse("audit_csv"), {"action": "staff.role_changed"})
    lines = answer.getvalue().decode("utf-8-sig").splitlines()
    assert lines[0] == "When,Who,What,Concerning,Details,action"
    assert len(lines) == 2
    assert "'=cmd" in lines[1]
    assert lines[1].endswith("Role: Analyst → Manager,staff.role_changed")


def test_it_is_paged_from_the_newest(hers: Client, ada: User) -> None:
    AuditEntry.objects.all().delete()
    for number in range(120):
        audit.record("job.cancelled", who=ada, subject=f"job {number:03}")
    first = hers.get(reverse("audit"))
    assert "Job 119" in first.text
    assert "Job 069" not in first.text
    assert "120 entries" in first.text
    second = hers.get(reverse("audit") + first.context["pager"].next_url)
    assert "Job 069" in second.text
    third = hers.get(reverse("audit") + second.context["pager"].next_url)
    assert "Job 000" in third.text
    assert third.context["pager"].next_url == ""
    back = hers.get(reverse("audit") + third.context["pager"].previous_url)
    assert [placed[3].cell.text for placed in back.context["table"].rows] == [
        placed[3].cell.text for placed in second.context["table"].rows
    ]


def test_a_room_names_its_own_deeds_and_an_unnamed_one_keeps_its_name() -> None:
    audit_wording.name_actions({"test.deed": gettext_lazy("Sign in")})
    assert audit_wording.action_name("test.deed") == "Sign in"
    assert audit_wording.action_name("test.other") == "test.other"
    del audit_wording.ACTIONS["test.deed"]


def test_old_and_new_values_are_read_as_a_change() -> None:
    facts = {"window_days": {"old": 365, "new": 180}, "codes": ["POST", "M"], "file": "", "n": 3}
    assert facts_text(facts) == "Activity window in days: 365 → 180 · codes: POST, M · File: – · n: 3"


def test_facts_and_their_values_are_read_in_the_language_of_who_looks() -> None:
    facts = {"file": "mai.csv", "what": "orders", "filtered": False, "kind": "imports.run", "fields": ["language"]}
    assert facts_text(facts) == (
        "File: mai.csv · Holds: Orders · Only those of a filter: no · Work: Import of a file · Fields: Language"
    )
    with override("de"):
        assert facts_text({"what": "orders", "filtered": True}) == "Enthält: Bestellungen · Nur die eines Filters: ja"


def test_colleagues_are_called_by_name_and_everything_else_by_number() -> None:
    names = {"user 7": "Otto Analyse"}
    expected = {
        "user 7": "Otto Analyse",
        "user 8": "Account 8",
        "no account": "An address without an account",
        "customer 12": "Customer 12",
        "comet 3": "comet 3",
        "shop": "shop",
        "": "",
    }
    assert {subject: audit_wording.subject_text(subject, names) for subject in expected} == expected
