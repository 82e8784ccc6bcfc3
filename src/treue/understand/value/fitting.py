"""Learn from a shop's history, and keep what was learned so that customers can be scored by it later."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

import numpy as np

from treue.science.buying.model import BuyingModel
from treue.science.buying.summary import KEY, Summary
from treue.science.buying.units import WEEK
from treue.science.buying.validation import HeldOut
from treue.science.errors import NoPurchases, TooFewRepeatBuyers
from treue.science.spend import GammaGamma, known_fit
from treue.understand.value import choosing
from treue.understand.value.choosing import CANDIDATES
from treue.understand.value.models import Fit

UNIT = WEEK


@dataclass(frozen=True)
class Models:
    """buying: of one of the candidates. spend: what a purchase day brings."""

    buying: BuyingModel
    spend: GammaGamma


def learn(fit: Fit, summary: Summary, held_out: HeldOut | None) -> Models | None:
    """Fit the models and note on `fit`, which is not saved, what was found; None where there is too little to learn."""
    try:
        histories = summary.distinct
        fit.since = fit.until - timedelta(days=round(float(histories.age.max()) * UNIT.days))
        fit.customers, fit.repeat_buyers = histories.total, histories.repeat_buyers
        chosen = choosing.choose(held_out)
        found = Models(CANDIDATES[chosen.name].fit(summary), GammaGamma().fit(summary))
    except NoPurchases:
        fit.status = Fit.Status.NO_PURCHASES
        return None
    except TooFewRepeatBuyers:
        fit.status = Fit.Status.TOO_FEW
        return None
    fit.model, fit.choice, fit.validation = chosen.name, chosen.why, chosen.figures
    fit.status, fit.recommended = found.buying.status, choosing.instead_of(found.buying, summary)
    fit.parameters, fit.standard_errors = dict(found.buying.params), dict(found.buying.standard_errors)
    fit.log_likelihood = found.buying.log_likelihood
    fit.spend = _kept(found.spend, summary)
    return found


def remembered(fit: Fit) -> Models:
    """The models of a fit, to be asked; what only the fitting knows is not in them."""
    spend = known_fit(fit.spend["parameters"], mean=fit.spend["mean"], status=fit.spend["status"])
    return Models(CANDIDATES[fit.model].of(fit.parameters, unit=UNIT), GammaGamma(spend))


def fingerprint(fit: Fit, summary: Summary, unwanted: Collection[int]) -> str:
    """Of all that scores depend on: whose histories, up to when, with what they are reckoned, and who wants none."""
    reckoned = (fit.until, fit.margin, fit.discount_rate, fit.currency, UNIT.name, *sorted(unwanted))
    found = sha256(repr([str(each) for each in reckoned]).encode())
    for name in ("customer_id", *KEY, "monetary"):
        found.update(np.ascontiguousarray(summary.rows[name].to_numpy()).tobytes())
    return found.hexdigest()


def _kept(spend: GammaGamma, summary: Summary) -> dict[str, object]:
    independence = spend.independence(summary)
    return {
        "status": spend.status,
        "parameters": dict(spend.params),
        "standard_errors": dict(spend.standard_errors),
        "log_likelihood": spend.log_likelihood,
        "mean": spend.fitted.mean,
        "customers": spend.fitted.customers,
        "left_out": spend.fitted.left_out,
        "independence": {
            "correlation": independence.correlation,
            "interval": list(independence.interval),
            "is_plausible": independence.is_plausible,
        },
    }
