"""The public link: it leads to the shop's own page, and nowhere else."""

from dataclasses import replace

import pytest
from django.test import Client

from tests.act.referrals.referred import advocate
from treue.act.referrals import knocking, visiting
from treue.act.referrals.models import Scheme, Visit
from treue.core.shop.models import Shop
from treue.core.throttling.models import Tally

LANDING = "https://tea.example/welcome"


def test_a_link_leads_to_the_landing_page_with_the_code_and_is_counted(shop: Shop, scheme: Scheme) -> None:
    anna = advocate(shop)
    for _time in range(2):
        answer = Client().get(f"/r/{anna.code}")
        assert (answer.status_code, answer["Location"]) == (302, f"{LANDING}?treue_referral={anna.code}")
    assert answer["Cache-Control"] == "no-store"
    assert not answer.cookies
    assert [(each.advocate, each.count) for each in Visit.objects.all()] == [(anna, 2)]


@pytest.mark.parametrize("code", ["ABCD2345", "x", "%00", "https:evil.example", "ä" * 50])
def test_an_unknown_code_leads_to_the_landing_page_without_one(shop: Shop, scheme: Scheme, code: str) -> None:
    answer = Client().get(f"/r/{code}", {"next": "https://evil.example"})
    assert (answer.status_code, answer["Location"]) == (302, LANDING)
    assert not Visit.objects.exists()


def test_a_closed_scheme_leads_to_the_landing_page(shop: Shop, scheme: Scheme) -> None:
    Scheme.objects.update(is_open=False)
    assert Client().get(f"/r/{advocate(shop).code}")["Location"] == LANDING


def test_without_a_scheme_there_is_no_link(shop: Shop) -> None:
    assert Client().get("/r/ABCD2345").status_code == 404


@pytest.mark.parametrize("headers", [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}])
def test_a_browser_that_looks_ahead_is_not_counted(shop: Shop, scheme: Scheme, headers: dict[str, str]) -> None:
    anna = advocate(shop)
    assert Client().get(f"/r/{anna.code}", headers=headers).status_code == 302
    assert Client().head(f"/r/{anna.code}").status_code == 302
    assert not Visit.objects.exists()


def test_whoever_opens_too_many_learns_no_codes(shop: Shop, scheme: Scheme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(knocking, "OPENED", replace(knocking.OPENED, most=2))
    anna, client = advocate(shop), Client()
    places = [client.get(f"/r/{anna.code}")["Location"] for _time in range(3)]
    assert places == [f"{LANDING}?treue_referral={anna.code}"] * 2 + [LANDING]
    assert "127.0.0.1" not in Tally.objects.get().who


def test_the_landing_address_keeps_its_own_parameters() -> None:
    scheme = Scheme(landing="https://tea.example/a?b=1&treue_referral=X#top")
    assert visiting.landing(scheme, "ABCD2345") == "https://tea.example/a?b=1&treue_referral=ABCD2345#top"
