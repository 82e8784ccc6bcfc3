"""What every page carries: the loop, the way to the content, the choice of language."""

import re

import pytest
from django.template.loader import render_to_string

from treue.design.navigation import Item, Navigation, Person, loop

NAVIGATION = Navigation(
    today=Item("Today", "/"),
    stations=loop(listen=[Item("Import", "/imports/", current=True, count=1200)]),
    foot=(Item("Settings", "/settings/"),),
    person=Person("Maria Beispiel", "Manager"),
)


def shell(**context: object) -> str:
    return render_to_string("design/base.html", {"nav": NAVIGATION, **context})


def test_a_station_without_rooms_is_a_word_and_no_link():
    rail = shell().split("</header>")[0]
    assert re.search(r'<li class="quiet"><span class="station">Act</span></li>', rail)
    assert re.search(r'<li class="here"><span class="station">Listen</span>', rail)


def test_the_current_room_is_marked_and_its_open_work_counted():
    rail = shell().split("</header>")[0]
    assert '<a href="/imports/" aria-current="page">Import <span class="count">1,200<span class="sr"> open' in rail


def test_the_tab_bar_of_the_phone_leads_only_where_there_is_something():
    bar = re.search(r'<nav class="tabbar".*?</nav>', shell(), re.DOTALL)[0]
    assert re.findall(r'href="([^"]+)"', bar) == ["/", "/imports/"]


def test_the_person_stands_at_the_foot_with_initials():
    assert '<span class="avatar" aria-hidden="true">MB</span><span>Maria Beispiel<br>Manager</span>' in shell()


def test_without_navigation_there_is_neither_rail_nor_bars():
    html = shell(nav=None)
    assert 'class="shell bare"' in html
    assert not re.search('class="(rail|topbar|tabbar)"', html)


def test_the_demo_is_said_on_every_page_that_has_it():
    html = shell(demo={"text": "A demo.", "url": "/x/", "label": "Remove"})
    assert re.search(r'<aside class="demo".*<a class="btn small" href="/x/">', html, re.DOTALL)
    assert "demo" not in shell()


@pytest.mark.parametrize(
    "landmark", ['<main class="main" id="content" tabindex="-1">', '<a class="skip" href="#content">']
)
def test_the_content_can_be_reached_at_once(landmark):
    assert landmark in shell()


def test_style_sheets_stand_in_their_order():
    sheets = re.findall(r"treue/css/([a-z]+)\.css", shell())
    assert (sheets[0], sheets[-1]) == ("tokens", "print")
