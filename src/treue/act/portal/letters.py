"""Mails to members: in their language, and as the shop addresses them."""

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from treue.act.portal import addressing
from treue.act.portal.models import Portal, Request
from treue.core.jobs import outbox
from treue.core.jobs.models import Mail
from treue.core.shop.models import Shop


def code(request: Request, portal: Portal, digits: str) -> Mail:
    """digits: the code. It stands in the text alone: a subject is shown on locked phones."""
    with addressing.spoken(portal, request.language):
        facts = {"shop": request.shop.name}
        return _post(
            request,
            _("Your code for %(shop)s") % facts,
            [
                _("With this code you sign in to your points at %(shop)s. It is good for ten minutes, once.") % facts,
                _("If you did not ask for it, you need not do anything. Nobody can sign in without the code."),
            ],
            digits=digits,
        )


def several(request: Request, portal: Portal) -> Mail:
    """To an address that several customers have."""
    with addressing.spoken(portal, request.language):
        facts = {"shop": request.shop.name}
        return _post(
            request,
            _("Your sign-in at %(shop)s") % facts,
            [
                _(
                    "More than one customer of %(shop)s has this e-mail address, so it cannot be used to sign in. "
                    "Please tell the shop which one you are."
                )
                % facts
            ],
        )


def new_address(request: Request, portal: Portal, digits: str) -> Mail:
    """digits: the code by which a member makes this their address."""
    with addressing.spoken(portal, request.language):
        facts = {"shop": request.shop.name}
        return _post(
            request,
            _("Your code for %(shop)s") % facts,
            [
                _("With this code you make this your e-mail address at %(shop)s. It is good for ten minutes.") % facts,
                _("If you did not ask for it, you need not do anything: nothing changes without the code."),
            ],
            digits=digits,
        )


def taken(request: Request, portal: Portal) -> Mail:
    """To an address that a member wanted as theirs, and that is another customer's."""
    with addressing.spoken(portal, request.language):
        facts = {"shop": request.shop.name}
        return _post(
            request,
            _("Your e-mail address at %(shop)s") % facts,
            [
                _(
                    "Somebody who is signed in at %(shop)s wanted to use this e-mail address. It is another "
                    "customer's already, so nothing was changed."
                )
                % facts,
                _("If that was you, please tell the shop that both are you. If not, you need not do anything."),
            ],
        )


def address_changed(former: str, shop: Shop, portal: Portal, language: str) -> Mail:
    """To an address that opened a member's account until now."""
    with addressing.spoken(portal, language):
        facts = {"shop": shop.name}
        paragraphs = [
            _("You sign in to your points at %(shop)s with another e-mail address from now on.") % facts,
            _("If that was not you, please tell the shop at once."),
        ]
        return _put(former, shop, _("Your e-mail address at %(shop)s") % facts, paragraphs)


def _post(request: Request, subject: str, paragraphs: list[str], *, digits: str = "") -> Mail:
    return _put(request.email, request.shop, subject, paragraphs, digits=digits)


def _put(to: str, shop: Shop, subject: str, paragraphs: list[str], *, digits: str = "") -> Mail:
    foot = _("This mail comes from %(shop)s, %(address)s.") % {"shop": shop.name, "address": settings.PUBLIC_URL}
    context = {"subject": subject, "paragraphs": paragraphs, "digits": digits, "foot": foot}
    html = render_to_string("portal/letter.html", context)
    parts = [*([digits] if digits else []), *paragraphs, f"-- \n{foot}"]
    return outbox.put(to=to, subject=subject, text="\n\n".join(parts) + "\n", html=html)
