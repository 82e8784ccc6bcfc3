"""The mathematics of loyalty, for notebooks as well: `import treue.science as ts`. Nothing here knows Django.

What is named here is loaded when it is asked for, so that who needs a calendar does not wait for scipy.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from treue.science import churn as churn
    from treue.science import liability as liability
    from treue.science import rfm as rfm
    from treue.science import rhythm as rhythm
    from treue.science.buying import choice as choice
    from treue.science.buying import validation as validation
    from treue.science.buying.contracts import BetaGeometric as BetaGeometric
    from treue.science.buying.contracts import Contracts as Contracts
    from treue.science.buying.geometric import BetaGeoNBD as BetaGeoNBD
    from treue.science.buying.geometric import ModifiedBetaGeoNBD as ModifiedBetaGeoNBD
    from treue.science.buying.pareto import ParetoNBD as ParetoNBD
    from treue.science.buying.summary import Summary as Summary
    from treue.science.buying.summary import summarise as summarise
    from treue.science.buying.units import DAY as DAY
    from treue.science.buying.units import MONTH as MONTH
    from treue.science.buying.units import WEEK as WEEK
    from treue.science.churn import ChurnClassifier as ChurnClassifier
    from treue.science.lifetime import lifetime_interval as lifetime_interval
    from treue.science.lifetime import lifetime_value as lifetime_value
    from treue.science.spend import GammaGamma as GammaGamma

MODULES = {
    "choice": "buying.choice",
    "churn": "churn",
    "liability": "liability",
    "rfm": "rfm",
    "rhythm": "rhythm",
    "validation": "buying.validation",
}
HOMES = {
    "BetaGeometric": "buying.contracts",
    "Contracts": "buying.contracts",
    "BetaGeoNBD": "buying.geometric",
    "ModifiedBetaGeoNBD": "buying.geometric",
    "ParetoNBD": "buying.pareto",
    "ChurnClassifier": "churn",
    "Summary": "buying.summary",
    "summarise": "buying.summary",
    "DAY": "buying.units",
    "WEEK": "buying.units",
    "MONTH": "buying.units",
    "lifetime_interval": "lifetime",
    "lifetime_value": "lifetime",
    "GammaGamma": "spend",
}


def __getattr__(name: str) -> object:
    if name in MODULES:
        return import_module(f"{__name__}.{MODULES[name]}")
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *HOMES, *MODULES])
