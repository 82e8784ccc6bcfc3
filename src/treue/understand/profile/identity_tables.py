"""By what a customer is known, which records are one, and what merging two of them would do, ready to print."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from treue.core.customers.models import Customer, Identity, Merge
from treue.core.shop.models import Shop
from treue.design import formats
from treue.design.tables import Cell, Column, Table
from treue.understand.metrics.scope.basis import active_language
from treue.understand.profile.heading import titled
from treue.understand.profile.known_by import NUMBER, Known, KnownBy, Teller, shared

KINDS: dict[str, Promise] = {
    NUMBER: gettext_lazy("Customer number"),
    Identity.Kind.EMAIL: gettext_lazy("E-mail"),
    Identity.Kind.PHONE: gettext_lazy("Phone"),
    Identity.Kind.CARD: gettext_lazy("Card"),
    Identity.Kind.ANONYMOUS: gettext_lazy("Browser"),
}
TELLERS: dict[str, Promise] = {
    Teller.RECORD: gettext_lazy("Personal record"),
    Teller.SERVER: gettext_lazy("Server or till"),
    Teller.BROWSER: gettext_lazy("Browser"),
}
GIVEN_UP: dict[str, Promise] = {
    Identity.GivenUpBy.MEMBER: gettext_lazy("given up in the portal on %(moment)s"),
    Identity.GivenUpBy.SHOP: gettext_lazy("replaced by a program of the shop on %(moment)s"),
}
MOST_NAMED, LETTERS_SHOWN = 3, 8


def known(found: KnownBy, shop: Shop) -> Table:
    columns = [
        Column(_("Identity"), full=True),
        Column(_("What"), corner=True),
        Column(_("Told by")),
        Column(_("Since")),
        Column(_("Also claimed by")),
    ]
    rows = [_known(each, shop) for each in found.values]
    return Table(_("Known by"), columns, rows, caption=_left_out(found), stack=True)


def _left_out(found: KnownBy) -> str:
    shown = sum(each.kind == Identity.Kind.ANONYMOUS for each in found.values)
    if shown == found.browsers:
        return ""
    facts = {"all": formats.number(found.browsers, active_language())}
    return _("Of %(all)s browsers the latest %(shown)s.") % (
        facts | {"shown": formats.number(shown, active_language())}
    )


def _known(each: Known, shop: Shop) -> list[str | Cell]:
    return [
        Cell(_value(each), sub=_remark(each, shop)),
        str(KINDS[each.kind]),
        ", ".join(str(TELLERS[teller]) for teller in Teller if teller in each.told_by),
        _moment(each.since, shop),
        _named(each.others),
    ]


def _value(each: Known) -> str:
    is_long = each.kind == Identity.Kind.ANONYMOUS and len(each.value) > LETTERS_SHOWN + 1
    return f"{each.value[:LETTERS_SHOWN]}…" if is_long else each.value


def _remark(each: Known, shop: Shop) -> str:
    parts = []
    if each.of:
        parts.append(_("of the merged record %(number)s") % {"number": each.of.number})
    if each.seen_at:
        parts.append(_("first seen on %(moment)s") % {"moment": _moment(each.seen_at, shop)})
    if each.given_up:
        moment, by = each.given_up
        parts.append(str(GIVEN_UP[by]) % {"moment": _moment(moment, shop)})
    if not each.is_theirs:
        parts.append(_("what was done in it does not count for this customer"))
    return " · ".join(parts)


def _named(customers: Sequence[Customer]) -> SafeString | str:
    if not customers:
        return ""
    links = format_html_join(
        ", ",
        '<a href="{}">{}</a>',
        ((reverse("customer", args=[each.pk]), titled(each)) for each in customers[:MOST_NAMED]),
    )
    if (more := len(customers) - MOST_NAMED) <= 0:
        return links
    count = {"count": formats.number(more, active_language())}
    return format_html("{} {}", links, ngettext("and %(count)s more", "and %(count)s more", more) % count)


def merged(merges: Iterable[Merge], customer: Customer, shop: Shop, *, may_edit: bool) -> Table:
    columns = [Column(_("Record"), full=True), Column(_("Merged on")), Column(_("Merged by"))]
    if may_edit:
        columns.append(Column(_("What to do"), full=True))
    found = list(merges)
    records = Customer.everyone.in_bulk([each.absorbed_id for each in found] + [each.kept_id for each in found])
    rows = []
    for each in found:
        absorbed, kept = records[each.absorbed_id], records[each.kept_id]
        inner = _("merged into %(number)s before that") % {"number": kept.number} if kept != customer else ""
        sub = " · ".join(filter(None, (absorbed.number if absorbed.name else "", inner)))
        row: list[str | Cell] = [
            Cell(str(absorbed), sub=sub),
            _moment(each.merged_at, shop),
            str(each.merged_by or formats.NOTHING),
        ]
        if may_edit:
            url = reverse("customer_merge_undo", args=[customer.pk, each.pk])
            row.append("" if inner else _button(url, _("Undo…")))
        rows.append(row)
    return Table(_("Merged records"), columns, rows, stack=True)


def doubles(customer: Customer, others: Sequence[Customer], found: KnownBy, *, may_edit: bool) -> Table:
    columns = [Column(_("Customer"), full=True), Column(_("What both have"), full=True)]
    if may_edit:
        columns.append(Column(_("What to do"), full=True))
    rows = []
    for other in others:
        why = ", ".join(f"{KINDS[each.kind]} {each.value}" for each in shared(found, other))
        rows.append([_person(other), why, *([_compare(customer, other)] if may_edit else [])])
    return Table(_("Possible doubles"), columns, rows, stack=True)


def choices(customer: Customer, others: Sequence[Customer]) -> Table:
    columns = [Column(_("Customer"), full=True), Column(_("E-mail")), Column(_("City")), Column(_("What to do"))]
    rows = [
        [_person(other), other.email or formats.NOTHING, other.city or formats.NOTHING, _compare(customer, other)]
        for other in others
    ]
    return Table(_("Which of them?"), columns, rows, stack=True)


def _person(other: Customer) -> Cell:
    return Cell(str(other), url=reverse("customer", args=[other.pk]), sub=other.number if other.name else "")


def _compare(customer: Customer, other: Customer) -> SafeString:
    return _button(reverse("customer_merge", args=[customer.pk, other.pk]), _("Compare both…"))


def _button(url: str, label: str) -> SafeString:
    return format_html('<a class="btn small" href="{}">{}</a>', url, label)


def _moment(moment: datetime | None, shop: Shop) -> str:
    return formats.moment(moment.astimezone(shop.tz), active_language()) if moment else formats.NOTHING
