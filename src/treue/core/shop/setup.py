"""The first shop: an installation without one gets an empty one, so that every page has something to stand on."""

from django.db import connection, transaction
from django.utils.translation import gettext as _

from treue.core.shop.models import Shop


def ensure_shop() -> Shop:
    """The installation's shop, made empty where there is none yet. Two who come at once make one."""
    if shop := Shop.objects.order_by("pk").first():
        return shop  # without the lock, which would wait for whoever removes or changes a shop
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("lock table shop_shop in share row exclusive mode")
        return Shop.objects.order_by("pk").first() or Shop.objects.create(name=_("My shop"))
