"""Add a code to the shop's list of non-products, from where its candidates are shown."""

from django.db import transaction

from treue.core.shop.models import NonProduct, Shop
from treue.core.staff import audit
from treue.core.staff.models import User


@transaction.atomic
def add(*, shop: Shop, code: str, by: User) -> bool:
    """Returns whether it is new there. A code that no product could have is not taken."""
    if not code or len(code) > NonProduct._meta.get_field("code").max_length:
        return False
    _entry, new = NonProduct.objects.get_or_create(shop=shop, code=code)
    if new:
        audit.record("shop.non_products_changed", who=by, subject=f"shop {shop.pk}", added=[code], removed=[])
    return new
