"""The description at /v1/openapi.json is true: Schemathesis finds no 5xx and no answer that is not in it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sending import Sender

Make = Callable[..., Sender]


def test_the_description_names_every_address(source: Make):
    answer = source().ask("GET", "/v1/openapi.json")
    described = {path for path in json.loads(answer.body)["paths"] if path.count("/") == 2}
    kinds = ("identify", "track", "page", "screen", "group", "alias", "batch")
    assert described == {f"/v1/{name}" for kind in kinds for name in (kind, kind[0])} | {"/v1/openapi.json"}


def test_the_description_names_every_word_for_what_is_refused(source: Make):
    from treue.listen.tracking import errors, problems

    schemas = json.loads(source().ask("GET", "/v1/openapi.json").body)["components"]["schemas"]
    answered = problems.PROBLEMS.keys() - {errors.ErasedPerson.code}
    of_events = {kind.code for kind in errors.BadEvent.__subclasses__()} - {errors.ErasedPerson.code}
    assert set(schemas["Problem"]["properties"]["code"]["enum"]) == answered
    assert set(schemas["Rejected"]["properties"]["code"]["enum"]) == of_events


def test_the_handbook_names_every_word_for_what_is_refused():
    from treue.listen.tracking import problems

    written = Path("docs/tracking.md").read_text()
    assert [code for code in problems.PROBLEMS if f"`{code}`" not in written] == []


@pytest.mark.long
@pytest.mark.parametrize("with_key", [True, False])
def test_what_anybody_may_send_is_answered_as_described(source: Make, with_key: bool):
    import hypothesis
    import schemathesis
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_headers_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    sender = source()
    schema = schemathesis.openapi.from_url(f"{sender.web.url}/v1/openapi.json")
    checks = [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_headers_conformance,
        response_schema_conformance,
    ]
    seen = set()
    for found in schema.get_all_operations():
        operation = found.ok()

        @hypothesis.settings(
            max_examples=25, deadline=None, database=None, suppress_health_check=list(hypothesis.HealthCheck)
        )
        @hypothesis.given(case=operation.as_strategy())
        def play(case: schemathesis.Case) -> None:
            answer = case.call(auth=(sender.key, "")) if with_key else case.call()
            seen.add(answer.status_code)
            case.validate_response(answer, checks=checks)

        play()
    assert seen >= ({200, 204, 400} if with_key else {204, 401})
