"""How jobs read."""

import pytest
from django.utils.translation import gettext_lazy, override

from treue.core.jobs import wording
from treue.core.jobs.errors import JobError
from treue.core.jobs.models import Job
from treue.design.figures import Link


class TooLong(JobError):
    pass


@pytest.fixture(autouse=True)
def _as_before() -> object:
    kinds, errors = dict(wording.KINDS), dict(wording.ERRORS)
    yield
    for table, before in ((wording.KINDS, kinds), (wording.ERRORS, errors)):
        table.clear()
        table.update(before)


def test_a_room_brings_its_words() -> None:
    wording.describe(
        "test.read",
        name=gettext_lazy("Sign in"),
        steps={"reading": "Reading the file"},
        errors={TooLong: "%(rows)s rows are too many; %(most)s fit."},
        outcome=lambda result: f"{result['rows']} rows",
        leads_to=lambda job: Link("To the import", f"/imports/{job.arguments['import_id']}/"),
    )
    job = Job(kind="test.read", state=Job.State.DONE, step="reading", result={"rows": 7}, arguments={"import_id": 3})
    assert wording.name_of(job) == "Sign in"
    assert wording.step_of(job) == "Reading the file"
    assert wording.outcome_of(job) == "7 rows"
    assert wording.link_of(job) == Link("To the import", "/imports/3/")
    job.error, job.error_facts = "TooLong", {"rows": 525461, "most": 1999}
    with override("de"):
        assert wording.failure_of(job) == "525.461 rows are too many; 1999 fit."


def test_what_nobody_worded_shows_its_own_name() -> None:
    job = Job(kind="test.unheard", step="deep", error="Strange", error_facts={"a": 1})
    assert wording.name_of(job) == "test.unheard"
    assert wording.step_of(job) == ""
    assert wording.failure_of(job) == "Strange"
    assert wording.outcome_of(job) == ""
    assert wording.link_of(job) is None


@pytest.mark.parametrize(
    ("sentence", "facts", "expected"),
    [
        ("%(name)s is missing.", {}, "– is missing."),
        ("Found: %(columns)s.", {"columns": ["a", "b"]}, "Found: a, b."),
        (lambda facts: f"{facts['n']}!", {"n": 3}, "3!"),
        ("100 %% of %(n)s", {"n": True}, "100 % of True"),
    ],
)
def test_facts_are_put_in_and_a_missing_one_harms_nothing(
    sentence: object, facts: dict[str, object], expected: str
) -> None:
    assert wording.worded(sentence, facts) == expected
