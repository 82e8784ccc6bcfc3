"""Error pages: in the reader's language, with something to do, even without a database."""

import json
from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path
from django.utils.translation import gettext, override

from treue.core.staff.models import User
from treue.web import errors
from treue.web.urls import handler400, handler403, handler404, handler500  # noqa: F401 - as the console's own

pytestmark = pytest.mark.django_db
RAISED = {
    "400": SuspiciousOperation("secret detail"),
    "403": PermissionDenied("secret detail"),
    "404": Http404("secret detail"),
    "413": RequestDataTooBig("secret detail"),
    "500": ZeroDivisionError("secret detail"),
}


def failing(request: HttpRequest, status: str) -> HttpResponse:
    raise RAISED[status]


failing.login_required = False
urlpatterns = [path("<str:status>/", failing)]
FAULTS = [errors.UNREADABLE, errors.NOT_ALLOWED, errors.NOTHING_HERE, errors.TOO_MUCH, errors.BROKEN]


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.status))
@override_settings(ROOT_URLCONF=__name__)
def test_each_says_what_happened_and_what_to_do(visitor: Client, fault: errors.Fault, language: str) -> None:
    answer = visitor.get(f"/{fault.status}/", headers={"accept-language": language})
    assert answer.status_code == fault.status
    with override(language):
        assert f"<h1>{fault.title}</h1>" in answer.text
        assert str(fault.advice) in answer.text.replace("&#x27;", "'")
        assert gettext("To the start page") in answer.text
    assert f'<html lang="{language}"' in answer.text
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: str(fault.status))
@override_settings(ROOT_URLCONF=__name__)
def test_a_fragment_gets_a_toast_instead_of_a_page(visitor: Client, fault: errors.Fault) -> None:
    answer = visitor.get(f"/{fault.status}/", headers={"HX-Request": "true"})
    assert answer.status_code == fault.status
    toast = json.loads(answer["HX-Trigger"])["toast"]
    assert toast["kind"] == "bad"
    assert toast["text"] == f"{fault.title}. {fault.advice}"
    assert "<html" not in answer.text


def test_a_page_that_does_not_exist_is_found_out_only_by_those_signed_in_or_not_alike(visitor: Client) -> None:
    assert visitor.get("/nothing/here/").status_code == 404


@pytest.mark.parametrize("language", ["de", "en"])
def test_an_address_that_only_takes_forms_says_so_to_whoever_opens_it(
    staff: Callable[..., User], language: str
) -> None:
    client = Client()
    client.force_login(staff("manager"))
    answer = client.get("/jobs/1/retry/", headers={"accept-language": language})
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    with override(language):
        assert f"<h1>{errors.NOT_A_PAGE.title}</h1>" in answer.text


def test_what_is_refused_leaves_no_traceback_in_the_log(staff: Callable[..., User], capfd: object) -> None:
    client = Client()
    client.force_login(staff("service"))
    assert client.get("/settings/").status_code == 403
    assert client.get("/", headers={"host": "elsewhere.example.org"}).status_code == 400
    assert capfd.readouterr().err == ""


def test_the_page_comes_even_without_a_database(visitor: Client, django_db_blocker: object) -> None:
    with django_db_blocker.block():
        answer = visitor.get("/jobs/", headers={"accept-language": "de", "cookie": _some_session()})
    assert answer.status_code == 500
    assert '<html lang="de"' in answer.text


def _some_session() -> str:
    from django.conf import settings

    return f"{settings.SESSION_COOKIE_NAME}={'x' * 32}"


@pytest.mark.parametrize(
    ("address", "start"), [("/nothing/", "/"), ("/m/nothing/", "/m/"), ("/m/rewards/999999999999999999999/", "/m/")]
)
def test_whoever_lost_their_way_is_led_to_their_own_start_page(visitor: Client, address: str, start: str) -> None:
    page = visitor.get(address)
    assert page.status_code == 404
    assert f'href="{start}"' in page.content.decode()
