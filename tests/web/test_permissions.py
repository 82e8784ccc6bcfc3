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
    "customer_loyalty": P.SEE_CUSTOMERS,
    "customer_loyalty_join": P.EDIT_CUSTOMERS,
    "customer_loyalty_leave": P.EDIT_CUSTOMERS,
    "customer_loyalty_adjust": P.ADJUST_POINTS,
    "customer_loyalty_tier": P.ADJUST_POINTS,
    "customer_loyalty_tier_end": P.ADJUST_POINTS,
    "programme_corrections": P.ADJUST_POINTS,
    "programme_correction": P.ADJUST_POINTS,
    "programme": P.SEE_FIGURES,
    "programme_set_up": P.MANAGE_PROGRAMME,
    "programme_set_up_step": P.MANAGE_PROGRAMME,
    "programme_set_up_try": P.MANAGE_PROGRAMME,
    "programme_set_up_publish": P.MANAGE_PROGRAMME,
    "programme_set_up_drop": P.MANAGE_PROGRAMME,
    "programme_rules": P.MANAGE_PROGRAMME,
    "programme_rules_for_all": P.MANAGE_PROGRAMME,
    "programme_rule_new": P.MANAGE_PROGRAMME,
    "programme_rule": P.MANAGE_PROGRAMME,
    "programme_rule_remove": P.MANAGE_PROGRAMME,
    "programme_tiers": P.MANAGE_PROGRAMME,
    "liability": P.SEE_FIGURES,
    "liability_csv": P.SEE_FIGURES,
    "liability_terms": P.MANAGE_PROGRAMME,
    "liability_close": P.MANAGE_PROGRAMME,
    "programme_members": P.SEE_CUSTOMERS,
    "programme_funnel": P.SEE_FIGURES,
    "programme_funnel_csv": P.SEE_FIGURES,
    "programme_funnel_again": P.MANAGE_PROGRAMME,
    "programme_replayed": P.MANAGE_PROGRAMME,
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
    "vouchers": P.SEE_VOUCHERS,
    "voucher_campaign_new": P.EDIT_VOUCHERS,
    "voucher_look_up": P.SEE_VOUCHERS,
    "voucher_campaign": P.SEE_VOUCHERS,
    "voucher_codes_make": P.EDIT_VOUCHERS,
    "voucher_codes_csv": P.EXPORT_CODES,
    "voucher_campaign_end": P.EDIT_VOUCHERS,
    "voucher_code_cancel": P.EDIT_VOUCHERS,
    "referrals": P.SEE_REFERRALS,
    "referral_scheme": P.MANAGE_PROGRAMME,
    "referral_review": P.REVIEW_REFERRALS,
    "referral_decide": P.REVIEW_REFERRALS,
    "referral_ambassador": P.SEE_REFERRALS,
    "referral_link": PUBLIC,
    "rewards": P.SEE_REWARDS,
    "reward_new": P.EDIT_REWARDS,
    "reward": P.SEE_REWARDS,
    "reward_edit": P.EDIT_REWARDS,
    "reward_claim": P.SEE_REWARDS,
    "reward_claim_find": P.SEE_REWARDS,
    "reward_hand_over": P.GIVE_REWARDS,
    "reward_cancel": P.GIVE_REWARDS,
    "customer_rewards": P.SEE_CUSTOMERS,
    "customer_reward_redeem": P.GIVE_REWARDS,
    "content": P.MODERATE_CONTENT,
    "content_item": P.MODERATE_CONTENT,
    "content_decide": P.MODERATE_CONTENT,
    "content_photo": P.MODERATE_CONTENT,
    "content_settings": P.MANAGE_PROGRAMME,
    "content_public_photo": PUBLIC,
    "gifts": P.SEE_GIFTS,
    "gift_plan_new": P.EDIT_GIFTS,
    "gift_plan": P.SEE_GIFTS,
    "gift_plan_edit": P.EDIT_GIFTS,
    "gift_plan_stop": P.EDIT_GIFTS,
    "gift_plan_resume": P.EDIT_GIFTS,
    "customer_gifts": P.SEE_CUSTOMERS,
    "customer_gift_give": P.GIVE_GIFTS,
    "offers": P.SEE_OFFERS,
    "offer_new": P.EDIT_OFFERS,
    "offer": P.SEE_OFFERS,
    "offer_edit": P.EDIT_OFFERS,
    "offer_publish": P.EDIT_OFFERS,
    "offer_stop": P.EDIT_OFFERS,
    "offer_discard": P.EDIT_OFFERS,
    "prices": P.SEE_OFFERS,
    "prices_upload": P.EDIT_OFFERS,
    "prices_csv": P.SEE_OFFERS,
    "price": P.EDIT_OFFERS,
    "partners": P.SEE_PARTNERS,
    "partner_new": P.EDIT_PARTNERS,
    "partner": P.SEE_PARTNERS,
    "partner_edit": P.EDIT_PARTNERS,
    "partner_agreement_new": P.EDIT_PARTNERS,
    "partner_key_new": P.MANAGE_KEYS,
    "partner_statement": P.SEE_PARTNERS,
    "partner_statement_pdf": P.SEE_PARTNERS,
    "partner_statement_csv": P.SEE_PARTNERS,
    "partner_statement_close": P.CLOSE_SETTLEMENTS,
    "partner_line_dispute": P.EDIT_PARTNERS,
    "partner_dispute": P.SEE_PARTNERS,
    "settings_portal": P.MANAGE_PROGRAMME,
    # The members' own: a sign-in that is not the staff's (tests/act/portal).
    "portal_home": PUBLIC,
    "portal_sign_in": PUBLIC,
    "portal_code": PUBLIC,
    "portal_sign_out": PUBLIC,
    "portal_sign_out_everywhere": PUBLIC,
    "portal_join": PUBLIC,
    "portal_name": PUBLIC,
    "portal_address": PUBLIC,
    "portal_address_code": PUBLIC,
    "portal_icon_png": PUBLIC,
    "portal_pass_apple": PUBLIC,
    "portal_pass_google": PUBLIC,
    "portal_points": PUBLIC,
    "portal_card": PUBLIC,
    "portal_rewards": PUBLIC,
    "portal_reward": PUBLIC,
    "portal_claim": PUBLIC,
    "portal_offers": PUBLIC,
    "portal_friends": PUBLIC,
    "portal_contents": PUBLIC,
    "portal_content": PUBLIC,
    "portal_content_new": PUBLIC,
    "portal_content_withdraw": PUBLIC,
    "portal_content_photo": PUBLIC,
    "portal_profile": PUBLIC,
    "portal_preferences": PUBLIC,
    "portal_birthday": PUBLIC,
    "portal_agree": PUBLIC,
    "portal_withdraw": PUBLIC,
    "portal_copy": PUBLIC,
    "portal_delete": PUBLIC,
    "portal_style": PUBLIC,
    "portal_manifest": PUBLIC,
    "portal_icon": PUBLIC,
    "portal_worker": PUBLIC,
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
