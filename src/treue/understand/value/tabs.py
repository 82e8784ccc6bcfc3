"""The pages of the room, beside each other."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from treue.design.figures import Link


def tabs() -> Sequence[Link]:
    return [Link(pgettext("the room", "Value"), reverse("value")), Link(_("Models"), reverse("models"))]
