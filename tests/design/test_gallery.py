"""The gallery in a real browser: every component, in both languages and themes, wide and on a phone."""

import re

import pytest
from django.conf import settings
from django.urls import reverse

pytestmark = pytest.mark.browser
VIEWS = [("de", "light", 1440), ("en", "dark", 1440), ("en", "light", 360), ("de", "dark", 360)]


@pytest.mark.parametrize(("language", "theme", "width"), VIEWS)
def test_axe_finds_nothing_in_the_gallery(visit, axe, language, theme, width):
    axe(visit(reverse("gallery"), language=language, theme=theme, width=width))


@pytest.mark.parametrize("width", [320, 360, 768, 1024, 1440])
def test_no_page_is_wider_than_its_window(visit, width):
    page = visit(reverse("gallery"), language="de", width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [320, 1440])
def test_no_tab_is_out_of_sight(visit, width):
    page = visit(reverse("gallery"), language="de", width=width)
    page.evaluate("""() => { const tabs = document.querySelector(".tabs"); tabs.append(...[1, 2].flatMap(() =>
        [...tabs.children].map((tab) => tab.cloneNode(true)))); }""")
    strip = page.locator(".tabs").bounding_box()
    for tab in page.locator(".tabs a").all():
        box = tab.bounding_box()
        assert strip["x"] <= box["x"]
        assert box["x"] + box["width"] <= strip["x"] + strip["width"]


def test_a_list_on_a_phone_can_be_sorted_and_no_focus_is_hidden(visit):
    page = visit(reverse("gallery"), width=360)
    links = page.locator("#list thead a").all()
    assert links
    for link in links:
        link.scroll_into_view_if_needed()
        box = link.bounding_box()
        assert box["height"] >= 24
        assert box["x"] + box["width"] <= 360
        link.click(trial=True)


@pytest.mark.parametrize(("width", "form"), [(1440, "wide"), (360, "narrow")])
def test_a_chart_shows_the_drawing_that_fits(visit, width, form):
    page = visit(reverse("gallery"), width=width)
    drawings = page.locator(".drawings").first.locator("svg")
    shown = [drawing.get_attribute("class") for drawing in drawings.all() if drawing.is_visible()]
    assert shown == [f"drawing {form}"]


TYPE_ON_THE_PAGE = """() => [...document.querySelectorAll(".drawings svg")].filter((drawing) => drawing.clientWidth)
    .map((drawing) => parseFloat(getComputedStyle(drawing.querySelector("text")).fontSize)
        * drawing.clientWidth / drawing.viewBox.baseVal.width)"""


@pytest.mark.parametrize("width", [320, 360, 430, 600, 768, 900, 1120, 1280, 1440, 1920])
def test_the_type_of_a_chart_is_12_px_whatever_room_it_has(visit, width):
    sizes = visit(reverse("gallery"), width=width).evaluate(TYPE_ON_THE_PAGE)
    assert len(sizes) >= 4
    assert all(11.85 <= size <= 12.15 for size in sizes), sizes


def test_the_theme_is_remembered_and_there_from_the_first_paint(visit):
    page = visit(reverse("gallery"))
    page.locator(".rail summary").click()
    page.locator(".rail [data-theme-choice=dark]").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 19, 27)"
    source = page.request.get(page.url).text()
    assert re.search(r'<html lang="en" data-theme="dark">', source)
    page.locator(".rail [data-theme-choice='']").click()
    assert "data-theme" not in page.request.get(page.url).text()[:200]


def test_a_forged_theme_cookie_does_not_reach_the_page(visit):
    page = visit(reverse("gallery"))
    answer = page.request.get(page.url, headers={"Cookie": f'{cookies(page)}; treue_theme="><script>'})
    assert "data-theme" not in answer.text()[:200]


def cookies(page) -> str:
    return "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in page.context.cookies())


def test_a_dialog_takes_the_focus_and_gives_it_back(visit):
    page = visit(reverse("gallery"))
    page.locator("[data-dialog=real]").click()
    assert page.locator("dialog#real").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("dialog#real").is_visible()
    assert page.evaluate("document.activeElement.dataset.dialog") == "real"


def test_escape_closes_the_menu_and_gives_the_focus_back(visit):
    page = visit(reverse("gallery"), width=360)
    page.locator(".topbar summary").click()
    assert page.locator(".topbar .menu-body").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator(".topbar .menu-body").is_visible()
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_a_toast_is_spoken_and_an_error_stays_until_it_is_closed(visit):
    page = visit(reverse("gallery"))
    page.clock.install()
    for text, kind in (("Saved.", "good"), ("No connection.", "bad")):
        page.evaluate(
            "detail => document.body.dispatchEvent(new CustomEvent('toast', {bubbles: true, detail}))",
            {"text": text, "kind": kind},
        )
    region = page.locator("#toasts[role=status]")
    assert region.locator(".toast").count() == 2
    page.clock.run_for(9000)
    assert region.locator(".toast").all_inner_texts()[0].startswith("No connection.")
    region.locator("[data-dismiss]").click()
    page.clock.run_for(100)
    assert region.locator(".toast").count() == 0


def test_the_skip_link_comes_first_and_leads_to_the_content(visit):
    page = visit(reverse("gallery"))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#content"


def test_on_paper_the_furniture_is_gone_and_the_computation_is_open(visit):
    page = visit(reverse("gallery"), theme="dark")
    page.emulate_media(media="print")
    assert not page.locator(".rail").is_visible()
    assert not page.locator(".filters").first.is_visible()
    assert page.locator(".how .formula").first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_whoever_is_signed_out_meanwhile_is_led_to_the_sign_in_with_the_whole_page(visit):
    page = visit(reverse("gallery"))
    page.context.clear_cookies()
    page.evaluate("path => { htmx.ajax('GET', path, {target: '#list', select: '#list'}) }", reverse("gallery"))
    page.wait_for_url(f"**{reverse(settings.LOGIN_URL)}**")


def test_a_part_of_the_page_is_fetched_alone_and_the_focus_stays(visit):
    page = visit(reverse("gallery"))
    page.locator("#q").focus()
    page.evaluate(
        "path => htmx.ajax('GET', path, {target: '#list', select: '#list', swap: 'outerHTML'})",
        reverse("gallery") + "?sort=-revenue",
    )
    assert page.locator("#list th[aria-sort=descending]").count() == 1
    assert page.evaluate("document.activeElement.id") == "q"
