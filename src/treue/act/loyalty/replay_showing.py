"""A replay as its page shows it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.act.loyalty import showing
from treue.act.loyalty.earning import documents
from treue.act.loyalty.wording import number, points
from treue.core.customers.models import Customer
from treue.core.jobs.models import Job
from treue.design import formats
from treue.design.figures import Figure, How
from treue.design.tables import Cell, Column, Table
from treue.understand.metrics.scope.basis import active_language

Result = Mapping[str, object]
Side = Mapping[str, object]


def span(job: Job) -> str:
    """ "29 Nov 2025 to 28 Nov 2026"."""
    first = date.fromisoformat(str(job.arguments["since"]))
    last = date.fromisoformat(str(job.arguments["until"])) - timedelta(days=1)
    language = active_language()
    return _("%(first)s to %(last)s") % {"first": formats.day(first, language), "last": formats.day(last, language)}


def rules(job: Job) -> list[str]:
    """What was tried, a sentence each."""
    return showing.rules(documents.read(job.arguments["document"]))


def sentence(result: Result) -> str:
    """What it would have cost, beside what was sold."""
    side, facts = result["proposed"], {"amount": _money(result["amount"], result)}
    if not side["points"]:
        return _("These rules would have given no points.")
    facts |= {"points": points(side["points"]), "cost": _money(side["cost"], result), "share": _share_of_sales(result)}
    return (
        _("These rules would have given %(points)s and cost about %(cost)s: %(share)s of what was sold (%(amount)s).")
        % facts
    )


def figures(job: Job) -> list[Figure]:
    result = job.result
    side = result["proposed"]
    value = _money(job.arguments["point_value"], result, decimals=4)
    redeemed = formats.rate(job.arguments["redeemed_percent"], active_language(), 0)
    cost = _("%(points)s × %(value)s × %(redeemed)s = %(cost)s") % {
        **{"points": number(side["points"]), "value": value, "redeemed": redeemed},
        "cost": _money(side["cost"], result),
    }
    return [
        Figure(
            _("Points"),
            number(side["points"]),
            how=How(
                _("Points of every order, added up"),
                _("Each order is reckoned as it stands today, what came back taken off, one after the other."),
            ),
        ),
        Figure(
            _("Cost"),
            _money(side["cost"], result),
            how=How(cost, _("Points × value of a point × share that is redeemed.")),
        ),
        Figure(
            _("Orders with points"),
            _share(side["orders"], result["orders"]),
            how=How(_("%(some)s of %(all)s orders") % _of(side["orders"], result["orders"])),
        ),
        Figure(
            _("Customers with points"),
            _share(side["customers"], result["customers"]),
            how=How(
                _("%(some)s of %(all)s customers") % _of(side["customers"], result["customers"]),
                _("Everybody who bought is taken for a member."),
            ),
        ),
    ]


def comparison(result: Result) -> Table | None:
    """Beside the rules in force; None where there are none."""
    new, old = result["proposed"], result.get("in_force")
    if old is None:
        return None
    columns = [
        Column(_("What it came to")),
        *(Column(label, numeric=True) for label in (_("These rules"), _("In force"), _("More"))),
    ]
    counts = [(_("Points"), "points"), (_("Orders with points"), "orders"), (_("Customers with points"), "customers")]
    rows = [
        [label, number(new[name]), number(old[name]), formats.signed(new[name] - old[name], active_language())]
        for label, name in counts
    ]
    more = Decimal(new["cost"]) - Decimal(old["cost"])
    cost = [_("Cost"), _money(new["cost"], result), _money(old["cost"], result), _money(more, result)]
    return Table(_("Beside the rules in force"), columns, [*rows, cost])


def top(result: Result) -> Table | None:
    """Who would have got most, with their share of all points."""
    found = dict(result["proposed"]["top"])
    customers = Customer.objects.in_bulk(list(found))
    columns = [Column(_("Customer")), Column(_("Points"), numeric=True), Column(_("Share of all points"), numeric=True)]
    rows = [
        [
            Cell(known.name or known.number, url=reverse("customer", args=[each])),
            number(count),
            _share(count, result["proposed"]["points"]),
        ]
        for each, count in found.items()
        if (known := customers.get(each))
    ]
    return Table(_("Who would have got most"), columns, rows) if rows else None


def moves(job: Job) -> Table | None:
    """How many customers would have reached which tier, beside the rules in force; None without tiers."""
    new, old = job.result["proposed"].get("tiers"), job.result.get("in_force", {}).get("tiers")
    if not new:
        return None
    columns = [
        Column(_("Tier")),
        *(Column(label, numeric=True) for label in (_("Reached in the year"), _("Held at its end"))),
        *(Column(label, numeric=True) for label in (_("Reached, by rules in force"), _("Held, by rules in force"))),
    ]
    columns = columns if old else columns[:3]
    by_code = {code: counts for code, _en, _de, *counts in old or []}
    rows = [
        [_tier(each), *map(number, each[3:]), *(_counts(by_code.pop(each[0], None)) if old else [])]
        for each in reversed(new)
    ]
    gone = [[_tier(each), *_counts(None), *map(number, each[3:])] for each in old or [] if each[0] in by_code]
    return Table(_("Who would have reached which tier"), columns, [*rows, *gone], caption=_moved(job.result))


def _tier(row: Sequence[object]) -> str:
    return str(row[2] if active_language() == "de" else row[1])


def _counts(counts: Sequence[int] | None) -> list[str]:
    return [formats.NOTHING] * 2 if counts is None else [number(each) for each in counts]


def _moved(result: Result) -> str:
    """How many would stand elsewhere; "" where tiers cannot be compared."""
    if "moved" not in result:
        return ""
    return _("%(up)s customers would stand higher at the end than by the rules in force, %(down)s lower.") % {
        name: number(count) for name, count in result["moved"].items()
    }


def computed(job: Job) -> str:
    """On what it rests."""
    orders = ngettext("%(count)s order", "%(count)s orders", job.result["orders"])
    told = [_("Computed from %(orders)s.") % {"orders": orders % {"count": number(job.result["orders"])}}]
    if job.arguments.get("tiers"):
        told.append(
            _(
                "Everybody begins the year without a tier and rises by what was bought since; multipliers for tiers "
                "count from then on. Those for segments are left out: the past does not know who would have been in "
                "which."
            )
        )
    else:
        told.append(
            _("Multipliers for tiers and segments are left out: the past does not know who would have been in which.")
        )
    return " ".join([*told, _("Points for deeds and a birthday are left out as well.")])


def _money(amount: object, result: Result, decimals: int | None = None) -> str:
    return formats.money(Decimal(str(amount)), active_language(), str(result["currency"]), decimals)


def _share_of_sales(result: Result) -> str:
    amount = Decimal(result["amount"])
    share = Decimal(result["proposed"]["cost"]) / amount if amount else None
    return formats.share(share, active_language(), 1)


def _share(some: int, whole: int) -> str:
    return formats.share(some / whole if whole else None, active_language(), 1)


def _of(some: int, whole: int) -> dict[str, str]:
    return {"some": number(some), "all": number(whole)}
