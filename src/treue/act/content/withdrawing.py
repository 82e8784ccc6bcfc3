"""End a publication: at once, with the files. By its author, one by one, or by withdrawing the consent to all of it."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from treue.act.content import happenings, rewarding, terms
from treue.act.content.locking import held
from treue.act.content.models import Submission
from treue.core.customers import consent, persons
from treue.core.customers.models import ConsentRecord, Customer
from treue.core.staff import audit
from treue.core.staff.models import User

EMPTY = {"text": "", "shown_name": "", "text_hash": "", "photo_count": 0, "reason": ""}


def withdraw(*, submission: Submission, now: datetime, source: str, by: User | None = None) -> Submission:
    """Unpublish what a member submitted and delete text, name and photos. A second time changes nothing.

    With the last that stands the consent is withdrawn, too: there is nothing left that it could be for. source: of
    ConsentRecord.Source. by: the colleague who does it for them. Raises Submission.DoesNotExist where it is gone.
    """
    with transaction.atomic():
        locked = _emptied(submission, now)
        if by is not None:
            audit.record("content.withdrawn", who=by, subject=f"submission {locked.pk}")
        customer = locked.member.customer
        if not _standing(customer).exists() and _has_consent(customer):
            about = {"purpose": terms.PURPOSE, "channel": terms.CHANNEL, "source": source}
            consent.withdraw(customer=customer, happened_at=now, by=by, **about)
    return locked


def follow(withdrawal: ConsentRecord) -> None:
    """Whoever withdraws the consent withdraws all that was submitted until then."""
    if withdrawal.purpose != terms.PURPOSE:
        return
    now = timezone.now()
    customer = Customer.everyone.select_related("merged_into").get(pk=withdrawal.customer_id)
    agreed_before = _standing(customer.merged_into or customer).filter(consent__happened_at__lte=withdrawal.happened_at)
    for each in agreed_before.order_by("pk"):
        _emptied(each, now)


def _standing(customer: Customer) -> QuerySet[Submission]:
    theirs = Submission.objects.filter(member__customer=customer)
    return theirs.exclude(state=Submission.State.WITHDRAWN)


def _has_consent(customer: Customer) -> bool:
    numbers = persons.numbers_of(customer)
    return bool(consent.may_contact(numbers, terms.PURPOSE, terms.CHANNEL))


def _emptied(submission: Submission, now: datetime) -> Submission:
    locked = held(submission)
    if locked.state == Submission.State.WITHDRAWN:
        return locked
    rewarding.take_back(locked, now)
    locked.photos.all().delete()
    locked.reports.all().delete()
    for name, value in EMPTY.items():
        setattr(locked, name, value)
    locked.state, locked.withdrawn_at = Submission.State.WITHDRAWN, now
    locked.revision += 1
    locked.save()
    happenings.tell(happenings.WITHDRAWN, locked, now)
    return locked
