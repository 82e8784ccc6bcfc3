"""A tier as the API says it."""

from django.utils.translation import override
from ninja import Field

from treue.act.loyalty.tiers import Benefit, BenefitKind, Level
from treue.act.loyalty.tiers.benefits import MOST_HOURS
from treue.core.api.values import Told, shown_as

TEXTS = {"en": "Access 24 hours before others", "de": "24 Stunden vor anderen dabei"}
BENEFIT = {"kind": "early_access", "hours": 24, "texts": TEXTS}
TIER = {"code": "gold", "names": {"en": "Gold", "de": "Gold"}, "benefits": [BENEFIT]}


class TierTextsOut(Told):
    en: str
    de: str

    model_config = shown_as(TEXTS)


class BenefitOut(Told):
    """Multipliers of points are earning rules, and none of these."""

    kind: str = Field(description=f"One of {', '.join(BenefitKind)}.")
    hours: int | None = Field(
        description="Of early access, how long before others; null of other kinds.", le=MOST_HOURS
    )
    texts: TierTextsOut

    model_config = shown_as(BENEFIT)


class TierOut(Told):
    code: str
    names: TierTextsOut
    benefits: list[BenefitOut] = Field(description="All that who has the tier gets.")

    model_config = shown_as(TIER)


def tier_out(level: Level | None) -> TierOut | None:
    if level is None:
        return None
    names = TierTextsOut(en=level.name_en, de=level.name_de)
    return TierOut(code=level.code, names=names, benefits=[_benefit_out(each) for each in level.benefits])


def _benefit_out(benefit: Benefit) -> BenefitOut:
    texts = {}
    for language in ("en", "de"):
        with override(language):
            texts[language] = benefit.text(language)
    return BenefitOut(kind=benefit.kind.value, hours=benefit.hours, texts=TierTextsOut(**texts))
