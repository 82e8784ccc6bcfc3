"""Submissions for pages and programs. Published is only what its author still agrees to."""

from collections.abc import Sequence

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet

from treue.act.content.models import Photo, Submission
from treue.act.content.serving import SIZES
from treue.act.content.terms import PURPOSE
from treue.act.loyalty.models import Member, Programme
from treue.core.commerce.models import Order, OrderLine, Product
from treue.core.customers.models import ConsentRecord
from treue.core.shop.models import Shop

State = Submission.State
WITHOUT_BYTES = ("pk", "submission", "ordinal", "token", "width", "height", "digest")


def of(programme: Programme) -> QuerySet[Submission]:
    rows = Submission.objects.filter(programme=programme)
    return _with_photos(rows.select_related("programme__shop", "member__customer", "decided_by"))


def of_member(member: Member) -> QuerySet[Submission]:
    """Those of memberships that were merged into it, too."""
    return of(member.programme).filter(member__customer=member.customer_id)


def published(shop: Shop) -> QuerySet[Submission]:
    """Whose author's last word is still yes, whichever of their records it stands in."""
    rows = Submission.objects.filter(programme__shop=shop, state=State.PUBLISHED).filter(~_withdrawn())
    return _with_photos(rows.select_related("programme", "member"))


def has_consent(submission: Submission) -> bool:
    return Submission.objects.filter(~_withdrawn(), pk=submission.pk).exists()


def with_proof(rows: QuerySet[Submission]) -> QuerySet[Submission]:
    """With `is_verified`: whether its author had bought the product, or anything for the shop itself, when they wrote.

    What came back was bought all the same; orders that are told later than the text count by the day they are of."""
    bought = OrderLine.objects.filter(
        order__customer=OuterRef("member__customer"),
        order__ordered_at__lte=OuterRef("submitted_at"),
        product__code=OuterRef("product"),
        product__shop=OuterRef("programme__shop"),
        quantity__gt=0,
    )
    anything = Order.objects.filter(
        customer=OuterRef("member__customer"), ordered_at__lte=OuterRef("submitted_at"), units__gt=0
    )
    return rows.annotate(is_verified=Q(Exists(bought)) | (Q(product="") & Q(Exists(anything))))


def counts(programme: Programme) -> dict[str, int]:
    """How many there are of each state; "reported" of those with open reports."""
    rows = Submission.objects.filter(programme=programme)
    found = dict(rows.order_by().values_list("state").annotate(count=Count("pk")))
    return {**dict.fromkeys(State.values, 0), **found, "reported": reported(rows).count()}


def reported(rows: QuerySet[Submission]) -> QuerySet[Submission]:
    return rows.filter(pk__in=rows.filter(reports__is_open=True).values("pk"))


def next_pending(programme: Programme, after: int = 0) -> Submission | None:
    """The one that waits longest after another one; from the beginning again after the last."""
    rows = Submission.objects.filter(programme=programme, state=State.PENDING).order_by("pk")
    return rows.filter(pk__gt=after).first() or rows.first()


def photo(token: str) -> Photo | None:
    """By its public address: where it is published and its author still agrees; without its bytes, which mostly nobody
    needs: a browser that has them asks only whether it may still show them."""
    rows = Photo.objects.filter(token=token, submission__programme__shop__is_leaving=False)
    rows = rows.defer(*SIZES)
    found = rows.select_related("submission__programme").first()
    if found is None or not published_now(found.submission):
        return None
    return found


def published_now(submission: Submission) -> bool:
    return Submission.objects.filter(~_withdrawn(), pk=submission.pk, state=State.PUBLISHED).exists()


def product_names(shop: Shop, codes: Sequence[str]) -> dict[str, str]:
    rows = Product.objects.filter(shop=shop, code__in={*codes} - {""})
    return {each.code: str(each) for each in rows}


def _withdrawn() -> Exists:
    theirs = Q(customer=OuterRef("member__customer")) | Q(customer__merged_into=OuterRef("member__customer"))
    later = ConsentRecord.objects.filter(theirs, purpose=PURPOSE, kind=ConsentRecord.Kind.WITHDRAWN)
    return Exists(later.filter(happened_at__gte=OuterRef("consent__happened_at")))


def _with_photos(rows: QuerySet[Submission]) -> QuerySet[Submission]:
    return rows.prefetch_related(Prefetch("photos", Photo.objects.only(*WITHOUT_BYTES).order_by("ordinal")))


def bought_lately(member: Member, most: int) -> list[Product]:
    """Products of the member's latest orders, each once."""
    lines = OrderLine.objects.filter(order__customer=member.customer_id, product__isnull=False, quantity__gt=0)
    latest = lines.order_by(F("bought_at").desc(), "ordinal").values_list("product", flat=True)[: most * 10]
    codes = list(dict.fromkeys(latest))[:most]
    found = Product.objects.in_bulk(codes)
    return [found[each] for each in codes]
