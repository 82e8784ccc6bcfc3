"""How the value is spread over the customers: by amount, and by tenth."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.design import formats
from treue.design.charts import Row, rows
from treue.design.tables import Column, Table
from treue.understand.metrics.drawing.charts import Chart
from treue.understand.metrics.scope.basis import active_language
from treue.understand.value.amounts import Amounts, readable
from treue.understand.value.models import Worth
from treue.understand.value.worth import basis

WORTH_A_TITLE = 0.1  # of the customers


def by_amount(worth: Worth) -> Chart:
    """Customers by what they are worth."""
    parts = readable([(Decimal(step), count, Decimal(value)) for step, count, value in worth.amounts])
    name = _("Customers by their value of the next 12 months")
    if not worth.value or not parts:
        return Chart(name, _("Nobody is worth more than next to nothing."), None)
    language = active_language()
    shares = [each.customers / worth.customers for each in parts]
    drawn = [
        Row(
            _span(each, worth),
            each.customers,
            formats.share(share, language),
            _customers(each.customers),
        )
        for each, share in zip(parts, shares, strict=True)
    ]
    return Chart(
        _amount_title(parts, worth, name),
        _("%(name)s, in percent of all customers. The steps grow with the value.") % {"name": name},
        rows(drawn, title=_told(name, drawn)),
        _amount_table(parts, worth, name),
    )


def by_tenth(worth: Worth) -> Chart:
    """The value by tenth of the customers, the best first."""
    name = _("Share of the value by tenth of the customers")
    if not worth.value or worth.customers < formats.FEWEST_CASES:
        return Chart(
            name,
            _("Fewer than %(fewest)s customers are too few for tenths.") % {"fewest": _number(formats.FEWEST_CASES)},
            None,
        )
    language = active_language()
    tenths = [(count, Decimal(value)) for count, value in worth.tenths]
    shares = [value / worth.value for _count, value in tenths]
    drawn = [
        Row(str(place), float(share), formats.share(share, language, 1), basis(worth.fit).money_short(value))
        for place, ((_count, value), share) in enumerate(zip(tenths, shares, strict=True), start=1)
    ]
    return Chart(
        _("The best tenth brings %(share)s of the value") % {"share": formats.share(shares[0], language)},
        _("Tenths of the customers by their value of the next 12 months, the best first: share of the value of all."),
        rows(drawn, title=_told(name, drawn)),
        _tenth_table(tenths, shares, worth, name),
    )


def _amount_title(parts: Sequence[Amounts], worth: Worth, name: str) -> str:
    share = parts[0].customers / worth.customers
    if share < WORTH_A_TITLE:
        return name
    return _("%(share)s of your customers will bring in nearly nothing: less than %(amount)s") % {
        "share": formats.share(share, active_language()),
        "amount": _money(parts[0].below, worth),
    }


def _span(part: Amounts, worth: Worth) -> str:
    """ "20 bis 50 €", "€20 to €50": a currency that stands behind stands once."""
    if part.below is None:
        return _("from %(amount)s") % {"amount": _money(part.least, worth)}
    if not part.least:
        return _("below %(amount)s") % {"amount": _money(part.below, worth)}
    language = active_language()
    least = _money(part.least, worth, currency=worth.fit.currency if language == "en" else "")
    return formats.span(least, _money(part.below, worth), language)


def _amount_table(parts: Sequence[Amounts], worth: Worth, name: str) -> Table:
    columns = [
        Column(_("Value")),
        *(Column(head, numeric=True) for head in (_("Customers"), _("Share"), _("Value together"))),
    ]
    cells = [
        [
            _span(each, worth),
            _number(each.customers),
            formats.share(each.customers / worth.customers, active_language(), 1),
            basis(worth.fit).money_short(each.value),
        ]
        for each in parts
    ]
    return Table(name, columns, cells)


def _tenth_table(tenths: Sequence[tuple[int, Decimal]], shares: Sequence[Decimal], worth: Worth, name: str) -> Table:
    heads = (_("Customers"), _("Value together"), _("Share"), _("Share so far"))
    columns = [Column(_("Tenth")), *(Column(head, numeric=True) for head in heads)]
    cells, so_far = [], Decimal(0)
    for place, ((count, value), share) in enumerate(zip(tenths, shares, strict=True), start=1):
        so_far += share
        printed = [formats.share(each, active_language(), 1) for each in (share, so_far)]
        cells.append([str(place), _number(count), basis(worth.fit).money_short(value), *printed])
    return Table(name, columns, cells)


def _told(name: str, drawn: Sequence[Row]) -> str:
    """What the picture shows, for a person who cannot see it."""
    return f"{name}: " + "; ".join(f"{each.name} {each.text}" for each in drawn)


def _customers(count: int) -> str:
    return ngettext("%(count)s customer", "%(count)s customers", count) % {"count": _number(count)}


def _number(value: Decimal | int) -> str:
    return formats.number(value, active_language())


def _money(amount: Decimal | None, worth: Worth, currency: str | None = None) -> str:
    """A step, whole from 1 on."""
    known = worth.fit.currency if currency is None else currency
    decimals = 0 if amount is None or amount >= 1 else formats.precision(worth.fit.currency)
    return formats.money(amount, active_language(), known, decimals=decimals)
