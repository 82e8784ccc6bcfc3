"""Who gave points beside the shop itself, by name: a room above knows them."""

from collections.abc import Callable, Collection, Mapping

from django.utils.translation import gettext as _

from treue.act.loyalty.wording import number

NAMES: list[Callable[[Collection[int]], Mapping[int, str]]] = []


def named_by(names_of: Callable[[Collection[int]], Mapping[int, str]]) -> None:
    """Let a room say what issuers are called, by the numbers that their lots have."""
    NAMES.append(names_of)


def names(issuers: Collection[int]) -> dict[int, str]:
    """Of each; 0 is the shop, and one that nobody knows is called by its number."""
    known = {name: called for names_of in NAMES for name, called in names_of(issuers).items()}
    found = {each: _("Partner %(number)s") % {"number": number(each)} for each in issuers}
    return found | known | ({0: _("The shop")} if 0 in issuers else {})
