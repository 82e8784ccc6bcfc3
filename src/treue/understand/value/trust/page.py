"""The page of the models, made ready to print: the verdict, the fit in force, its diagnostics."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.translation import gettext as _

from treue.core.commerce.models import Order
from treue.core.jobs import watching
from treue.core.jobs.models import Job
from treue.core.shop.models import Shop
from treue.core.staff.models import User
from treue.core.staff.roles import Permission
from treue.design import formats
from treue.design.figures import Figure
from treue.design.progress import Progress
from treue.design.tables import Table
from treue.understand.metrics.drawing.charts import Chart
from treue.understand.metrics.scope.basis import active_language
from treue.understand.value.models import Fit
from treue.understand.value.tasks import SCORE
from treue.understand.value.trust import charts, checked, comparison, facts, history, measures, names, wording
from treue.understand.value.trust.checked import Checked
from treue.understand.value.trust.wording import Said


@dataclass(frozen=True)
class Learned:
    """What is told of a fit: on what it rests, and its parameters. Each may be empty where it was not kept."""

    window: Sequence[tuple[str, str]]
    told: Sequence[tuple[str, str]]
    parameters: Table | None
    likelihoods: Sequence[Figure]
    spend: Sequence[tuple[str, str]]
    spend_parameters: Table | None


@dataclass(frozen=True)
class Diagnostics:
    measures: Sequence[Figure]
    cumulative: Chart | None
    weekly: Chart | None
    by_frequency: Chart
    compared: Table


@dataclass(frozen=True)
class Page:
    """diagnostics: None where nothing was held out. warning: that the fit in force drifted, or ""."""

    sub: str
    said: Said
    learned: Learned
    diagnostics: Diagnostics | None
    warning: str
    courses: Sequence[Chart] = field(default_factory=list)


@dataclass(frozen=True)
class Nothing:
    """Why there is no model yet. may_import: whether to lead to the import."""

    sentence: str
    may_import: bool = False


def of(fit: Fit) -> Page:
    """fit: the one in force, with a model."""
    found = checked.of(fit)
    return Page(
        sub=_("%(model)s, orders up to %(day)s")
        % {"model": names.of_model(fit.model), "day": formats.day(fit.until, active_language())},
        said=wording.said(fit, found),
        learned=_learned(fit),
        diagnostics=_diagnostics(found) if found else None,
        warning=history.warning(fit),
        courses=history.courses(fit.shop, fit),
    )


def nothing(shop: Shop, fit: Fit | None, user: User) -> Nothing:
    """fit: the one in force, of which no model came."""
    if fit is None:
        may_import = user.may(Permission.IMPORT) and not Order.objects.filter(shop=shop).exists()
        return Nothing(_("The models are fitted each night. This was not done yet."), may_import)
    if fit.status == Fit.Status.TOO_FEW:
        say = _("Fewer than five customers ever paid on a second day. From so few nothing can be said ahead.")
        return Nothing(say)
    day = formats.day(fit.until, active_language())
    return Nothing(_("No purchase counted up to %(day)s; without one there is nothing to learn from.") % {"day": day})


def at_work(shop: Shop, user: User) -> Progress | None:
    """The card of the work that fits the models anew, while it waits or runs."""
    all_customers = {"kind": SCORE, "arguments__shop_id": shop.pk, "arguments__customers__isnull": True}
    job = Job.objects.filter(state__in=watching.MOVING, **all_customers).order_by("pk").first()
    return watching.card(job, user) if job and user.may(Permission.SEE_JOBS) else None


def csv_of(name: str) -> str:
    return reverse("models_csv", args=[name])


def _learned(fit: Fit) -> Learned:
    return Learned(
        window=facts.window(fit),
        told=names.told(fit) if fit.parameters else [],
        parameters=facts.parameters(fit) if fit.parameters else None,
        likelihoods=facts.likelihoods(fit),
        spend=facts.spend_facts(fit) if fit.spend.get("independence") else [],
        spend_parameters=facts.spend_parameters(fit) if fit.spend.get("parameters") else None,
    )


def _diagnostics(found: Checked) -> Diagnostics:
    return Diagnostics(
        measures=measures.cards(found),
        cumulative=charts.cumulative(found),
        weekly=charts.weekly(found),
        by_frequency=charts.by_frequency(found),
        compared=comparison.table(found, csv_of("compared")),
    )
