"""One's own account: name, language, address, password, devices."""

import pytest
from django.contrib.auth import get_user
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override

from treue.core.jobs.models import Mail
from treue.core.staff.models import User

pytestmark = pytest.mark.django_db
NEW = "another flower by the pond"


def save(client: Client, **values: str) -> object:
    form = {"name": "Clara Vorlage", "language": "en", "email": "clara@example.org", "password": ""} | values
    return client.post(reverse("profile"), form)


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_page_speaks_both_languages(hers: Client, clara: User, language: str) -> None:
    User.objects.update(language=language)
    with override(language):
        assert f"<h1>{gettext('Your profile')}</h1>" in hers.get(reverse("profile")).text


def test_a_name_and_a_language_are_saved(hers: Client, clara: User) -> None:
    answer = save(hers, name="Clara Neu", language="de")
    assert answer["Location"] == reverse("profile")
    clara.refresh_from_db()
    assert (clara.name, clara.language) == ("Clara Neu", "de")
    assert '<html lang="de"' in hers.get(reverse("profile")).text


def test_another_address_needs_the_password(hers: Client, clara: User) -> None:
    answer = save(hers, email="new@example.org", password="wrong")
    assert "This is not your current password." in answer.text
    assert get_user(hers).email == "clara@example.org"


def test_a_new_address_takes_over_and_the_old_one_is_told(hers: Client, clara: User, password: str) -> None:
    save(hers, email="New@Example.org", password=password)
    assert get_user(hers).email == "new@example.org"
    assert Mail.objects.get().to == "clara@example.org"


def test_the_old_address_opens_nothing_any_more(hers: Client, clara: User, password: str) -> None:
    hers.post(reverse("account_reset_password"), {"email": clara.email})
    save(hers, email="new@example.org", password=password)
    before = Mail.objects.count()
    Client().post(reverse("account_reset_password"), {"email": "clara@example.org"})
    assert Mail.objects.count() == before
    client = Client()
    client.post(reverse("account_login"), {"login": "clara@example.org", "password": password})
    assert get_user(client).is_anonymous


def test_somebody_elses_address_is_refused(hers: Client, password: str) -> None:
    User.objects.create_user("otto@example.org")
    answer = save(hers, email="Otto@example.org", password=password)
    assert answer.status_code == 200
    assert get_user(hers).email == "clara@example.org"


def test_changing_the_password_keeps_this_device_and_signs_out_the_others(
    hers: Client, clara: User, password: str
) -> None:
    laptop = Client()
    laptop.force_login(clara)
    answer = hers.post(
        reverse("account_change_password"), {"oldpassword": password, "password1": NEW, "password2": NEW}
    )
    assert answer["Location"] == reverse("profile")
    assert get_user(hers) == clara
    assert get_user(laptop).is_anonymous


def test_the_current_password_is_asked_for(hers: Client, clara: User) -> None:
    answer = hers.post(reverse("account_change_password"), {"oldpassword": "no", "password1": NEW, "password2": NEW})
    assert "This is not your current password." in answer.text


def test_all_other_devices_can_be_signed_out(hers: Client, clara: User) -> None:
    laptop = Client()
    laptop.force_login(clara)
    hers.post(reverse("account_end_sessions"))
    assert get_user(hers) == clara
    assert get_user(laptop).is_anonymous


def test_signing_out_other_devices_takes_a_post(hers: Client) -> None:
    assert hers.get(reverse("account_end_sessions")).status_code == 405
