"""Links that sign in once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from treue.core.staff import sign_in_links
from treue.core.staff.models import AuditEntry, SignInLink, User
from treue.core.staff.roles import Role
from treue.core.staff.sign_in_links import LinkSpent

pytestmark = pytest.mark.django_db


@pytest.fixture
def clara() -> User:
    return User.objects.create_user("clara@example.org", role="admin")


def test_a_link_signs_its_person_in_once(clara: User) -> None:
    token = sign_in_links.create(clara, minutes=5)
    assert sign_in_links.redeem(token) == clara
    assert AuditEntry.objects.get().action == "staff.signed_in_by_link"
    with pytest.raises(LinkSpent):
        sign_in_links.redeem(token)


def test_only_the_hash_is_stored(clara: User) -> None:
    token = sign_in_links.create(clara, minutes=5)
    assert token not in str(SignInLink.objects.values().get())


def test_an_expired_link_is_spent(clara: User) -> None:
    token = sign_in_links.create(clara, minutes=5)
    SignInLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert not sign_in_links.is_open(token)
    with pytest.raises(LinkSpent):
        sign_in_links.redeem(token)


def test_a_link_of_somebody_switched_off_stays_shut(clara: User) -> None:
    token = sign_in_links.create(clara, minutes=5)
    User.objects.update(is_active=False)
    assert not sign_in_links.is_open(token)
    with pytest.raises(LinkSpent):
        sign_in_links.redeem(token)


def test_a_new_link_ends_the_one_before(clara: User) -> None:
    before, after = (sign_in_links.create(clara, minutes=5) for _time in range(2))
    assert not sign_in_links.is_open(before)
    assert sign_in_links.is_open(after)


@pytest.mark.parametrize("token", ["", "x", "0" * 500, "\u00e4\u0000"])
def test_a_made_up_token_opens_nothing(clara: User, token: str) -> None:
    sign_in_links.create(clara, minutes=5)
    with pytest.raises(LinkSpent):
        sign_in_links.redeem(token)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_come_at_once_one_gets_in(clara: User) -> None:
    token = sign_in_links.create(clara, minutes=5)

    def come(_number: int) -> bool:
        try:
            sign_in_links.redeem(token)
        except LinkSpent:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(come, range(6))) == 1


def test_an_installation_without_people_gets_its_first_administrator() -> None:
    admin = sign_in_links.redeem(sign_in_links.for_first_admin())
    assert admin.role == Role.ADMIN
    assert not admin.has_usable_password()


def test_the_first_administrator_is_made_once() -> None:
    for _start in range(3):
        sign_in_links.for_first_admin()
    assert User.objects.count() == 1


def test_later_links_go_to_the_administrator_who_is_there(clara: User) -> None:
    User.objects.create_user("an-analyst@example.org", role="analyst")
    assert sign_in_links.redeem(sign_in_links.for_first_admin()) == clara


def test_where_every_administrator_is_switched_off_a_new_one_opens_the_door(clara: User) -> None:
    User.objects.update(is_active=False)
    admin = sign_in_links.redeem(sign_in_links.for_first_admin())
    assert admin != clara
    assert admin.may("manage_staff")
