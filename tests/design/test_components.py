"""Components print what they are given, escaped, with the roles and names that a screen reader needs."""

import re
from datetime import date

import pytest
from django.http import QueryDict
from django.template import engines
from django.utils.html import format_html

from treue.design import toasts
from treue.design.figures import Change, Entry, Figure, How, Link, change
from treue.design.navigation import Item, Station, loop
from treue.design.progress import Progress
from treue.design.tables import Cell, Column, Pager, Table, address

EVIL = '<script>alert("1")</script>'


def page(source: str, **context: object) -> str:
    """A template written as a page writes it, with components in it."""
    from django_cotton.compiler_regex import CottonCompiler

    return engines["django"].from_string(CottonCompiler().process(source)).render(context)


def component(name: str, **attributes: object) -> str:
    given = " ".join(f':{key}="{key}"' for key in attributes)
    return page(f"<c-{name} {given} />", **attributes)


def test_a_figure_shows_its_value_its_comparison_and_how_it_is_computed():
    figure = Figure(
        "Retention",
        "96.2",
        "%",
        spark=(1, 2, 3),
        change=Change("0.5 percentage points", "against September (95.7%)", "up", "good"),
        how=How("(18,489 − 760) ÷ 18,420 × 100", "A sentence."),
    )
    html = component("figure", figure=figure)
    assert re.search(r'<b class="good">▲&nbsp;0\.5 percentage points</b> against September \(95\.7%\)', html)
    assert "(18,489 − 760) ÷ 18,420 × 100" in html
    assert '<svg class="spark"' in html


def test_a_figure_without_a_value_says_why_and_what_helps():
    html = component(
        "figure", figure=Figure("CLV", "–", sentence="Needs 12 months.", next_step=Link("Import", "/imports/"))
    )
    assert "Needs 12 months." in html
    assert '<a href="/imports/">Import</a>' in html
    assert "<details" not in html


def test_too_few_cases_do_not_shout_like_a_number():
    assert Figure("R", "too few").is_words
    assert not Figure("R", "–").is_words
    assert not Figure("R", "€12").is_words


@pytest.mark.parametrize(
    ("difference", "better", "inside", "arrow", "verdict"),
    [
        (0.5, "up", False, "▲", "good"),
        (-0.5, "up", False, "▼", "bad"),
        (-106, "down", False, "▼", "good"),
        (3, "", False, "▲", ""),
        (0.4, "up", True, "", ""),
        (0, "up", False, "", ""),
    ],
)
def test_a_change_has_its_arrow_from_the_direction_and_its_colour_from_the_meaning(
    difference, better, inside, arrow, verdict
):
    made = change(difference, text="x", against="y", better=better, inside=inside)
    assert (made.arrow, made.verdict) == (arrow, verdict)


def table(**settings: object) -> Table:
    columns = [Column("Customer", sort="name"), Column("Revenue", numeric=True, sort="revenue"), Column("Note")]
    rows = [[Cell(EVIL, url="/c/1", sub="No. 1", avatar="Anna Beispiel"), "€12.00", format_html("<b>{}</b>", EVIL)]]
    return Table("Customers", columns, rows, **settings)


def test_a_table_escapes_its_cells_and_names_its_scrolling_region():
    html = component("table", table=table(caption="1 of 1"))
    assert EVIL not in html
    assert '<a href="/c/1">&lt;script&gt;' in html
    assert "<b>&lt;script&gt;" in html
    assert 'role="region" aria-label="Customers" tabindex="0"' in html
    assert ">AB</span>" in html


def test_the_sorted_column_says_so_and_its_link_turns_the_order_round():
    query = QueryDict("sort=-revenue&channel=web&after=99")
    html = component("table", table=table(sort="-revenue", query=query))
    assert 'class="num" aria-sort="descending"' in html
    assert 'href="?sort=revenue&amp;channel=web"' in html
    assert 'href="?sort=name&amp;channel=web"' in html


def test_numbers_are_sorted_from_the_largest_first():
    html = component("table", table=table(query=QueryDict()))
    assert "sort=-revenue" in html
    assert "sort=name" in html


def test_a_new_filter_leaves_the_place_in_the_list():
    query = QueryDict("q=anna&page=7&before=3")
    assert address(query, channel="web") == "?q=anna&channel=web"
    assert address(query, q="") == "?"
    assert address(None, q="x") == "?q=x"
    assert query.urlencode() == "q=anna&page=7&before=3", "the query itself stays as it is"


def test_a_row_must_fit_its_columns():
    with pytest.raises(ValueError, match="zip"):
        Table("T", [Column("A"), Column("B")], [["only one"]])


def test_a_pager_offers_only_the_ways_there_are():
    html = component("pager", pager=Pager("1 to 50 of 80", next_url="?after=50"))
    assert 'rel="next"' in html
    assert 'rel="prev"' not in html


def test_a_job_that_runs_is_polled_and_can_be_cancelled_and_one_that_ended_is_neither():
    running = Progress("Import", 62, detail="11 of 18", poll_url="/jobs/1/", cancel_url="/jobs/1/cancel/")
    done = Progress("Import", 100, state="done", message="18 imported", poll_url="/jobs/1/", cancel_url="/x/")
    html = component("job", job=running)
    assert 'hx-get="/jobs/1/"' in html
    assert 'value="62"' in html
    assert 'action="/jobs/1/cancel/"' in html
    ended = component("job", job=done)
    assert "hx-get" not in ended
    assert "<form" not in ended
    assert "18 imported" in ended


def test_a_job_of_unknown_length_shows_no_percentage():
    html = component("job", job=Progress("Import"))
    assert "<progress" in html
    assert "value=" not in html


def test_slots_and_attributes_go_where_the_page_puts_them():
    html = page(
        '<c-panel title="Settings" id="s" columns="8" data-x="1"><p>Body</p>'
        '<c-slot name="actions"><c-button href="/new/">New</c-button></c-slot></c-panel>'
    )
    assert re.search(r'<section class="panel c8" id="s"\s+data-x="1"', html)
    assert '<h2 id="s-title">Settings</h2>' in html
    assert re.search(r'<a class="btn\s*" href="/new/"\s*>New</a>', html)


def test_a_component_takes_nothing_from_the_page_that_it_was_not_given():
    html = page("<c-panel>Body</c-panel><c-button>Go</c-button>", title="Leaked", id="leak", label="leak", href="/leak")
    assert "eak" not in html


def test_a_blocked_button_stays_in_reach_and_says_why():
    html = page('<c-button id="go" kind="primary" blocked="First map the e-mail.">Check</c-button>')
    assert 'id="go-why">First map the e-mail.' in html
    assert 'aria-disabled="true" aria-describedby="go-why"' in html
    assert " disabled" not in html


def test_filters_with_a_target_keep_the_address_and_without_a_script_have_a_button():
    html = page('<c-filters action="/customers/" target="#list"><c-search label="Search" value="a&b" /></c-filters>')
    assert 'hx-get="/customers/"' in html
    assert 'hx-push-url="true"' in html
    assert "<noscript><button" in html
    assert 'value="a&amp;b"' in html


def test_a_select_knows_its_value_whether_text_or_number():
    html = page(
        '<c-select label="Year" name="y" :options="o" :value="v" />', o=[(2025, "2025"), (2026, "2026")], v="2026"
    )
    assert '<option value="2026" selected>' in html
    assert html.count("selected") == 1


def test_chips_know_their_count_even_when_it_is_zero():
    assert "<span>0</span>" in page('<c-chip label="Overdue" url="?s=1" :count="n" />', n=0)
    assert "<span>" not in page('<c-chip label="Overdue" url="?s=1" />')


def test_a_timeline_gives_machines_the_day():
    entry = Entry("3 Jul 2026", date(2026, 7, 3), "Order", kind="buy")
    assert '<li class="buy"><time datetime="2026-07-03">' in component("timeline", entries=[entry])


def test_a_meter_never_runs_over():
    assert 'width="100.0%"' in component("meter", value=300, max=200, label="Goal")
    assert 'width="0.0%"' in component("meter", value=-3, max=200, label="Goal")
    assert 'width="0%"' in component("meter", value=1, max=0, label="Goal")


def test_the_loop_has_four_stations_and_one_without_rooms_leads_nowhere():
    stations = loop(understand=[Item("Customers", "/customers/", current=True)])
    assert [station.key for station in stations] == ["listen", "understand", "act", "prove"]
    assert [station.current for station in stations] == [False, True, False, False]
    assert Station("act", "Act").url == ""


def test_a_toast_travels_in_a_header():
    from django.http import HttpResponse

    response = toasts.toast(HttpResponse(), "Saved “x”", undo_url="/undo/")
    assert response["HX-Trigger"] == r'{"toast": {"text": "Saved \u201cx\u201d", "kind": "good", "undo": "/undo/"}}'
