"""Roles and access; one active administrator always remains."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import get_user
from django.db import connection
from django.test import Client

from treue.core.jobs.models import Mail
from treue.core.staff import colleagues, sign_in_links
from treue.core.staff.errors import LastAdmin
from treue.core.staff.models import AuditEntry, User

pytestmark = pytest.mark.django_db


def test_a_role_changes_with_old_and_new_in_the_trail(ada: User, otto: User) -> None:
    colleagues.change_role(user=otto, role="manager", by=ada)
    otto.refresh_from_db()
    assert otto.role == "manager"
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.who, entry.subject) == ("staff.role_changed", ada, f"user {otto.pk}")
    assert entry.facts == {"role": {"old": "analyst", "new": "manager"}}


def test_the_same_role_again_leaves_no_trace(ada: User, otto: User) -> None:
    colleagues.change_role(user=otto, role="analyst", by=ada)
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda ada: colleagues.change_role(user=ada, role="manager", by=ada),
        lambda ada: colleagues.deactivate(user=ada, by=ada),
    ],
    ids=["demoted", "deactivated"],
)
def test_the_last_active_administrator_is_never_lost(ada: User, change: Callable[[User], None]) -> None:
    User.objects.create_user("away@example.org", role="admin", is_active=False)
    with pytest.raises(LastAdmin):
        change(ada)
    ada.refresh_from_db()
    assert ada.role == "admin"
    assert ada.is_active
    assert not AuditEntry.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(5))
def test_two_administrators_who_remove_each_other_at_once_leave_one(ada: User, attempt: int) -> None:
    bea = User.objects.create_user("bea@example.org", role="admin")
    start = Barrier(2)

    def remove(pair: tuple[User, User, bool]) -> bool:
        user, by, demote = pair
        try:
            start.wait()
            if demote:
                colleagues.change_role(user=user, role="analyst", by=by)
            else:
                colleagues.deactivate(user=user, by=by)
        except LastAdmin:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as threads:
        done = list(threads.map(remove, [(ada, bea, True), (bea, ada, False)]))
    assert sorted(done) == [False, True]
    assert User.objects.active_admins().count() == 1


def test_who_is_switched_off_is_out_at_once_and_stays_out(ada: User, otto: User) -> None:
    client = Client()
    client.force_login(otto)
    token = sign_in_links.create(otto, minutes=5)
    colleagues.deactivate(user=otto, by=ada)
    assert get_user(client).is_anonymous
    assert not sign_in_links.is_open(token)
    colleagues.reactivate(user=otto, by=ada)
    assert get_user(client).is_anonymous
    assert [entry.action for entry in AuditEntry.objects.order_by("pk")][-2:] == [
        "staff.deactivated",
        "staff.reactivated",
    ]


def test_a_lost_phone_is_helped_and_its_owner_told(ada: User, otto: User) -> None:
    Authenticator.objects.create(user=otto, type=Authenticator.Type.TOTP, data={})
    assert colleagues.everybody().get(pk=otto.pk).has_two_factor
    colleagues.switch_off_two_factor(user=otto, by=ada)
    assert not colleagues.everybody().get(pk=otto.pk).has_two_factor
    assert Mail.objects.get().to == otto.email
    assert AuditEntry.objects.get().action == "staff.two_factor_off"


def test_the_active_stand_first_in_the_list(ada: User, otto: User) -> None:
    User.objects.create_user("a@example.org", name="Aa", is_active=False)
    assert [user.email for user in colleagues.everybody()] == ["ada@example.org", "otto@example.org", "a@example.org"]
