"""The way through a list of customers: the next ones after a place, those before it, and how many there are."""

from dataclasses import dataclass
from functools import cached_property

from django.db import connection, transaction

from treue.understand.profile.searching import Conditions, Search
from treue.understand.profile.sorting import Sort

MOST_COUNTED, MOST_COUNTED_FOR_WORDS = 10_000, 1_000  # a letter that half of all have is found, but not counted
MOST_EXACT = 10
FIRST_STEPS = 1_000
TIMES_AS_MANY = 20  # where the first steps meet enough of them to hope
# Where more fit than these, to sort them all takes longer than to walk so many steps; to look for words takes longer.
MANY, FAR_STEPS = 150_000, 100_000
MANY_FOR_WORDS, FAR_STEPS_FOR_WORDS = 10_000, 20_000

CUSTOMERS, PROFILES, NEVER_ORDERED = "customers_customer c", "profile_buyingprofile p", "profile_neverordered p"

NEAR = """
select {id} from (
    select * from {table} where {beyond} order by {column} {way}, {id} {way} limit %(steps)s) {alias} {join}
where {where} order by {column} {way}, {id} {way} limit %(wanted)s"""

# All who fit are needed before the first is known, so their count comes with them.
SORTED = """
with found as materialized (select {id} as id, {column} as key from {source} where {where})
select id, met from (select count(*) as met from found) counted left join lateral (
    select id, key from found where {beyond} order by key {way} nulls {nulls}, id {way} limit %(wanted)s) page on true
order by key {way} nulls {nulls}, id {way}"""

FORESEEN = "explain (format json) select from {source} where {where}"

OTHERS = """
select c.id from customers_customer c join profile_neverordered p on p.customer_id = c.id
where {where} order by c.id {way} limit %(wanted)s"""

COUNT = "select count(*) from (select from {source} where {where} limit %(most)s) counted"

# Hoping to meet as many as are counted early, the planner would merge two indexes from that end where there are none;
# and it would hash all who fit one condition, where looking a thousand of them up is enough.
ONE_BY_ONE = "set local enable_mergejoin = off; set local enable_hashjoin = off"

PLACE = """
select {column} from customers_customer c left join profile_buyingprofile p on p.customer_id = c.id
where c.shop_id = %(shop)s and c.id = %(id)s"""

EXACT = """
select c.id from customers_customer c {join} {profiles} on p.customer_id = c.id
where c.shop_id = %(shop)s and (c.number = any(%(numbers)s) or upper(c.email) = upper(%(typed)s)) and {where}
order by c.id limit %(most)s"""


@dataclass(frozen=True)
class Place:
    """Where one stands in the list: at a customer and their key; without one, at whichever end one starts from."""

    id: int | None = None
    key: object = None

    @property
    def known(self) -> bool:
        return self.id is not None

    @property
    def among_others(self) -> bool:
        """Whether among those who never ordered, in a list that is sorted by orders."""
        return self.known and self.key is None


class Course:
    """The way through all who fit, forth and back. `exact` are those whose number or address is just what was typed:
    they are not on it."""

    def __init__(self, conditions: Conditions, sort: Sort, search: Search) -> None:
        self.person, self.facts, self.values = conditions.person, conditions.facts, conditions.values
        self.buying = (*conditions.facts, *conditions.words)
        self.sort, self.search = sort, search
        self.profiles = NEVER_ORDERED if search.without_orders else PROFILES
        self._met: int | None = None  # how many fit, once that is known

    @cached_property
    def exact(self) -> list[int]:
        typed = self.search.words
        if not typed or self.search.is_impossible:
            return []
        numbers = [typed, typed.upper(), typed.lower()]
        statement = EXACT.format(join=self._how_to_join(), profiles=self.profiles, where=_all(*self.facts))
        return self._ids(statement, typed=typed, numbers=numbers, most=MOST_EXACT)

    def count(self) -> int | None:
        """How many fit; None where these are more than are counted."""
        if self._met is None:
            self._met = self._count()
        total = self._met + len(self.exact)
        return total if total <= self.most_counted else None

    @property
    def most_counted(self) -> int:
        """Where counting ends: where more fit, nobody knows how many."""
        return MOST_COUNTED_FOR_WORDS if self.search.words else MOST_COUNTED

    def place_of(self, customer: int) -> Place:
        found = self._rows(PLACE.format(column=self.sort.column), id=customer)
        return Place(customer, found[0][0]) if found else Place()

    def forward(self, place: Place, wanted: int) -> list[int]:
        """The next customers after a place, at most as many as wanted."""
        return self._take(place, wanted, back=False)

    def backward(self, place: Place, wanted: int) -> list[int]:
        """The customers right before a place, in the list's own order."""
        return self._take(place, wanted, back=True)[::-1]

    def _take(self, place: Place, wanted: int, *, back: bool) -> list[int]:
        if not self.search.active:
            return self._everybody(place, wanted, back=back)
        if self.search.without_orders and not self.sort.by_person:
            return self._others(place, wanted, back=back)
        if self.sort.by_person or not place.among_others:
            found = self._near(place, wanted, FIRST_STEPS, back=back)
            if wanted > len(found) >= wanted / TIMES_AS_MANY:
                found = self._near(place, wanted, FIRST_STEPS * TIMES_AS_MANY, back=back)
            elif len(found) < wanted and self._are_many:
                found = self._near(place, wanted, self._far_steps, back=back)
            if len(found) == wanted:
                return found
        return self._sorted(place, wanted, back=back)

    @cached_property
    def _are_many(self) -> bool:
        """Whether the database foresees that many fit, and it is worth to walk on until they begin."""
        if self.search.words and self.sort.by_person:
            return False  # everybody called Anna stands in one place
        ((plan,),) = self._rows(FORESEEN.format(**self._source(with_key=False)), exact=self.exact)
        return plan[0]["Plan"]["Plan Rows"] > (MANY_FOR_WORDS if self.search.words else MANY)

    @property
    def _far_steps(self) -> int:
        return FAR_STEPS_FOR_WORDS if self.search.words else FAR_STEPS

    def _everybody(self, place: Place, wanted: int, *, back: bool) -> list[int]:
        """Where nothing is searched for: first those who ordered, then the others."""
        if self.sort.by_person:
            return self._near(place, wanted, wanted, back=back)
        first, second = (self._others, self._buyers) if back else (self._buyers, self._others)
        if place.known and place.among_others != back:
            return second(place, wanted, back=back)
        found = first(place, wanted, back=back)
        return found + second(Place(), wanted - len(found), back=back)

    def _buyers(self, place: Place, wanted: int, *, back: bool) -> list[int]:
        return self._near(place, wanted, wanted, back=back)

    def _near(self, place: Place, wanted: int, steps: int, *, back: bool) -> list[int]:
        """Those who are met within some steps along the sorted index."""
        by_person, descending = self.sort.by_person, self.sort.descending != back
        each = "c.id" if by_person else "p.customer_id"
        other, needed = (self.profiles, self.buying) if by_person else (CUSTOMERS, self.person)
        join = f"{self._how_to_join()} {other} on c.id = p.customer_id" if needed else ""
        beyond = f"({self.sort.column}, {each}) {_sign(descending)} (%(key)s, %(id)s)" if place.known else "true"
        statement = NEAR.format(
            id=each,
            column=self.sort.column,
            way=_way(descending),
            table=CUSTOMERS if by_person else self.profiles,
            alias=each[0],
            join=join,
            beyond=_all(f"{each[0]}.shop_id = %(shop)s", beyond, *self._bounds),
            where=_all(*self.person, *self.buying, f"{each} <> all(%(exact)s)"),
        )
        return self._ids(statement, key=place.key, id=place.id, exact=self.exact, steps=steps, wanted=wanted)

    @property
    def _bounds(self) -> list[str]:
        """Where along the sorted index those who fit can stand."""
        bounds = [condition for condition in self.buying if condition.startswith(f"{self.sort.column} ")]
        if self.sort.name == "first" and self.search.last_before:
            bounds.append("p.first_order_at < %(last_before)s")  # who never came back since did not begin since either
        return bounds

    def _sorted(self, place: Place, wanted: int, *, back: bool) -> list[int]:
        """Those beyond a place among all who fit, who are counted by the way."""
        descending = self.sort.descending != back
        beyond = "true"
        if place.among_others:
            beyond = f"key is null and id {_sign(descending)} %(id)s" + (" or key is not null" if back else "")
        elif place.known:
            beyond = f"(key, id) {_sign(descending)} (%(key)s, %(id)s)" + ("" if back else " or key is null")
        source = self._source(with_key=True)
        statement = SORTED.format(
            **source, column=self.sort.column, way=_way(descending), beyond=beyond, nulls="first" if back else "last"
        )
        rows = self._rows(statement, key=place.key, id=place.id, exact=self.exact, wanted=wanted)
        self._met = rows[0][1]
        return [each for each, _met in rows if each is not None]

    def _count(self) -> int:
        statement = COUNT.format(**self._source(with_key=False))
        with transaction.atomic():
            if not self.search.with_others:
                self._execute(ONE_BY_ONE)
            (found,) = self._ids(statement, exact=self.exact, most=self.most_counted + 1)
        return found

    def _others(self, place: Place, wanted: int, *, back: bool) -> list[int]:
        """Customers without a buying profile."""
        descending = self.sort.descending != back
        beyond = f"c.id {_sign(descending)} %(id)s" if place.known else "true"
        where = _all("c.shop_id = %(shop)s", beyond, *self.person, "c.id <> all(%(exact)s)")
        statement = OTHERS.format(where=where, way=_way(descending))
        return self._ids(statement, id=place.id, exact=self.exact, wanted=wanted)

    def _source(self, *, with_key: bool) -> dict[str, str]:
        """The fewest tables in which all who fit are found."""
        by_person = self.sort.by_person and with_key
        profiles = self.buying or (with_key and not by_person)
        customers = self.person or by_person or self.search.with_others or self.search.without_orders
        tables = [CUSTOMERS] * bool(customers) + [self.profiles] * bool(profiles)
        shops = ["c", "p"][: 1 if self.search.with_others else 2]
        each = "c.id" if customers else "p.customer_id"
        return {
            "id": each,
            "source": f" {self._how_to_join()} ".join(tables) + (" on c.id = p.customer_id" if len(tables) > 1 else ""),
            "where": _all(
                *(f"{table[-1]}.shop_id = %(shop)s" for table in tables if table[-1] in shops),
                *self.person,
                *self.buying,
                f"{each} <> all(%(exact)s)",
            ),
        }

    def _how_to_join(self) -> str:
        return "left join" if self.search.with_others else "join"

    def _ids(self, statement: str, **values: object) -> list[int]:
        return [each for (each,) in self._rows(statement, **values)]

    def _execute(self, statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    def _rows(self, statement: str, **values: object) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(statement, {**self.values, **values})
            return cursor.fetchall()


def _all(*conditions: str) -> str:
    return " and ".join(conditions) or "true"


def _sign(descending: bool) -> str:
    return "<" if descending else ">"


def _way(descending: bool) -> str:
    return "desc" if descending else "asc"
