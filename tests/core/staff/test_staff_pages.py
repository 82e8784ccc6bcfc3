"""The staff pages."""

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override

from treue.core.staff import invitations
from treue.core.staff.models import Invitation, User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_list_speaks_both_languages(hers: Client, otto: User, language: str) -> None:
    User.objects.update(language=language)
    page = hers.get(reverse("staff")).text
    with override(language):
        for word in ("Staff", "Invite somebody", "Two-factor sign-in", "Nobody is invited at the moment."):
            assert gettext(word) in page
    assert "Otto Analyse" in page
    assert "otto@example.org" in page


@pytest.mark.parametrize("language", ["de", "en"])
def test_a_colleagues_page_speaks_both_languages(hers: Client, otto: User, language: str) -> None:
    User.objects.update(language=language)
    Authenticator.objects.create(user=otto, type=Authenticator.Type.TOTP, data={})
    page = hers.get(reverse("colleague", args=[otto.pk])).text
    with override(language):
        for word in ("Role", "Phone lost?", "Access", "Switch off the account"):
            assert gettext(word) in page


def test_the_form_invites(hers: Client) -> None:
    answer = hers.post(reverse("staff"), {"email": "Nora@example.org", "role": "service", "language": "de"})
    assert answer["Location"] == reverse("staff")
    page = hers.get(reverse("staff")).text
    assert "nora@example.org" in page
    assert "valid until" in page
    assert "The invitation to nora@example.org is on its way." in page


def test_the_form_says_what_is_wrong(hers: Client, otto: User) -> None:
    answer = hers.post(reverse("staff"), {"email": "otto@example.org", "role": "service", "language": "de"})
    assert "There is an account with this address already." in answer.text
    answer = hers.post(reverse("staff"), {"email": "nonsense", "role": "king", "language": "fr"})
    assert answer.status_code == 200
    assert not Invitation.objects.exists()


def test_the_form_says_when_it_was_too_often(hers: Client, ada: User) -> None:
    for number in range(invitations.MOST_PER_HOUR):
        invitations.invite(email=f"n{number}@example.org", role="service", language="de", by=ada)
    answer = hers.post(reverse("staff"), {"email": "nora@example.org", "role": "service", "language": "de"})
    assert "Please send the next one later." in answer.text


def test_an_open_invitation_is_sent_again_and_revoked(hers: Client, ada: User) -> None:
    invitation = invitations.invite(email="nora@example.org", role="service", language="de", by=ada)
    again = hers.post(reverse("invitation_send", args=[invitation.pk]), follow=True)
    assert "gets a new mail" in again.text
    gone = hers.post(reverse("invitation_revoke", args=[invitation.pk]), follow=True)
    assert "is revoked" in gone.text
    assert "Nobody is invited at the moment." in gone.text
    assert hers.post(reverse("invitation_send", args=[invitation.pk])).status_code == 404


def test_role_and_access_are_changed(hers: Client, otto: User) -> None:
    for name, values, sentence in [
        ("colleague_role", {"role": "manager"}, "The new role of Otto Analyse holds from now on."),
        ("colleague_deactivate", {}, "Otto Analyse can no longer sign in."),
        ("colleague_reactivate", {}, "Otto Analyse can sign in again."),
        ("colleague_two_factor_off", {}, "Otto Analyse now signs in with the password alone."),
    ]:
        answer = hers.post(reverse(name, args=[otto.pk]), values, follow=True)
        assert sentence in answer.text
    otto.refresh_from_db()
    assert (otto.role, otto.is_active) == ("manager", True)


@pytest.mark.parametrize(("name", "values"), [("colleague_role", {"role": "analyst"}), ("colleague_deactivate", {})])
def test_the_last_administrator_hears_why_not(hers: Client, ada: User, name: str, values: dict[str, str]) -> None:
    answer = hers.post(reverse(name, args=[ada.pk]), values, follow=True)
    assert "The last active administrator has to stay one." in answer.text


def test_an_unknown_role_changes_nothing(hers: Client, otto: User) -> None:
    answer = hers.post(reverse("colleague_role", args=[otto.pk]), {"role": "king"}, follow=True)
    assert "There is no such role." in answer.text
    otto.refresh_from_db()
    assert otto.role == "analyst"
