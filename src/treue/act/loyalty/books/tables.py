"""The liability by expiry, age, tier and issuer, the months, and both views of the books."""

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from treue.act.loyalty import issuers, tiering
from treue.act.loyalty.books import rolling
from treue.act.loyalty.books.figures import money
from treue.act.loyalty.books.standing import Standing
from treue.act.loyalty.books.statement import Statement
from treue.act.loyalty.models import Programme
from treue.act.loyalty.wording import number
from treue.core.shop.models import Shop
from treue.design import formats
from treue.design.tables import Column, Table
from treue.understand.metrics.scope.basis import active_language

MOST_MONTHS = 24
AGES = ((3, 0), (6, 3), (12, 6), (24, 12))  # below so many months, from so many on
Pairs = list[tuple[str, str]]


def by_expiry(standing: Standing) -> Table:
    language = active_language()
    rows = [
        [formats.period(month, language) if month else _("never"), points]
        for month, points in standing.by_expiry.items()
    ]
    return _parts(_("By month of expiry"), _("Expires in"), rows, _as_of(standing.day))


def by_tier(standing: Standing, programme: Programme) -> Table | None:
    """The highest first; None where there are no tiers."""
    rules = tiering.rules_of(programme)
    if rules is None:
        return None
    names = {each.code: each.name(active_language()) for each in reversed(rules.versions[-1].levels)}
    found = standing.by_tier
    gone = [code for code in found if code and code not in names]
    rows = [[names.get(code, code), found[code]] for code in (*names, *gone) if code in found]
    rows += [[_("no tier"), found[""]]] if "" in found else []
    return _parts(_("By tier"), _("Tier"), rows, _as_of(standing.day))


def by_age(found: Statement) -> Table:
    """By the months since they were issued."""
    points = found.books.by_issue_month
    rows = []
    for below, least in AGES:
        some = sum(each for month, each in points.items() if least <= _age(month, found.day) < below)
        rows.append([_("%(least)s to %(most)s months") % {"least": number(least), "most": number(below - 1)}, some])
    oldest = AGES[-1][0]
    rest = sum(each for month, each in points.items() if _age(month, found.day) >= oldest)
    rows.append([_("%(least)s months and more") % {"least": number(oldest)}, rest])
    return _parts(_("By age"), _("Months since their month of issue"), rows, _as_of(found.day))


def by_issuer(found: Statement) -> Table | None:
    """None where the shop alone gives points."""
    points = found.books.by_issuer
    if not points.keys() - {0}:
        return None
    called = issuers.names(points.keys())
    rows = [[called[issuer], each] for issuer, each in points.items()]
    return _parts(_("By issuer"), _("Issuer"), rows, _as_of(found.day))


def months(found: Statement, label: str) -> Table:
    """The roll-forward, the newest first. label: two tables of a page have names of their own."""
    heads = (
        _("Opening"),
        pgettext("of points, in a month", "Earned"),
        pgettext("of points, in a month", "Taken back"),
        pgettext("of points, in a month", "Redeemed"),
        pgettext("of points, in a month", "Expired"),
        pgettext("of points, in a month", "Corrected"),
        _("Owed by members"),
        _("Closing"),
    )
    columns = [Column(_("Month")), *(Column(each, numeric=True) for each in heads)]
    language = active_language()
    rows = [
        [
            formats.period(each.month, language),
            number(each.opening),
            formats.signed(each.earned, language),
            formats.signed(-each.taken_back, language),
            formats.signed(-each.redeemed, language),
            formats.signed(-each.expired, language),
            formats.signed(each.adjusted, language),
            formats.signed(each.owed, language),
            number(each.closing),
        ]
        for each in reversed(rolling.months(found.books)[-MOST_MONTHS:])
    ]
    return Table(label, columns, rows, caption=_("Newest month first."))


def ifrs(found: Statement, shop: Shop) -> Pairs:
    contract = found.contract
    if contract is None:
        return []
    closing = found.closed.contract_liability if found.closed else contract.closing
    return [
        (_opening(found), money(contract.opening, shop)),
        (_("Deferred of the sales since"), money(contract.deferred, shop)),
        (_("Recognised as revenue"), money(-contract.revenue, shop)),
        (_closing(found), money(closing, shop)),
        (_("Points that no order earned, at cost"), money(contract.others, shop)),
    ]


def hgb(found: Statement, shop: Shop) -> Pairs:
    moved = found.provision
    if moved is None:
        return []
    return [
        (_opening(found), money(moved.opening, shop)),
        (pgettext("of a provision", "Used"), money(-moved.used, shop)),
        (_("Released"), money(-moved.released, shop)),
        (_("Added"), money(moved.added, shop)),
        (_("Interest"), money(moved.interest, shop)),
        (_closing(found), money(found.closed.provision if found.closed else moved.closing, shop)),
    ]


def _opening(found: Statement) -> str:
    return _("On %(day)s") % {"day": formats.day(found.day_before, active_language())}


def _closing(found: Statement) -> str:
    return _("On %(day)s") % {"day": formats.day(found.day, active_language())}


def _as_of(day: date) -> str:
    return _("At the end of %(day)s.") % {"day": formats.day_long(day, active_language())}


def _parts(label: str, head: str, rows: list[list], caption: str) -> Table:
    whole = sum(points for _name, points in rows)
    language = active_language()
    cells = [
        [name, number(points), formats.share(points / whole if whole else None, language, 1)] for name, points in rows
    ]
    columns = [Column(head), Column(_("Points"), numeric=True), Column(_("Share"), numeric=True)]
    return Table(label, columns, cells, caption=caption, foot=[_("Together"), number(whole), ""])


def _age(month: date, day: date) -> int:
    return (day.year - month.year) * 12 + day.month - month.month
