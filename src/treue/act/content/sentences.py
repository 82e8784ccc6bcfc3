"""Why content is refused, in words for the member."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from treue.act.content import errors
from treue.act.loyalty.wording import number


def refusal(error: errors.Refusal) -> str:
    if isinstance(error, errors.PhotoRefused):
        return _photo(error)
    if isinstance(error, errors.TextTooLong):
        facts = {"length": number(error.length), "most": number(error.most)}
        return _("The text has %(length)s characters; at most %(most)s fit.") % facts
    if isinstance(error, errors.TooManyPhotos):
        words = ngettext("At most %(count)s photo fits.", "At most %(count)s photos fit.", error.most)
        return words % {"count": number(error.most)}
    if isinstance(error, errors.TooManyToday):
        words = ngettext(
            "That is enough for today: at most %(count)s a day. Tomorrow there is room again.",
            "That is enough for today: at most %(count)s a day. Tomorrow there is room again.",
            error.most,
        )
        return words % {"count": number(error.most)}
    if isinstance(error, errors.TooManyAtOnce):
        return _("You have submitted as much as one member can have. Withdraw something, and there is room again.")
    return {
        errors.NotOpen: _("The shop asks for no texts and photos now."),
        errors.LeftProgramme: _("Only who takes part in the programme can submit something."),
        errors.OtherText: _("The text of the consent has changed meanwhile. Please read it again."),
        errors.UnknownProduct: _("The shop does not have this product any more."),
        errors.Empty: _("Write something, or choose a photo"),
        errors.NoName: _("The shop knows no name of yours. Choose to show none."),
    }[type(error)]


def _photo(error: errors.PhotoRefused) -> str:
    which = {"place": number(error.place)}
    if isinstance(error, errors.FileTooLarge):
        facts = which | {"most": number(error.most_megabytes)}
        return _("Photo %(place)s is larger than %(most)s MB. Choose a smaller one.") % facts
    if isinstance(error, errors.TooManyPixels):
        facts = which | {"most": number(error.most_megapixels)}
        return _("Photo %(place)s has more than %(most)s megapixels. Choose a smaller one.") % facts
    if isinstance(error, errors.TooSmall):
        facts = which | {"least": number(error.least_pixels)}
        return _("Photo %(place)s is too small: at least %(least)s pixels each way are needed.") % facts
    if isinstance(error, errors.Moving):
        return _("Photo %(place)s moves. Choose one that stands still.") % which
    return _("Photo %(place)s cannot be read. Choose a JPEG, PNG or WebP.") % which
