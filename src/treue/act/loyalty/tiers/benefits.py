"""What a tier gives besides its name: kinds that a till or a shop can act on, and what only people can read."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.act.loyalty.fields import WrongValue, count, name
from treue.act.loyalty.tiers.errors import RepeatedBenefit

MOST_BENEFITS = 8
LONGEST_TEXT = 80
MOST_HOURS = 24 * 14


class BenefitKind(StrEnum):
    """A multiplier of points is no benefit here: it is a rule that earns."""

    FREE_DELIVERY = "free_delivery"
    EARLY_ACCESS = "early_access"
    BIRTHDAY_GIFT = "birthday_gift"
    OWN = "own"


@dataclass(frozen=True)
class Benefit:
    """text_en, text_de: in the shop's own words; "" for the usual ones of the kind. hours: of early access, how long
    before others.

    Raises WrongValue.
    """

    kind: BenefitKind
    text_en: str = ""
    text_de: str = ""
    hours: int | None = None

    def __post_init__(self) -> None:
        if self.kind is BenefitKind.OWN or self.text_en or self.text_de:
            name("texts.en", self.text_en)
            name("texts.de", self.text_de)
        if self.kind is BenefitKind.EARLY_ACCESS:
            count("hours", self.hours, 1, MOST_HOURS)
        elif self.hours is not None:
            raise WrongValue("hours", self.hours, "nothing but for early_access")

    def text(self, language: str) -> str:
        """In `language`, which is the active one where the words are the usual ones."""
        return (self.text_de if language == "de" else self.text_en) or self._usual()

    def _usual(self) -> str:
        if self.kind is BenefitKind.EARLY_ACCESS:
            words = ngettext("Access %(hours)s hour before others", "Access %(hours)s hours before others", self.hours)
            return words % {"hours": self.hours}
        return _("A gift for the birthday") if self.kind is BenefitKind.BIRTHDAY_GIFT else _("Free delivery")


def require_few(benefits: Sequence[Benefit]) -> None:
    """Each kind but one's own once. Raises WrongValue, RepeatedBenefit."""
    if len(benefits) > MOST_BENEFITS:
        raise WrongValue("benefits", len(benefits), f"{MOST_BENEFITS} at most")
    kinds = [each.kind for each in benefits if each.kind is not BenefitKind.OWN]
    for kind in kinds:
        if kinds.count(kind) > 1:
            raise RepeatedBenefit(kind.value)


def added(now: Sequence[Benefit], then: Sequence[Benefit]) -> list[Benefit]:
    """What is there then and is not there now."""
    return [each for each in then if each not in now]
