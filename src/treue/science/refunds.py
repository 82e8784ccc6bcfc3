"""Which purchase a refund belongs to.

By reference where there is one: the order the refund names, else its own order number where that
order has purchases, else that number without a leading C. A reference counts when its order holds
the refunded product (any line will do if the refund names none). Otherwise the refund belongs to
the latest earlier purchase of the same customer and product with units left, same price first.
Refunds are worked off in order of time, so leaving out the later ones changes nothing for the
earlier: one matching serves every `as_of`. Where moments are equal, refunds and purchases stand in
order of their number (9 before 10) and then line, whatever came into a database first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import duckdb
import pyarrow as pa

from treue.science.shelves import Refund, Shelves, Stock, Taken

MONEY = pa.decimal128(18, 4)
OPTIONAL = ("product", "refund_of")


@dataclass(frozen=True)
class Matching:
    """Outcome of `match`.

    allocations: one row per refund line and purchase line it took from: `refund_<key>`,
    `purchase_<key>`, `units`, `amount` (decimal 18,4), `refunded_at`.
    unmatched: the keys of the refunds that found nothing.
    """

    allocations: pa.Table
    unmatched: pa.Table


def match(purchases: pa.Table, refunds: pa.Table, *, key: Sequence[str] = ("line_no",)) -> Matching:
    """Match refund lines with the purchase lines they take back.

    purchases, refunds: lines with the columns of `key` (together unique; within an order ascending
    in file order),
    `customer`, `order_no` (string), `at` (naive, shop-local), `quantity` > 0 and `amount` >= 0;
    `product` and, for refunds, `refund_of` may hold nulls or be absent.
    Only lines that share a customer and product, or an order, with a refund leave the engine: half
    a million refunds against ten million lines are a matter of seconds.
    """
    with duckdb.connect() as con:
        con.register("bought_lines", _with_optional(purchases))
        con.register("refund_lines", _with_optional(refunds))
        keys = ", ".join(f'"{column}"' for column in key)
        con.execute(NUMBERED.format(name="refunds", key=keys, lines="refund_lines", concerned="true"))
        con.execute(NUMBERED.format(name="purchases", key=keys, lines="bought_lines", concerned=CONCERNED))
        con.execute(REFERENCES)
        con.execute(SHELVES)
        taken = _give_back(con)
        bought_keys, refund_keys = (
            con.table(name).order("number").project(f'{keys}, "at"').to_arrow_table()
            for name in ("purchases", "refunds")
        )
    return _tables(taken, bought_keys, refund_keys, key)


def _with_optional(lines: pa.Table) -> pa.Table:
    for column in OPTIONAL:
        if column not in lines.column_names:
            lines = lines.append_column(column, pa.nulls(len(lines), pa.string()))
    return lines


# Money is counted in ten-thousandths, so that "same price" is an equality and nothing is lost.
NUMBERED = """
create temp table {name} as
select {key}, customer, order_no, product, refund_of, "at", quantity::double as units,
    round(amount * 10000)::bigint as money,
    coalesce(round(amount * 10000 / nullif(quantity, 0)), 0)::bigint as price,
    row_number() over (order by "at", length(order_no), order_no, {key}) - 1 as number
from {lines} where {concerned}"""

# Purchases that no refund could concern stop here, before anything is sorted.
CONCERNED = """(customer, coalesce(product::varchar, '')) in (
        select (customer, coalesce(product::varchar, '')) from refunds)
    or order_no in (
        select refund_of from refunds where refund_of is not null
        union select order_no from refunds
        union select order_no[2:] from refunds where order_no ilike 'c%')"""

REFERENCES = """
create temp table reference as
with named as (
    select number, product, customer, refund_of as order_no, 1 as rank from refunds
    union all select number, product, null, refund_of, 2 from refunds
    union all select number, product, customer, order_no, 3 from refunds
    union all select number, product, customer, order_no[2:], 4 from refunds where order_no ilike 'c%'
), held as (select distinct customer, order_no, product from purchases)
select number, arg_min({'customer': held.customer, 'order_no': order_no}, (rank, held.customer)) as named_order
from named join held using (order_no)
where (named.customer is null or named.customer = held.customer)
  and (named.product is null or named.product = held.product)
group by number"""

SHELVES = """
create temp table wanted as
select number, named_order is not null as by_reference,
    coalesce(named_order.customer, customer) as customer, named_order.order_no as order_no, product,
    dense_rank() over (order by coalesce(named_order.customer, customer), named_order.order_no, product) as shelf
from refunds left join reference using (number);

create temp table held as
with shelves as (select distinct shelf, by_reference, customer, order_no, product from wanted)
select shelf, number as line from shelves s join purchases p
    on s.customer = p.customer and s.product is not distinct from p.product
where not by_reference
union all
select shelf, number as line from shelves s join purchases p on s.customer = p.customer and s.order_no = p.order_no
where by_reference and (s.product is null or s.product = p.product)"""


def _give_back(con: duckdb.DuckDBPyConnection) -> list[Taken]:
    bought = con.execute('select units, money, price, epoch_us("at") as at from purchases order by number')
    columns = {name: values.tolist() for name, values in bought.fetchnumpy().items()}
    lines: dict[int, list[int]] = {}
    for shelf, held in con.execute("select shelf, list(line order by line) from held group by shelf").fetchall():
        lines[shelf] = held
    shelves = Shelves(Stock(**columns), lines)
    refunds = con.execute(
        """select number, epoch_us("at"), units, money, price, shelf, by_reference
        from refunds join wanted using (number) where shelf in (select shelf from held) and units > 0
        order by number"""
    ).fetchall()
    return [taken for row in refunds for taken in shelves.give_back(Refund(*row))]


def _tables(taken: list[Taken], bought: pa.Table, refunds: pa.Table, key: Sequence[str]) -> Matching:
    by_refund = refunds.take(pa.array([each.refund for each in taken], pa.int64()))
    from_line = bought.take(pa.array([each.line for each in taken], pa.int64()))
    columns = {f"refund_{column}": by_refund[column] for column in key}
    columns |= {f"purchase_{column}": from_line[column] for column in key}
    columns["units"] = pa.array([each.units for each in taken], pa.float64())
    columns["amount"] = pa.array([Decimal(each.money).scaleb(-4) for each in taken], MONEY)
    columns["refunded_at"] = by_refund["at"]
    matched = {each.refund for each in taken}
    alone = [number for number in range(len(refunds)) if number not in matched]
    return Matching(pa.table(columns), refunds.take(pa.array(alone, pa.int64())).select(list(key)))
