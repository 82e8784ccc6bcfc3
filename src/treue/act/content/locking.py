"""Hold what belongs to a submission, in the order in which who erases, merges and redeems takes it."""

from django.db.models import Q

from treue.act.content.models import Submission
from treue.act.loyalty.errors import NoSuchMember
from treue.act.loyalty.models import Member
from treue.core.customers.models import Customer


def held_member(member: Member) -> Member:
    """Nothing else happens to the member until the transaction ends. Raises NoSuchMember."""
    held = _hold(member.pk, member.customer_id)
    if held is None or held.merged_into_id is not None:
        raise NoSuchMember(member.pk)
    return held


def held(submission: Submission) -> Submission:
    """The submission as it stands, and its member. Raises Submission.DoesNotExist where it is gone."""
    member = Member.everyone.filter(submissions=submission.pk).first()
    if member is None or _hold(member.pk, member.customer_id) is None:
        raise Submission.DoesNotExist
    rows = Submission.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("programme__shop", "member__customer", "consent", "decided_by").get(pk=submission.pk)


def _hold(member: int, customer: int) -> Member | None:
    """With all memberships of the customer: the one into which this was merged has its points and its tier. In the
    order in which who reckons them locks them, however many submissions follow one another."""
    list(Customer.everyone.select_for_update(no_key=True).filter(pk=customer).values_list("pk"))
    rows = Member.everyone.select_for_update(of=("self",), no_key=True).select_related("programme__shop", "customer")
    family = rows.filter(Q(pk=member) | Q(customer=customer)).order_by("pk")
    return {each.pk: each for each in family}.get(member)
