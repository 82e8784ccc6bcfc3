"""What reactions are called, and how their errors read on the page of the log. Each room brings its own words:

    describe(
        "tracking.orders",
        name=_("Taking in orders"),
        errors={
            NoRate: Trouble(
                _("There is no exchange rate for %(currency)s."),
                Way(_("Enter a rate"), "settings_rates", Permission.EDIT_SHOP),
            )
        },
    )

Only the kind of an error is kept, because its own words may quote persons. What a sentence names is read from the event
when it is shown; `%(currency)s` is all there is.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from treue.core.staff.audit_facts import word_values
from treue.core.staff.models import User
from treue.core.staff.roles import Permission
from treue.design import formats
from treue.design.figures import Link

LETTERS_OF_A_CURRENCY = 3


@dataclass(frozen=True)
class Way:
    """Where something can be done about it, and by whom. page: its name among the addresses."""

    label: Promise | str
    page: str
    permission: Permission


@dataclass(frozen=True)
class Trouble:
    sentence: Promise | str
    way: Way | None = None


NAMES: dict[str, Promise | str] = {}
TROUBLES: dict[tuple[str, str], Trouble] = {}


def describe(reaction: str, *, name: Promise | str, errors: Mapping[type[Exception], Trouble] | None = None) -> None:
    """Give a reaction and its errors their words."""
    NAMES[reaction] = name
    TROUBLES.update({(reaction, kind.__qualname__): trouble for kind, trouble in (errors or {}).items()})


def name_of(reaction: str) -> str:
    """In words; the name by which the code knows it where nobody has worded it."""
    return str(NAMES.get(reaction, reaction))


def sentence_of(reaction: str, error: str, currency: str = "") -> str:
    """Why an event failed; "" where nobody has worded this kind of error. currency: what the event says it is."""
    trouble = TROUBLES.get((reaction, error))
    is_code = len(currency) == LETTERS_OF_A_CURRENCY and currency.isalpha()
    return str(trouble.sentence) % {"currency": currency.upper() if is_code else formats.NOTHING} if trouble else ""


def way_out(reaction: str, error: str, user: User) -> Link | None:
    """Where this person can do something about it."""
    trouble = TROUBLES.get((reaction, error))
    if trouble is None or trouble.way is None or not user.may(trouble.way.permission):
        return None
    return Link(str(trouble.way.label), reverse(trouble.way.page))


word_values("reaction", name_of)
