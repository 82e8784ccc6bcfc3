"""The room's tables and figures: texts ready to print."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from treue.act.loyalty import issuers
from treue.act.loyalty.wording import number, points
from treue.act.partners import sentences
from treue.act.partners.figures import Month
from treue.act.partners.models import Agreement, Dispute, Kind, Leg, Line, Partner, Statement
from treue.act.partners.settling import Account
from treue.core.shop import clock
from treue.core.staff.models import ApiKey
from treue.design import formats
from treue.design.figures import Change, Figure, How, change
from treue.design.tables import Cell, Column, Table
from treue.understand.metrics.scope.basis import active_language

Months = Mapping[date, Month]


def listed(
    them: Sequence[Partner], found: Mapping[int, Months], month: date, previous: date, open_: Mapping[int, Decimal]
) -> Table:
    """month, previous: the last two that are over."""
    named = {"month": sentences.month(month)}
    columns = [
        Column(_("Partner")),
        Column(_("State"), corner=True),
        Column(_("Points issued in %(month)s") % named, numeric=True),
        Column(_("Points redeemed in %(month)s") % named, numeric=True),
        Column(_("Open amount"), numeric=True),
    ]
    rows = [
        [
            Cell(each.name, url=reverse("partner", args=[each.pk]), sub=each.code),
            state(each),
            _compared(found[each.pk][month].issued, found[each.pk][previous].issued, previous),
            _compared(found[each.pk][month].redeemed, found[each.pk][previous].redeemed, previous),
            _open(each, open_[each.pk]),
        ]
        for each in them
    ]
    return Table(_("Partners"), columns, rows, caption=_("By name. Points less those that went back."), stack=True)


def _compared(now: int, before: int, previous: date) -> Cell:
    return Cell(
        number(now), sub=_("%(month)s: %(value)s") % {"month": sentences.month(previous), "value": number(before)}
    )


def _open(partner: Partner, amount: Decimal) -> Cell:
    """Without a sign: the words say who pays."""
    said = sentences.money(abs(amount), partner.programme.shop.currency)
    return Cell(said, sub=_payer(amount))


def _payer(amount: Decimal) -> str:
    if not amount:
        return _("nobody owes anything")
    return _("the partner pays") if amount > 0 else _("the partner is paid")


def state(partner: Partner) -> Cell:
    label = str(Partner.State(partner.state).label)
    return Cell(label, badge="good" if partner.state == Partner.State.ACTIVE else "plain")


def figures(
    found: Months, month: date, previous: date, open_: Decimal, last: Statement | None, currency: str
) -> list[Figure]:
    issued, redeemed = (
        _figure(label, getattr(found[month], name), getattr(found[previous], name), month, previous)
        for label, name in ((_("Points issued"), "issued"), (_("Points redeemed"), "redeemed"))
    )
    return [
        issued,
        redeemed,
        Figure(
            _("Open amount"),
            sentences.money(abs(open_), currency),
            change=Change(_payer(open_), _before(last)),
            how=How(
                _("Sum of all that is in no closed statement"),
                _("Points at the prices agreed, with fees, up to now and with the running month's fee."),
            ),
        ),
    ]


def _figure(label: str, now: int, before: int, month: date, previous: date) -> Figure:
    named = {"month": sentences.month(previous), "value": number(before)}
    return Figure(
        label,
        number(now),
        unit=ngettext("point", "points", now),
        change=change(now - before, text=number(abs(now - before)), against=_("against %(month)s (%(value)s)") % named),
        how=How(_("Points, less those that went back"), _("Of the last month that is over.")),
        span=sentences.month(month),
    )


def _before(last: Statement | None) -> str:
    if last is None:
        return ""
    said = {"month": sentences.month(last.month), "amount": sentences.money(abs(last.amount), last.currency)}
    return _("(last statement, %(month)s: %(amount)s)") % said


def agreements(them: Sequence[Agreement], in_force: Agreement | None) -> Table:
    columns = [
        Column(_("Valid from")),
        Column(_("State"), corner=True),
        Column(_("A point issued"), numeric=True),
        Column(_("A point redeemed"), numeric=True),
        Column(_("Fee a month"), numeric=True),
        Column(_("Fee on points issued"), numeric=True),
    ]
    language = active_language()
    rows = [
        [
            formats.day(each.valid_from, language),
            _force(each, in_force),
            sentences.price(each.issue_price, each.currency),
            sentences.price(each.redemption_price, each.currency),
            sentences.money(each.monthly_fee, each.currency),
            formats.share(each.fee_rate, language, 2),
        ]
        for each in them
    ]
    return Table(_("Agreements"), columns, rows, caption=_("Latest first."), stack=True)


def _force(each: Agreement, in_force: Agreement | None) -> Cell:
    if in_force is not None and each.pk == in_force.pk:
        return Cell(_("In force"), badge="good")
    is_coming = in_force is None or each.valid_from > in_force.valid_from
    return Cell(_("Coming"), badge="info") if is_coming else Cell(_("Over"), badge="plain")


def statements(them: Sequence[Statement], amounts: Mapping[int, Decimal]) -> Table:
    columns = [
        Column(_("Month")),
        Column(_("State"), corner=True),
        Column(_("Number"), numeric=True),
        Column(_("Amount"), numeric=True),
    ]
    rows = [
        [
            Cell(sentences.month(each.month), url=reverse("partner_statement", args=[each.partner_id, each.pk])),
            statement_state(each),
            formats.NOTHING if each.number is None else number(each.number),
            Cell(sentences.money(abs(amounts[each.pk]), each.currency), sub=_payer(amounts[each.pk])),
        ]
        for each in them
    ]
    return Table(pgettext("of a partner", "Statements"), columns, rows, caption=_("Latest first."), stack=True)


def statement_state(statement: Statement) -> Cell:
    is_closed = statement.state == Statement.State.CLOSED
    return Cell(str(Statement.State(statement.state).label), badge="good" if is_closed else "warn")


def legs(them: Sequence[Leg], zone: ZoneInfo) -> Table:
    columns = [Column(_("What")), Column(_("Points"), numeric=True), Column(_("Receipt")), Column(_("When"))]
    rows = [
        [
            Cell(str(Kind(each.kind).label)),
            number(each.points),
            Cell(each.reference, kind="mono"),
            clock.printed(each.happened_at, zone),
        ]
        for each in them
    ]
    return Table(_("What happened last"), columns, rows, caption=_("Latest first."), stack=True)


def keys(them: Sequence[ApiKey], zone: ZoneInfo) -> Table:
    columns = [Column(_("Name")), Column(_("State"), corner=True), Column(_("Last used"))]
    rows = [
        [
            Cell(each.name, sub=f"{each.prefix}…"),
            Cell(_("In force"), badge="good") if each.is_in_force else Cell(_("Revoked"), badge="plain"),
            clock.printed(each.last_used_at, zone),
        ]
        for each in them
    ]
    return Table(_("API keys"), columns, rows, stack=True)


def lines(account: Account, statement: Statement, open_: Mapping[int, Dispute], dispute_at: Mapping[int, str]) -> Table:
    """open_: disputes that wait, by line. dispute_at: addresses by line, for whoever may dispute it."""
    columns = [
        Column(_("What"), full=True),
        Column(_("Points"), numeric=True),
        Column(_("Price of a point"), numeric=True),
        Column(_("Amount"), numeric=True),
        Column(_("Dispute")),
    ]
    rows = [
        [
            Cell(sentences.line(each, statement)),
            formats.number(each.points, active_language()),
            sentences.price(each.price, statement.currency),
            sentences.money(each.amount, statement.currency),
            _dispute(each, open_, dispute_at),
        ]
        for each in account.lines
    ]
    foot = [_("Together"), "", "", sentences.money(account.amount, statement.currency), ""]
    return Table(_("Lines"), columns, rows, caption=sentences.rounding(), foot=foot, stack=True)


def _dispute(line: Line, open_: Mapping[int, Dispute], dispute_at: Mapping[int, str]) -> Cell:
    if line.pk in open_:
        waiting = open_[line.pk]
        return Cell(str(Dispute.State(waiting.state).label), url=reverse("partner_dispute", args=[waiting.pk]))
    if line.pk in dispute_at:
        return Cell(_("Dispute line %(place)s") % {"place": line.place}, url=dispute_at[line.pk])
    return Cell(formats.NOTHING)


def by_issuer(found: Mapping[int, int]) -> Table:
    called = issuers.names(found.keys())
    rows = [[called[issuer], number(count)] for issuer, count in sorted(found.items())]
    columns = [Column(_("Issuer")), Column(_("Points"), numeric=True)]
    return Table(_("Who had issued the points redeemed"), columns, rows)


def disputes(them: Sequence[Dispute]) -> Table:
    columns = [
        Column(pgettext("of a statement", "Line")),
        Column(_("State"), corner=True),
        Column(_("Reason"), full=True),
        Column(_("Difference"), numeric=True),
    ]
    rows = [
        [
            Cell(
                _("Line %(place)s") % {"place": each.line.place},
                url=reverse("partner_dispute", args=[each.pk]),
                sub=sentences.title(each.line.statement),
            ),
            dispute_state(each),
            each.reason,
            sentences.money(each.difference, each.line.statement.currency),
        ]
        for each in them
    ]
    return Table(_("Disputes"), columns, rows, caption=_("Latest first."), stack=True)


def dispute_state(dispute: Dispute) -> Cell:
    badges = {Dispute.State.OPEN: "warn", Dispute.State.ACCEPTED: "good", Dispute.State.REJECTED: "plain"}
    return Cell(str(Dispute.State(dispute.state).label), badge=badges[dispute.state])


def dispute_facts(dispute: Dispute) -> list[tuple[str, str]]:
    statement, line = dispute.line.statement, dispute.line
    zone, currency = statement.programme.shop.tz, statement.currency
    who = _("The partner's program") if dispute.by_partner else str(dispute.opened_by or _("A program of the shop"))
    found = [
        (pgettext("of a statement", "Line"), sentences.line(line, statement)),
        (_("Amount"), sentences.money(line.amount, currency)),
        (_("Reason"), dispute.reason),
        (_("Disputed by"), who),
        (_("Disputed"), clock.printed(dispute.opened_at, zone)),
    ]
    if line.points is not None:
        found.insert(1, (_("Points"), points(line.points)))
    if dispute.decided_at is not None:
        found.append((_("Decided"), clock.printed(dispute.decided_at, zone)))
        found.append((_("Decided by"), str(dispute.decided_by or _("nobody"))))
    if dispute.right_amount is not None:
        found.append((_("Right amount"), sentences.money(dispute.right_amount, currency)))
        found.append((_("Difference"), sentences.money(dispute.difference, currency)))
    return found
