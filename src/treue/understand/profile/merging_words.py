"""What merging two customers would do, or undoing it, in words and tables."""

from collections.abc import Iterator, Mapping
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from treue.core.customers.merging import Preview
from treue.core.customers.models import Customer
from treue.design import formats
from treue.design.tables import Cell, Column, Table
from treue.understand.metrics.scope.basis import active_language
from treue.understand.profile.heading import titled
from treue.understand.profile.person import Person

FIELDS: dict[str, Promise] = {
    "name": gettext_lazy("Name"),
    "email": gettext_lazy("E-mail"),
    "phone": gettext_lazy("Phone"),
    "city": gettext_lazy("City"),
    "country": gettext_lazy("Country"),
}


def question(kept: Customer, absorbed: Customer) -> str:
    facts = {"kept": titled(kept), "absorbed": titled(absorbed)}
    return (
        _("%(absorbed)s becomes part of %(kept)s. Where both records say something, that of %(kept)s counts.") % facts
    )


def side_by_side(kept: tuple[Customer, Person], absorbed: tuple[Customer, Person]) -> Table:
    """Both as they are, and the one they become."""
    columns = [
        Column(_("What is known"), full=True),
        Column(_("%(name)s, is kept") % {"name": kept[0].name or kept[0].number}),
        Column(absorbed[0].name or absorbed[0].number),
        Column(_("Afterwards")),
    ]
    rows = [
        [_("Customer number"), kept[0].number, absorbed[0].number, f"{kept[0].number}, {absorbed[0].number}"],
        *(_field(label, name, kept[0], absorbed[0]) for name, label in FIELDS.items()),
        *_figures(kept[1], absorbed[1], kept[0].shop.currency),
    ]
    return Table(_("Both side by side"), columns, rows, stack=True)


def _field(label: Promise, name: str, kept: Customer, absorbed: Customer) -> list[str | Cell]:
    first, second = (_shown(name, getattr(each, name)) for each in (kept, absorbed))
    return [str(label), first or formats.NOTHING, second or formats.NOTHING, first or second or formats.NOTHING]


def _shown(name: str, value: str) -> str:
    return formats.country(value, active_language()) if name == "country" and value else value


def _figures(kept: Person, absorbed: Person, currency: str) -> Iterator[list[str | Cell]]:
    language = active_language()
    orders = (kept.orders, absorbed.orders, kept.orders + absorbed.orders)
    yield [_("Orders"), *(formats.number(each, language) for each in orders)]
    revenues = (kept.revenue, absorbed.revenue, kept.revenue + absorbed.revenue)
    yield [_("Revenue"), *(formats.money(each, language, currency) for each in revenues)]
    last = max(filter(None, (kept.last, absorbed.last)), default=None)
    yield [_("Last order"), *(_day(each) for each in (kept.last, absorbed.last, last))]


def _day(day: date | None) -> str:
    return formats.day(day, active_language()) if day else formats.NOTHING


def comes_along(seen: Preview, absorbed: Customer) -> Table:
    rows = _rows(seen)
    if seen.filled:
        rows.append([_("Fills what is empty"), _values(seen.filled)])
    return Table(_("What comes along"), [Column(_("What")), Column(titled(absorbed), numeric=True)], rows)


def goes_back(back: Preview, rest: Preview, absorbed: Customer, kept: Customer) -> Table:
    """What each of the two would have."""
    rows = _rows(back, rest)
    if back.filled:
        rows.append([_("Taken out of the kept record again"), formats.NOTHING, _values(back.filled)])
    columns = [Column(_("What")), *(Column(titled(each), numeric=True) for each in (absorbed, kept))]
    return Table(_("What each gets"), columns, rows, stack=True)


def _rows(*seen: Preview) -> list[list[str | Cell]]:
    names = {
        "orders": _("Orders"),
        "refunds": _("Refunds"),
        "events": _("Events"),
        "visitors": _("Browsers"),
        "identities": _("Identities"),
    }
    return [
        [label, *(formats.number(getattr(each, name), active_language()) for each in seen)]
        for name, label in names.items()
    ]


def _values(filled: Mapping[str, str]) -> str:
    return ", ".join(f"{FIELDS[name]}: {_shown(name, value)}" for name, value in filled.items())


def stays(kept: Customer, absorbed: Customer) -> list[tuple[str, str]]:
    facts = {"kept": titled(kept), "number": absorbed.number}
    return [
        (_("Nothing is lost."), _("Both records stay; one of them is hidden.")),
        (
            _("It can be undone."),
            _("Each of the two then gets what came in under their own numbers, before the merge and since."),
        ),
        (
            _("Both numbers go on."),
            _("What files and messages say of number %(number)s counts for %(kept)s from now on.") % facts,
        ),
        (_("The figures follow."), _("Figures and profiles are computed anew within a few minutes.")),
    ]
