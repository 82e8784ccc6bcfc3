"""What a table's cells, a heat map's rows and a choice's options look like as markup."""

from django.utils.safestring import mark_safe

from treue.design import cells
from treue.design.charts.heat import HeatCell, HeatRow
from treue.design.tables import Cell, Column, Table

EVIL = "<b>\"'&"
ESCAPED = "&lt;b&gt;&quot;&#x27;&amp;"


def test_no_text_of_a_cell_is_read_as_markup():
    row = [Cell(EVIL, url=EVIL, sub=EVIL, kind=EVIL, avatar=EVIL), Cell(EVIL, badge=EVIL)]
    markup = cells.body(Table("", [Column(EVIL), Column(EVIL)], [row]).rows)
    assert "<b>" not in markup
    assert markup.count(ESCAPED) == 7
    assert f'data-label="{ESCAPED}"' in markup


def test_markup_that_was_made_here_stays_markup():
    assert '<td role="cell" data-label="B"><i>1</i></td>' in cells.body(
        Table("", [Column("A"), Column("B")], [["a", mark_safe("<i>1</i>")]]).rows
    )


def test_the_first_cell_of_a_row_is_its_head():
    columns = [Column("Name", full=True), Column("Orders", numeric=True)]
    assert cells.body(Table("", columns, [[Cell("Anna", url="/1/"), "3"], ["Bernd", ""]]).rows) == (
        '<tr role="row"><th scope="row" role="rowheader" class="full"><a href="/1/">Anna</a></th>'
        '<td role="cell" data-label="Orders" class="num">3</td></tr>\n'
        '<tr role="row"><th scope="row" role="rowheader" class="full">Bernd</th>'
        '<td role="cell" data-label="Orders" class="num"></td></tr>'
    )


def test_a_row_of_a_heat_map_shows_its_cells_and_keeps_the_place_of_the_rest():
    full = HeatRow("Jan", "40", [HeatCell("19", "q3"), HeatCell("7", "part", EVIL)], rest=1)
    few = HeatRow("Feb", "12", (), rest=1, too_few=2)
    assert cells.cohorts([full, few]) == (
        '<tr><th scope="row">Jan</th><td class="n">40</td><td class="q3">19</td>'
        f'<td class="part" title="{ESCAPED}">7</td><td class="none" colspan="1"></td></tr>'
        '<tr><th scope="row">Feb</th><td class="n">12</td>'
        + '<td class="few"><span aria-hidden="true">–</span><span class="sr">too few</span></td>' * 2
        + '<td class="none" colspan="1"></td></tr>'
    )


def test_one_option_is_chosen_whatever_kind_its_value_is():
    assert cells.options([("", "All"), (3, EVIL)], "3") == (
        f'<option value="">All</option><option value="3" selected>{ESCAPED}</option>'
    )
    assert 'value="" selected' in cells.options([("", "All"), ("a", "A")], "")
