"""Who may open what: every address of the console, every role, as a page and as a fragment."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from treue.core.shop.setup import ensure_shop
from treue.core.staff.models import User
from treue.core.staff.roles import GRANTED, Permission, Role

pytestmark = pytest.mark.django_db
SIGNED_IN = "signed in"  # everybody with an account: one's own things, and what has no data
PUBLIC = "public"
P = Permission

# A new address needs a line here: who may open it is decided twice, in the room and by whoever reads this table.
TABLE = {
    "cockpit": SIGNED_IN,  # leads those without figures to the first room that is theirs
    "figures_csv": P.SEE_FIGURES,
    "live": P.SEE_FIGURES,
    "note_new": P.EDIT_NOTES,
    "note_remove": P.EDIT_NOTES,
    "customers": P.SEE_CUSTOMERS,
    "customers_csv": P.EXPORT_CUSTOMERS,
    "customer": P.SEE_CUSTOMERS,
    "customer_timeline": P.SEE_CUSTOMERS,
    "customer_identities": P.SEE_CUSTOMERS,
    "customer_merge_find": P.EDIT_CUSTOMERS,
    "customer_merge": P.EDIT_CUSTOMERS,
    "customer_merge_undo": P.EDIT_CUSTOMERS,
    "customer_consent": P.SEE_CUSTOMERS,
    "customer_consent_give": P.EDIT_CUSTOMERS,
    "customer_consent_withdraw": P.EDIT_CUSTOMERS,
    "customer_preferences": P.EDIT_CUSTOMERS,
    "order": P.SEE_CUSTOMERS,
    "value_at_risk": (P.SEE_CUSTOMERS, P.SEE_FIGURES),
    "value_due": (P.SEE_CUSTOMERS, P.SEE_FIGURES),
    "value_csv": P.SEE_FIGURES,
    "value_at_risk_csv": (P.EXPORT_CUSTOMERS, P.SEE_FIGURES),
    "value_due_csv": (P.EXPORT_CUSTOMERS, P.SEE_FIGURES),
    "segments": P.SEE_FIGURES,
    "segments_csv": P.SEE_FIGURES,
    "segment": P.SEE_CUSTOMERS,
    "segment_csv": P.EXPORT_CUSTOMERS,
    "customer_export": P.EXPORT_PERSON,
    "customer_erase": P.ERASE_PERSON,
    "erasures": P.ERASE_PERSON,
    "erasure": P.ERASE_PERSON,
    "recommendations": P.SEE_FIGURES,
    "recommendations_csv": P.SEE_FIGURES,
    "value": P.SEE_FIGURES,
    "models": P.SEE_FIGURES,
    "models_csv": P.SEE_FIGURES,
    "imports": P.IMPORT,
    "import_upload": P.IMPORT,
    "import_result": P.IMPORT,
    "import_columns": P.IMPORT,
    "import_sheet": P.IMPORT,
    "import_probe": P.IMPORT,
    "import_check": P.IMPORT,
    "import_non_product": P.IMPORT,
    "import_start": P.IMPORT,
    "import_card": P.IMPORT,
    "import_cancel": P.IMPORT,
    "import_undo": P.IMPORT,
    "import_rows": P.IMPORT,
    "import_rows_csv": P.IMPORT,
    "sources": P.MANAGE_SOURCES,
    "source": P.MANAGE_SOURCES,
    "source_switch_off": P.MANAGE_SOURCES,
    "source_switch_on": P.MANAGE_SOURCES,
    "source_new_key": P.MANAGE_SOURCES,
    "demo_remove": P.EDIT_SHOP,
    "settings": P.EDIT_SHOP,
    "settings_rates": P.EDIT_SHOP,
    "settings_rate_remove": P.EDIT_SHOP,
    "settings_non_products": P.EDIT_SHOP,
    "settings_costs": P.EDIT_SHOP,
    "settings_cost": P.EDIT_SHOP,
    "settings_cost_remove": P.EDIT_SHOP,
    "settings_consents": P.EDIT_SHOP,
    "settings_consents_confirm": P.EDIT_SHOP,
    "settings_consents_remove": P.EDIT_SHOP,
    "settings_mail": P.EDIT_SHOP,
    "settings_test_mail": P.EDIT_SHOP,
    "staff": P.MANAGE_STAFF,
    "colleague": P.MANAGE_STAFF,
    "colleague_role": P.MANAGE_STAFF,
    "colleague_deactivate": P.MANAGE_STAFF,
    "colleague_reactivate": P.MANAGE_STAFF,
    "colleague_two_factor_off": P.MANAGE_STAFF,
    "invitation_send": P.MANAGE_STAFF,
    "invitation_revoke": P.MANAGE_STAFF,
    "invitation": PUBLIC,
    "keys": P.MANAGE_KEYS,
    "key": P.MANAGE_KEYS,
    "key_revoke": P.MANAGE_KEYS,
    "audit": P.SEE_AUDIT,
    "audit_csv": P.SEE_AUDIT,
    "jobs": P.SEE_JOBS,
    "job_card": P.SEE_JOBS,
    "job_cancel": P.SEE_JOBS,
    "job_retry": P.SEE_JOBS,
    "log": P.SEE_LOG,
    "log_event": P.SEE_LOG,
    "log_retry": P.SEE_LOG,
    "log_leave_out": P.SEE_LOG,
    "webhooks": P.MANAGE_WEBHOOKS,
    "webhook_new": P.MANAGE_WEBHOOKS,
    "webhook": P.MANAGE_WEBHOOKS,
    "webhook_edit": P.MANAGE_WEBHOOKS,
    "webhook_secret": P.MANAGE_WEBHOOKS,
    "webhook_secret_change": P.MANAGE_WEBHOOKS,
    "webhook_switch_on": P.MANAGE_WEBHOOKS,
    "webhook_switch_off": P.MANAGE_WEBHOOKS,
    "webhook_test": P.MANAGE_WEBHOOKS,
    "webhook_remove": P.MANAGE_WEBHOOKS,
    "webhook_failed_again": P.MANAGE_WEBHOOKS,
    "webhook_again": P.MANAGE_WEBHOOKS,
    "mail": P.SEE_MAIL,
    "mail_text": P.SEE_MAIL,
    "mail_retry": P.SEE_MAIL,
    "gallery": SIGNED_IN,
    "welcome": PUBLIC,
    "set_language": PUBLIC,
    "profile": SIGNED_IN,
    "account_set_password": SIGNED_IN,
    "account_end_sessions": SIGNED_IN,
    "account_login": PUBLIC,
    "account_logout": PUBLIC,
    "account_inactive": PUBLIC,
    "account_reauthenticate": SIGNED_IN,
    "account_change_password": SIGNED_IN,
    "account_reset_password": PUBLIC,
    "account_reset_password_done": PUBLIC,
    "account_reset_password_from_key": PUBLIC,
    "account_reset_password_from_key_done": PUBLIC,
    "mfa_index": SIGNED_IN,
    "mfa_authenticate": PUBLIC,  # between password and code
    "mfa_reauthenticate": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_deactivate_totp": SIGNED_IN,
    "mfa_view_recovery_codes": SIGNED_IN,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "mfa_download_recovery_codes": SIGNED_IN,
}
GUARDED = {
    name: who if isinstance(who, tuple) else (who,) for name, who in TABLE.items() if who not in (SIGNED_IN, PUBLIC)
}
KEYS_ONLY = ("api", "api/")  # programs come with keys and not with roles: tests/core/api
VALUES = {"uidb36": "1", "key": "abc-def"}  # of the one address that is a regular expression
FORMS = ("page", "fragment")


def patterns(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if str(pattern.pattern) in KEYS_ONLY:
            continue
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern)
        else:
            yield pattern


def address(name: str) -> str:
    """Where the view is, for things that do not exist."""
    pattern = next(each for each in patterns() if each.name == name)
    converters = getattr(pattern.pattern, "converters", {})
    made_up = {key: 999_999 if type(kind).__name__ == "IntConverter" else "x" for key, kind in converters.items()}
    return reverse(name, kwargs=made_up or (VALUES if name == "account_reset_password_from_key" else None))


def statuses(client: Client, name: str, form: str) -> set[int]:
    """What opening and sending to it answers; one of the two is often not meant (405)."""
    headers = {"HX-Request": "true"} if form == "fragment" else {}
    path = address(name)
    return {client.get(path, headers=headers).status_code, client.post(path, {}, headers=headers).status_code} - {405}


@pytest.fixture
def signed_in(request: pytest.FixtureRequest) -> Client:
    ensure_shop()
    client = Client()
    client.force_login(User.objects.create_user(f"{request.param}@example.org", role=request.param))
    return client


def test_the_table_names_every_address() -> None:
    assert sorted(pattern.name for pattern in patterns()) == sorted(TABLE)


@pytest.mark.parametrize("name", TABLE)
def test_each_view_says_itself_what_the_table_says(name: str) -> None:
    view = next(each for each in patterns() if each.name == name).callback
    who = TABLE[name]
    assert getattr(view, "required_permissions", None) == GUARDED.get(name)
    assert getattr(view, "login_required", True) is (who != PUBLIC)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("signed_in", list(Role), indirect=True)
@pytest.mark.parametrize("name", GUARDED)
def test_a_role_opens_what_it_may_and_nothing_else(signed_in: Client, name: str, form: str) -> None:
    role = User.objects.get().role
    found = statuses(signed_in, name, form)
    if GRANTED[role].issuperset(GUARDED[name]):
        assert found
        assert not found & {403, 500}
    else:
        assert found == {403}


@pytest.mark.parametrize("name", [name for name, who in TABLE.items() if who != PUBLIC])
def test_who_is_not_signed_in_is_led_to_the_sign_in(client: Client, name: str) -> None:
    path = address(name)
    sign_in = reverse("account_login")
    for answer, after in ((client.get(path), path), (client.post(path), "%2F")):
        assert answer.status_code == 302
        assert answer["Location"] == f"{sign_in}?next={after}"
    fragment = client.get(path, headers={"HX-Request": "true"})
    assert fragment["HX-Redirect"].startswith(reverse("account_login"))
    assert fragment.content == b""


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", [name for name, who in TABLE.items() if who == PUBLIC])
def test_what_is_public_opens_without_an_account(client: Client, name: str, form: str) -> None:
    found = statuses(client, name, form)
    assert found
    assert not found & {403, 500}


@pytest.mark.parametrize("signed_in", list(Role), indirect=True)
@pytest.mark.parametrize("name", [name for name, who in TABLE.items() if who == SIGNED_IN])
def test_ones_own_things_open_for_every_role(signed_in: Client, name: str) -> None:
    found = statuses(signed_in, name, "page")
    assert found
    assert 500 not in found


@pytest.mark.parametrize("name", GUARDED)
def test_who_was_switched_off_has_no_role_any_more(client: Client, name: str) -> None:
    client.force_login(User.objects.create_user("ada@example.org", role="admin", is_active=False))
    assert statuses(client, name, "page") == {302}


def test_every_role_may_do_something_and_only_an_administrator_everything() -> None:
    assert GRANTED[Role.ADMIN] == frozenset(Permission)
    assert all(GRANTED[role] for role in Role)
    assert all(GRANTED[role] < GRANTED[Role.ADMIN] for role in Role if role != Role.ADMIN)


def test_service_sees_no_figures_and_an_analyst_no_persons() -> None:
    assert P.SEE_FIGURES not in GRANTED[Role.SERVICE]
    assert not GRANTED[Role.ANALYST] & {P.SEE_CUSTOMERS, P.EDIT_CUSTOMERS, P.EXPORT_PERSON, P.ERASE_PERSON}
