"""What the console tells browsers about itself, and how it behaves behind https."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_every_page_carries_the_headers_that_keep_it_to_itself(client: Client) -> None:
    headers = client.get(reverse("account_login")).headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_sign_in_is_kept_by_no_cache(client: Client) -> None:
    assert "no-store" in client.get(reverse("account_login"))["Cache-Control"]


@pytest.mark.parametrize("path", ["/customers/", "/customers/customers.csv", "/staff/audit/", "/"])
def test_what_is_behind_the_sign_in_is_kept_by_no_cache(path: str, staff) -> None:
    client = Client()
    client.force_login(staff("admin"), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert client.get(path)["Cache-Control"] == "private, no-store"


def test_no_script_reads_our_cookies(client: Client) -> None:
    client.get(reverse("account_login"))
    cookie = client.cookies[settings.CSRF_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert settings.SESSION_COOKIE_HTTPONLY


def test_a_strange_host_is_refused(client: Client) -> None:
    assert client.get(reverse("account_login"), headers={"host": "evil.example"}).status_code == 400


def of_installation(home: Path, **environment: str) -> dict[str, object]:
    """Some settings as another installation would have them."""
    names = ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "LANGUAGE_COOKIE_SECURE", "SECURE_HSTS_SECONDS"]
    names += ["SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS"]
    program = (
        "import json; from treue.core import home; home.prepare(); from treue.web import settings; "
        f"print(json.dumps({{name: getattr(settings, name) for name in {names!r}}}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"TREUE_HOME": str(home)} | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_behind_https_cookies_travel_by_https_alone(tmp_path: Path) -> None:
    found = of_installation(tmp_path / "home", TREUE_URL="https://treue.example.org/")
    assert found["SESSION_COOKIE_SECURE"]
    assert found["CSRF_COOKIE_SECURE"]
    assert found["LANGUAGE_COOKIE_SECURE"]
    assert found["SECURE_HSTS_SECONDS"] > 0
    assert "treue.example.org" in found["ALLOWED_HOSTS"]
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://treue.example.org"]


def test_two_installations_on_one_machine_do_not_share_cookies(tmp_path: Path) -> None:
    one, other = of_installation(tmp_path / "one"), of_installation(tmp_path / "other")
    assert one["SESSION_COOKIE_NAME"] != other["SESSION_COOKIE_NAME"]
    assert one["CSRF_COOKIE_NAME"] != other["CSRF_COOKIE_NAME"]
    assert one == of_installation(tmp_path / "one")
