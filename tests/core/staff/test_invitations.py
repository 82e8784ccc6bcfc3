"""Invitations by mail."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth import get_user
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override

from treue.core.jobs.models import Mail
from treue.core.staff import invitations
from treue.core.staff.errors import AlreadyColleague, InvitationSpent, TooManyInvitations
from treue.core.staff.models import AuditEntry, Invitation, User

pytestmark = pytest.mark.django_db
PASSWORD = "another flower by the pond"
FORM = {"name": "Nora Neu", "language": "de", "password1": PASSWORD, "password2": PASSWORD}


def invite(ada: User, email: str = "nora@example.org", role: str = "manager", language: str = "en") -> Invitation:
    return invitations.invite(email=email, role=role, language=language, by=ada)


def link() -> str:
    """The path of the link in the newest mail."""
    return re.search(r"http://127\.0\.0\.1:8000(/staff/invitation/\S+)", Mail.objects.latest("pk").text)[1]


def token() -> str:
    return link().split("/")[-2]


def test_an_invited_colleague_is_in_with_one_form(ada: User, client: Client) -> None:
    invite(ada)
    answer = client.post(link(), FORM)
    assert answer["Location"] == reverse("cockpit")
    nora = get_user(client)
    assert (nora.email, nora.name, nora.role, nora.language) == ("nora@example.org", "Nora Neu", "manager", "de")
    assert nora.check_password(PASSWORD)
    assert AuditEntry.objects.filter(action="invitation.accepted", who=nora).exists()


def test_a_mail_scanner_that_follows_the_link_does_not_spend_it(ada: User, client: Client) -> None:
    invite(ada)
    for _visit in range(2):
        page = client.get(link())
        assert page.status_code == 200
        assert "nora@example.org" in page.text
        assert "no-store" in page["Cache-Control"]
    client.post(link(), FORM)
    assert get_user(client).is_authenticated


def test_the_link_works_once(ada: User, client: Client) -> None:
    invite(ada)
    spent = link()
    client.post(spent, FORM)
    for answer in (Client().get(spent), Client().post(spent, FORM)):
        assert answer.status_code == 410
        assert "This invitation is no longer valid" in answer.text
    assert User.objects.filter(email="nora@example.org").count() == 1


def test_the_link_holds_a_week(ada: User) -> None:
    invitation = invite(ada)
    week = invitation.expires_at - timezone.now()
    assert timedelta(days=6, hours=23) < week <= timedelta(days=7)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(InvitationSpent):
        invitations.find(token())


def test_a_weak_password_is_refused_and_the_link_stays_good(ada: User, client: Client) -> None:
    invite(ada)
    answer = client.post(link(), FORM | {"password1": "noraneu123", "password2": "noraneu123"})
    assert "too similar" in answer.text
    client.post(link(), FORM)
    assert get_user(client).is_authenticated


def test_the_role_is_the_inviters_choice_not_the_forms(ada: User, client: Client) -> None:
    invite(ada, role="service")
    client.post(link(), FORM | {"role": "admin", "email": "root@example.org", "is_active": "on"})
    assert (get_user(client).role, get_user(client).email) == ("service", "nora@example.org")


def test_sending_again_voids_the_old_link(ada: User) -> None:
    invitation = invite(ada)
    old = token()
    invitations.send_again(invitation=invitation, by=ada)
    with pytest.raises(InvitationSpent):
        invitations.find(old)
    assert invitations.find(token()) == invitation


def test_inviting_the_same_address_twice_renews_the_invitation(ada: User) -> None:
    invite(ada, role="analyst")
    invite(ada, email="Nora@example.org", role="manager")
    assert Invitation.objects.get().role == "manager"


def test_a_revoked_invitation_opens_nothing(ada: User, client: Client) -> None:
    invitation = invite(ada)
    invitations.revoke(invitation=invitation, by=ada)
    assert client.post(link(), FORM).status_code == 410
    assert AuditEntry.objects.filter(action="invitation.revoked", who=ada).exists()


def test_an_accepted_invitation_can_neither_be_sent_again_nor_revoked(ada: User, client: Client) -> None:
    invitation = invite(ada)
    client.post(link(), FORM)
    with pytest.raises(InvitationSpent):
        invitations.send_again(invitation=invitation, by=ada)
    invitations.revoke(invitation=invitation, by=ada)
    assert Invitation.objects.get().accepted_at


def test_a_colleague_is_not_invited_once_more(ada: User, otto: User) -> None:
    with pytest.raises(AlreadyColleague):
        invite(ada, email="Otto@Example.org")


def test_no_more_than_twenty_go_out_in_an_hour(ada: User) -> None:
    for number in range(20):
        invite(ada, email=f"n{number}@example.org")
    with pytest.raises(TooManyInvitations):
        invite(ada)
    AuditEntry.objects.update(at=timezone.now() - timedelta(hours=1, minutes=1))
    assert invite(ada)


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_mail_is_in_the_language_that_was_chosen(ada: User, language: str) -> None:
    invite(ada, language=language)
    mail = Mail.objects.get()
    with override(language):
        assert mail.subject == gettext("%(name)s invites you to Treue") % {"name": "Ada Admin"}
        assert gettext("Accept the invitation") in mail.html


def test_a_name_with_markup_stays_a_name_in_the_mail(ada: User) -> None:
    ada.name = "<b>Ada</b>"
    ada.save()
    invite(ada)
    assert "<b>Ada" not in Mail.objects.get().html
    assert "&lt;b&gt;Ada" in Mail.objects.get().html


def test_only_the_hash_is_stored(ada: User) -> None:
    invite(ada)
    assert token() not in str(Invitation.objects.values().get())


@pytest.mark.django_db(transaction=True)
def test_of_many_who_accept_at_once_one_becomes_a_colleague(ada: User) -> None:
    invite(ada)
    opened = token()

    def come(_number: int) -> bool:
        try:
            invitations.accept(token=opened, user=User(name="Nora", password="!"))
        except InvitationSpent:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(come, range(4))) == 1
    assert User.objects.filter(email="nora@example.org").count() == 1


@pytest.mark.parametrize("language", ["de", "en"])
def test_its_pages_speak_both_languages(ada: User, client: Client, language: str) -> None:
    invite(ada)
    headers = {"accept-language": language}
    with override(language):
        assert gettext("Welcome to Treue") in client.get(link(), headers=headers).text
        spent = client.get(reverse("invitation", args=["x"]), headers=headers)
        assert gettext("This invitation is no longer valid") in spent.text
