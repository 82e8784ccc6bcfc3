"""The guided sequence as a colleague walks it, step by step."""

from html import unescape

from django.test import Client
from django.urls import reverse

from treue.act.loyalty.models import Draft
from treue.core.staff.models import User

STEPS: dict[str, dict[str, str]] = {
    "purchases": {"name": "Tea Circle", "points": "2", "amount": "1.00"},
    "returns": {"return_days": "14", "expiry_kind": "never", "expiry_months": "", "debt_limit": ""},
    "deeds": {"welcome": "50", "event": ""}
    | dict.fromkeys(["review", "survey", "profile_completed", "visit", "event_points"], "0"),
    "tiers": {"grace_days": "30"},
    "worth": {"point_value": "0.01", "point_cost": "0.01", "redeemed_percent": "80"},
}
TIERS = {
    "has_tiers": "on",
    "measure": "spend",
    "window": "calendar_year",
    "downgrade": "at_once",
    "grace_days": "30",
    "name_1": "Silver",
    "name_de_1": "Silber",
    "threshold_1": "100",
    "name_2": "Gold",
    "threshold_2": "500.50",
}


def client(role: str = "manager", language: str = "en") -> Client:
    user, _new = User.objects.get_or_create(email=f"{role}-{language}@example.org", role=role, language=language)
    made = Client()
    made.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return made


def text_of(answer: object) -> str:
    return unescape(answer.content.decode()).replace("\xa0", " ").replace("\u202f", " ")


def address(step: str) -> str:
    return reverse("programme_set_up") if step == "purchases" else reverse("programme_set_up_step", args=[step])


def revision() -> int:
    return Draft.objects.values_list("revision", flat=True).first() or 0


def send(to: Client, step: str, **values: str) -> object:
    """One step, filled in as it stands in STEPS but for some values."""
    return to.post(address(step), {"revision": revision(), **STEPS[step], **values})


def publish(to: Client) -> object:
    return to.post(reverse("programme_set_up_publish"), {"revision": revision()})


def set_up(to: Client | None = None, **values: str) -> None:
    """All steps, with what is given where a step asks for it."""
    to = to or client()
    for step, asked in STEPS.items():
        answer = send(to, step, **{name: value for name, value in values.items() if name in asked})
        assert answer.status_code == 302, text_of(answer)
    answer = publish(to)
    assert answer["Location"] == reverse("programme"), text_of(answer)
