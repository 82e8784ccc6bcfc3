"""What codes took off, for rooms that have given them."""

from collections.abc import Collection
from decimal import Decimal

from django.db.models import F, Sum

from treue.act.vouchers.models import Redemption


def by_code(codes: Collection[int]) -> dict[int, Decimal]:
    """By the number of the code, without what was rolled back; codes that nobody redeemed are left out."""
    sums = Redemption.objects.filter(code__in=codes).values("code").annotate(off=Sum(F("amount") - F("rolled_back")))
    return {each["code"]: each["off"] for each in sums}
