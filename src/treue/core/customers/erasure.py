"""Erase a person (GDPR Art. 17), with a receipt that names nobody."""

import hashlib
import hmac
from datetime import datetime

from django.apps import apps
from django.conf import settings
from django.db import models, transaction

from treue.core.customers.models import Customer, Erasure
from treue.core.jobs import work
from treue.core.privacy import OnErasure, PersonalData
from treue.core.staff import audit
from treue.core.staff.models import User


def number_hash(shop_id: int, number: str) -> str:
    """The keyed hash by which an erased customer's number is recognised; without the key it says nothing."""
    message = f"treue.erasure:{shop_id}:{number}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()


def erased_at(shop_id: int, number: str) -> datetime | None:
    """When the customer with this number was last erased; what happened before stays refused."""
    found = Erasure.objects.filter(shop_id=shop_id, number_hash=number_hash(shop_id, number))
    return found.aggregate(latest=models.Max("erased_at"))["latest"]


def erase(*, customer: Customer, by: User | None) -> Erasure:
    """Delete a customer and everything about them, and queue the rewriting of the lake and the figures."""
    with transaction.atomic():
        locked = Customer.objects.select_for_update().get(pk=customer.pk)
        deleted = {name: count for name, count in _counts(locked).items() if count}
        receipt = Erasure.objects.create(
            shop_id=locked.shop_id,
            number_hash=number_hash(locked.shop_id, locked.number),
            erased_by=by,
            deleted=deleted,
        )
        audit.record("customer.erased", who=by, subject=f"erasure {receipt.pk}", **deleted)
        locked.delete()
        work.start("lake.erase", by=by, shop_id=customer.shop_id, customer_id=customer.pk, erasure_id=receipt.pk)
    return receipt


def _counts(customer: Customer) -> dict[str, int]:
    return {
        model._meta.label: rows_of(model, customer).count()
        for model, personal in personal_tables()
        if personal.on_erasure is OnErasure.DELETE
    }


def personal_tables() -> list[tuple[type[models.Model], PersonalData]]:
    """The tables that hold something about a customer, with what they hold."""
    with_lists = ((model, getattr(model, "personal", None)) for model in apps.get_models())
    return [(model, personal) for model, personal in with_lists if personal and personal.owner is not None]


def rows_of(model: type[models.Model], customer: Customer) -> models.QuerySet:
    owner = model.personal.owner
    return model._default_manager.filter(**{owner or "pk": customer.pk})
