"""The models that were compared, and the rules that need none, side by side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from treue.design import formats
from treue.design.tables import Cell, Column, Table
from treue.understand.metrics.scope.basis import active_language
from treue.understand.value.models import Fit
from treue.understand.value.trust import names
from treue.understand.value.trust.checked import Checked, Did


@dataclass(frozen=True)
class Measure:
    """printed: the value in a language. loss: the smaller, the better."""

    label: object
    printed: Callable[[Did, str], str]
    loss: Callable[[Did], float]


MEASURES = (
    Measure(
        gettext_lazy("Total"),
        lambda did, language: formats.with_unit(formats.signed(did.total_bias * 100, language, 1), "%", language),
        lambda did: abs(did.total_bias),
    ),
    Measure(
        gettext_lazy("Error (RMSE)"), lambda did, language: formats.number(did.rmse, language, 3), lambda did: did.rmse
    ),
    Measure(
        gettext_lazy("Poisson deviance"),
        lambda did, language: formats.number(did.deviance, language, 3),
        lambda did: did.deviance,
    ),
    Measure(
        gettext_lazy("Order (rank correlation)"),
        lambda did, language: formats.number(did.rank_correlation, language, 2),
        lambda did: -did.rank_correlation,
    ),
    Measure(
        gettext_lazy("Revenue of the first tenth"),
        lambda did, language: formats.share(did.top_tenth, language, 1),
        lambda did: -did.top_tenth,
    ),
)


def table(checked: Checked, csv_url: str) -> Table:
    """The best of each column is marked; equal as printed is equally good."""
    language, compared = active_language(), [*checked.models, *checked.rules]
    columns = [Column(_("Model or rule")), *(Column(str(each.label), numeric=True) for each in MEASURES)]
    best = [measure.printed(min(compared, key=measure.loss), language) for measure in MEASURES]
    rows = [[_name(did, checked.chosen), *_cells(did, best, language)] for did in compared]
    if not checked.purchases:  # over nothing there is no total
        for row in rows:
            row[1] = Cell(formats.NOTHING)
    return Table(_("Models and rules compared"), columns, rows, csv_url=csv_url, stack=True)


def _cells(did: Did, best: Sequence[str], language: str) -> list[Cell]:
    printed = [measure.printed(did, language) for measure in MEASURES]
    return [
        Cell(text, sub=_("best"), kind="good") if text == most else Cell(text)
        for text, most in zip(printed, best, strict=True)
    ]


def _name(did: Did, chosen: Did) -> Cell:
    if not did.status:
        return Cell(names.of_rule(did.name), sub=_("no model needed"))
    notes = [_("chosen")] if did is chosen else []
    if did.status == Fit.Status.NOT_IDENTIFIED:
        notes.append(_("leaving not found"))
    return Cell(names.of_model(did.name), sub=", ".join(notes))
