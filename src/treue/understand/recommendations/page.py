"""The page of the recommendations: how good they would have been, and what is recommended most."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

from django.utils.translation import gettext as _

from treue.design import formats
from treue.design.figures import Figure, How
from treue.design.tables import Cell, Column, Table
from treue.understand.metrics.scope.basis import active_language
from treue.understand.recommendations import wording
from treue.understand.recommendations.learning import HOLDOUT_DAYS, MOST
from treue.understand.recommendations.models import Kind, Run
from treue.understand.recommendations.offers import Offered

Ways = Sequence[Mapping[str, object]]
FEWEST = 20  # of fewer customers a share says little
SURE = 2  # standard errors of a difference


@dataclass(frozen=True)
class Page:
    """verdict: the finding, as far as there is one. ways: by kind a title that says who did best, and the table."""

    as_of: str
    verdict: str
    advice: str
    figures: Sequence[Figure]
    ways: Sequence[tuple[str, Table]]
    offered: Table | None
    offered_title: str


def build(run: Run, offered: Sequence[Offered], csv_url: str, figures_until: date | None = None) -> Page:
    measured = [(kind, ways) for kind in Kind.values if (ways := _measured(run, kind))]
    return Page(
        as_of=_as_of(run, figures_until),
        verdict=_verdict(run),
        advice=_advice(run),
        figures=[_figure(kind, ways) for kind, ways in measured],
        ways=[(_title(kind, ways), _ways(kind, ways)) for kind, ways in measured],
        offered=_offered(offered, csv_url) if offered else None,
        offered_title=_offered_title(offered, run),
    )


def _as_of(run: Run, figures_until: date | None) -> str:
    language = active_language()
    facts = {"day": formats.day(run.until, language)}
    if figures_until is None or figures_until <= run.until:
        return _("What was bought up to %(day)s counts.") % facts
    facts |= {"later": formats.day(figures_until, language)}
    return (
        _(
            "What was bought up to %(day)s counts. The figures have reached %(later)s already; the recommendations "
            "follow as soon as they are worked out anew."
        )
        % facts
    )


def _measured(run: Run, kind: str) -> Ways:
    ways = run.figures.get(kind, [])
    return ways if ways and ways[0]["customers"] >= FEWEST else []


def _verdict(run: Run) -> str:
    ways = _measured(run, Kind.NEW)
    if not ways:
        return _("Too few customers bought something new to them in the last 30 days to tell how good this is.")
    own, plain = ways[0], _plain(Kind.NEW, ways)
    facts = {"own": _share(own["hit_rate"]), "plain": _share(plain["hit_rate"]), "first": MOST[Kind.NEW]}
    difference = _difference(own, plain)
    if difference > SURE:
        return (
            _(
                "%(own)s of the customers who bought something new found it among the %(first)s products that would "
                "have been recommended to them; among those that are bought most it were %(plain)s."
            )
            % facts
        )
    if difference < -SURE:
        return (
            _(
                "What is bought most would have done better: %(plain)s of the customers who bought something new found "
                "it there, and %(own)s among the %(first)s products that would have been recommended to them."
            )
            % facts
        )
    return (
        _(
            "Whether this does better than what is bought most cannot be told yet: %(own)s of the customers who bought "
            "something new found it among the %(first)s products that would have been recommended to them, and "
            "%(plain)s among those that are bought most."
        )
        % facts
    )


def _difference(own: Mapping[str, object], plain: Mapping[str, object]) -> float:
    """How much more was found, in standard errors. These are taken as if other customers had been asked of each, which
    is more than they are of the same ones: what is called a difference is one."""
    customers = int(str(own["customers"]))
    shares = [float(str(each["hit_rate"])) for each in (own, plain)]
    error = sqrt(sum(share * (1 - share) for share in shares) / customers)
    return (shares[0] - shares[1]) / max(error, 1 / customers)


def _advice(run: Run) -> str:
    if run.choice == Run.Choice.TOO_FEW:
        return _("Too little was bought to compare ways to recommend. What is bought together leads.")
    facts = {"method": wording.way(f"{run.method} {'with seasons' if run.is_seasonal else 'alone'}")}
    return (
        _(
            "For new products this is used now: %(method)s. It stood furthest up when all ways were compared by what "
            "was bought in the last 30 days. The figures below show what the 30 days before these would have chosen."
        )
        % facts
    )


def _figure(kind: str, ways: Ways) -> Figure:
    language = active_language()
    own, plain = ways[0], _plain(kind, ways)
    first, count = MOST[Kind(kind)], formats.number(int(own["customers"]), language)
    measures = {"own": _ndcg(own), "plain": _ndcg(plain), "way": wording.way(str(plain["method"])), "first": first}
    return Figure(
        wording.name_of(kind),
        formats.number(float(own["hit_rate"]) * 100, language),
        "%",
        sentence=_(
            "So many of the %(count)s customers who bought such a product within %(days)s days found it among the "
            "first %(first)s."
        )
        % {"count": count, "first": first, "days": HOLDOUT_DAYS},
        how=How(
            _("NDCG@%(first)s: %(own)s; %(way)s: %(plain)s") % measures,
            _(
                "Everything was learned from what was bought before, and compared with what was bought in the last "
                "30 days. NDCG counts a product the more, the further up it stands; 1 would be perfect."
            ),
        ),
    )


def _title(kind: str, ways: Ways) -> str:
    best = max(ways, key=lambda each: float(each["ndcg"]))
    facts = {"kind": wording.name_of(kind), "way": wording.way(str(best["method"]))}
    return _("%(kind)s: “%(way)s” stands furthest up") % facts


def _ways(kind: str, ways: Ways) -> Table:
    language = active_language()
    columns = [
        Column(_("Way"), full=True),
        Column(_("Found"), numeric=True),
        Column(_("NDCG@%(first)s") % {"first": MOST[Kind(kind)]}, numeric=True),
        Column(_("Products shown"), numeric=True),
    ]
    rows = [
        [wording.way(str(each["method"])), _share(each["hit_rate"]), _ndcg(each), _share(each["coverage"])]
        for each in ways
    ]
    caption = _("%(count)s customers") % {"count": formats.number(int(ways[0]["customers"]), language)}
    return Table(wording.name_of(kind), columns, rows, caption=caption, stack=True)


def _offered_title(offered: Sequence[Offered], run: Run) -> str:
    if not offered:
        return _("Nothing is recommended")
    first = offered[0]
    facts = {"product": first.name, "share": _share(first.most / run.customers if run.customers else 0)}
    return _("“%(product)s” is recommended most: to %(share)s of the customers") % facts


def _offered(offered: Sequence[Offered], csv_url: str) -> Table:
    language = active_language()
    columns = [Column(_("Product"), full=True), *(Column(wording.name_of(kind), numeric=True) for kind in Kind.values)]
    rows = [
        [
            Cell(each.name, sub=each.code if each.code != each.name else ""),
            *(formats.number(each.by_kind[kind], language) for kind in Kind.values),
        ]
        for each in offered
    ]
    caption = _("Number of customers to whom each is recommended")
    return Table(_("Most recommended products"), columns, rows, caption=caption, csv_url=csv_url, stack=True)


def _plain(kind: str, ways: Ways) -> Mapping[str, object]:
    """What anybody could do without a model."""
    return next((each for each in ways if each["method"] == wording.PLAIN[Kind(kind)]), ways[-1])


def _share(value: object) -> str:
    return formats.share(float(str(value)), active_language())


def _ndcg(way: Mapping[str, object]) -> str:
    return formats.number(float(str(way["ndcg"])), active_language(), 3)
