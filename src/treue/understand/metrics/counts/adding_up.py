"""The counts of the finest slices, added up for every combination of values and "all".

A page asks for one combination at a time; with the sums ready, any filter is a look-up. There are not many more of them
than of the finest slices.
"""

from datetime import date

import duckdb
import pyarrow as pa

from treue.science.calendar import Unit
from treue.science.cohorts import CELL_COUNTS
from treue.science.retention import PERIOD_COUNTS
from treue.understand.metrics.scope.filters import DIMENSIONS

TOTAL_COUNTS = (
    *("customers", "repeat_customers", "orders", "revenue", "lifetime_seconds", "trailing_buyers", "trailing_orders"),
    *("costed_revenue", "cost"),
)

SLICES = """
create table slice as
select row_number() over (order by {dimensions}) as slice, {values}, {sums},
    min(first_order)::date as first_order, max(last_order)::date as last_order
from finest join totals using (finest) left join costs using (finest)
group by cube ({dimensions})"""

BELONGS = """
create table belongs as
select finest, slice from finest cross join {choices} join slice on {matches}"""

PERIODS = """
select slice, '{unit}' as unit, start, {sums}
from counts join belongs using (finest)
group by slice, start order by slice, start"""

# As PostgreSQL writes lists, each as long as complete months have passed, with zeros where nobody ordered.
COHORTS = """
with line as (
    select slice, cohort, sum(size) as size, sum(repeaters) as repeaters
    from sizes join belongs using (finest) group by all
), cell as (
    select slice, cohort, k, {sums} from cells join belongs using (finest) group by all
), place as (
    select *, unnest(range(date_diff('month', cohort, date '{last_month}') + 1)) as k from line
)
select slice, cohort, size, repeaters, {lists}
from place left join cell using (slice, cohort, k)
group by slice, cohort, size, repeaters order by slice, cohort"""

COMMA, AND, CROSS = ", ", " and ", " cross join "
DIMENSION_LIST = COMMA.join(DIMENSIONS)


class AddingUp:
    """Sums over slices, which are numbered from 1.

    finest: what the numbers of the finest slices mean. totals, costs: theirs; costs only where any are known.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, finest: pa.Table, totals: pa.Table, costs: pa.Table) -> None:
        self.con = con
        for name, table in {"finest": finest, "totals": totals, "costs": costs}.items():
            con.register(name, table)
        con.execute(
            SLICES.format(
                dimensions=DIMENSION_LIST,
                values=COMMA.join(f"coalesce({name}, '') as {name}" for name in DIMENSIONS),
                sums=COMMA.join(f"coalesce(sum({name}), 0) as {name}" for name in TOTAL_COUNTS),
            )
        )
        con.execute(
            BELONGS.format(
                choices=CROSS.join(f"(values (true), (false)) as of_{name} (all_{name})" for name in DIMENSIONS),
                matches=AND.join(f"slice.{name} = if(all_{name}, '', finest.{name})" for name in DIMENSIONS),
            )
        )

    def slices(self) -> pa.Table:
        """slice, the dimensions ("" for all), TOTAL_COUNTS, first_order and last_order as days."""
        return self.con.sql("from slice order by slice").to_arrow_table()

    def periods(self, counts: pa.Table, unit: Unit) -> pa.Table:
        """slice, unit, start, PERIOD_COUNTS. counts: of the finest slices."""
        self.con.register("counts", counts)
        sums = COMMA.join(f"sum({name}) as {name}" for name in PERIOD_COUNTS)
        return self.con.sql(PERIODS.format(unit=unit, sums=sums)).to_arrow_table()

    def cohorts(self, sizes: pa.Table, cells: pa.Table, last_month: date) -> pa.Table:
        """slice, cohort, size, repeaters, CELL_COUNTS as lists by months since.

        sizes, cells: of the finest slices. last_month: first day of the last complete month.
        """
        self.con.register("sizes", sizes)
        self.con.register("cells", cells)
        listed = "'{{' || string_agg(coalesce({name}, 0)::text, ',' order by k) || '}}' as {name}"
        query = COHORTS.format(
            sums=COMMA.join(f"sum({name}) as {name}" for name in CELL_COUNTS),
            lists=COMMA.join(listed.format(name=name) for name in CELL_COUNTS),
            last_month=last_month,
        )
        return self.con.sql(query).to_arrow_table()
