"""Du or Sie. The German of du is a variant of the German catalogue (`locale/de_DU`): only sentences that address the
reader stand in it, all others are found in the plain one. In English there is but one "you".
"""

from contextlib import AbstractContextManager

from django.utils import translation

from treue.act.portal.models import Portal
from treue.core.customers.models import Preference

DU = "de-du"


def spoken(portal: Portal, language: str) -> AbstractContextManager[None]:
    """Sentences inside this block are in `language` ("de", "en"), German ones as the shop addresses its members."""
    is_du = language.startswith("de") and portal.address == Preference.Salutation.DU
    return translation.override(DU if is_du else language)
