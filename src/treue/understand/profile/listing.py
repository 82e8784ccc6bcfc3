"""The list of customers, found page by page among a million.

No plan of the database is right for both a name that three people have and a letter that half of them have, and the
planner cannot know that everybody called Anna stands at one end of the names. So the list is found in two ways. First
a few steps are walked along the sorted index: where many fit, they fill the page. Where they do not, all who fit are
looked for and sorted, unless the planner foresees that these are many: then it is walked farther first, for people who
are alike stand together (who bought first long ago has bought most). Pages begin and end with a customer, never at an
offset.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from treue.core.shop.models import Shop
from treue.understand.profile.searching import Search, conditions
from treue.understand.profile.sorting import Sort
from treue.understand.profile.walking import Course, Place

PAGE = 50


@dataclass(frozen=True)
class Position:
    """Where a page begins: after, or before, the customer with this number. page: its number, for the label alone."""

    after: int | None = None
    before: int | None = None
    page: int = 1


START = Position()


@dataclass(frozen=True)
class Page:
    """ids: the customers in order. count: how many fit, None for more than `most_counted`. first: the place of the
    first one in the whole list, counted from 1."""

    ids: Sequence[int]
    count: int | None
    first: int
    has_previous: bool
    has_next: bool
    most_counted: int


class Listing:
    """All customers of a shop who fit a search, in an order. Those whose number or address is just what was typed
    stand first."""

    def __init__(self, shop: Shop, search: Search, sort: Sort, known: Mapping[str, Sequence[str]]) -> None:
        self.course = Course(conditions(shop, search, known), sort, search)

    def page(self, position: Position = START, size: int = PAGE) -> Page:
        ids, is_start, has_more = self._found(position, size)
        first = 1 if is_start else (max(position.page, 2) - 1) * size + 1
        count = self.course.count()
        if count is not None:  # the number of the page is only what the address says
            first = max(min(first, count - len(ids) + 1), 1)
        return Page(ids, count, first, not is_start, has_more, self.course.most_counted)

    def _found(self, position: Position, size: int) -> tuple[list[int], bool, bool]:
        """The ids, whether they begin the list, whether it goes on after them."""
        if position.before is not None:
            place = self.course.place_of(position.before)
            ids = self.course.backward(place, size + 1) if place.known else []
            if len(ids) > size:
                return ids[1:], False, True
        elif position.after is not None:
            place = self.course.place_of(position.after)
            if place.known:
                ids = self.course.forward(place, size + 1)
                return ids[:size], False, len(ids) > size
        head = self.course.exact[:size]
        ids = head + self.course.forward(Place(), size + 1 - len(head))
        return ids[:size], True, len(ids) > size

    def chunks(self, size: int) -> Iterator[Sequence[int]]:
        """Everybody, in order, as lists of ids."""
        if self.course.exact:
            yield self.course.exact
        place = Place()
        while ids := self.course.forward(place, size):
            yield ids
            place = self.course.place_of(ids[-1])
