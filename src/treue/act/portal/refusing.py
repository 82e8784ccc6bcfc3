"""Why something was refused, in words for the member."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.act.portal.errors import AddressTaken, CodeIsOver, NobodysAddress, NotTaken, PortalError, TooOften, WrongCode


def sentence(refused: PortalError) -> str:
    if isinstance(refused, TooOften):
        minutes = -(-refused.seconds // 60)
        words = ngettext(
            "That was too often. Please try again in %(minutes)s minute.",
            "That was too often. Please try again in %(minutes)s minutes.",
            minutes,
        )
        return words % {"minutes": minutes}
    if isinstance(refused, WrongCode):
        words = ngettext(
            "That is not the code of the mail. You have %(left)s more try.",
            "That is not the code of the mail. You have %(left)s more tries.",
            refused.left,
        )
        return words % {"left": refused.left}
    return str(SENTENCES[type(refused)]())


SENTENCES = {
    CodeIsOver: lambda: _("This code is over: it was used, is older than ten minutes, or a newer one is on its way."),
    AddressTaken: lambda: _("This address cannot be used here. Please tell the shop."),
    NobodysAddress: lambda: _("More than one customer has this address. Please tell the shop which one you are."),
    NotTaken: lambda: _("At present only customers of the shop can join."),
}
