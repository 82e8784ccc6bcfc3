"""A mail to oneself, to see whether mail works."""

from django.db import transaction
from django.utils.translation import gettext as _

from treue.core.staff import audit, letters
from treue.core.staff.models import User


@transaction.atomic
def send(*, to: User) -> None:
    audit.record("shop.test_mail_sent", who=to, subject=f"user {to.pk}")
    with letters.in_language(to.language):
        letters.post(
            to=to.email,
            subject=_("A test mail from Treue"),
            paragraphs=[_("Mail from Treue arrives. That is all this one wanted to say.")],
        )
