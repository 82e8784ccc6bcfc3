"""Erase a person (GDPR Art. 17), with a receipt that names nobody.

Everything in PostgreSQL goes in one transaction; the lake's files are rewritten by a job that leaves with it. Which
tables are concerned follows from their own lists (`core.privacy`).
"""

import hashlib
import hmac
from datetime import datetime

from django.apps import apps
from django.conf import settings
from django.db import models, transaction

from treue.core.customers import quotes
from treue.core.customers.errors import AlreadyErased
from treue.core.customers.models import Customer, Erasure
from treue.core.jobs import work
from treue.core.privacy import OnErasure, PersonalData
from treue.core.shop import locking
from treue.core.staff import audit
from treue.core.staff.models import User

PATIENCE_SECONDS = 3.0


def number_hash(shop_id: int, number: str) -> str:
    """The keyed hash by which an erased customer's number is recognised; without the key it says nothing."""
    message = f"treue.erasure:{shop_id}:{number}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), message, hashlib.sha256).hexdigest()


def erased_at(shop_id: int, number: str) -> datetime | None:
    """When the customer with this number was last erased; what happened before stays refused."""
    found = Erasure.objects.filter(shop_id=shop_id, number_hash=number_hash(shop_id, number))
    return found.aggregate(latest=models.Max("erased_at"))["latest"]


def receipt_of(customer_id: int) -> Erasure | None:
    """The receipt for a customer who is no longer there."""
    return Erasure.objects.filter(customer_id=customer_id).first()


def erase(*, customer: Customer, by: User | None, patience_seconds: float = PATIENCE_SECONDS) -> Erasure:
    """Delete a customer and everything about them, and queue the rewriting of the lake and the figures.

    Raises ShopIsBeingWritten while an import runs, AlreadyErased where somebody was quicker; nothing is done then.
    """
    with transaction.atomic():
        locking.hold_until_commit(customer.shop_id, patience_seconds=patience_seconds)
        locked = Customer.objects.select_for_update().filter(pk=customer.pk).first()
        if locked is None:
            raise AlreadyErased(Erasure.objects.get(customer_id=customer.pk).pk)
        deleted = rows_about(locked)
        receipt = Erasure.objects.create(
            shop_id=locked.shop_id,
            customer_id=locked.pk,
            number_hash=number_hash(locked.shop_id, locked.number),
            erased_by=by,
            deleted=deleted,
        )
        audit.record("customer.erased", who=by, subject=f"erasure {receipt.pk}", **deleted)
        quotes.blot_out(locked)
        locked.delete()
        work.start("lake.erase", by=by, shop_id=customer.shop_id, customer_id=customer.pk, erasure_id=receipt.pk)
    return receipt


def rows_about(customer: Customer) -> dict[str, int]:
    """How many rows of which table would be deleted with a customer; tables without any are left out."""
    counts = {
        model._meta.label: rows_of(model, customer).count()
        for model, personal in personal_tables()
        if personal.on_erasure is OnErasure.DELETE
    }
    return {name: count for name, count in counts.items() if count}


def personal_tables() -> list[tuple[type[models.Model], PersonalData]]:
    """The tables that hold something about a customer, with what they hold."""
    with_lists = ((model, getattr(model, "personal", None)) for model in apps.get_models())
    return [(model, personal) for model, personal in with_lists if personal and personal.owner is not None]


def rows_of(model: type[models.Model], customer: Customer) -> models.QuerySet:
    owner = model.personal.owner
    return model._default_manager.filter(**{owner or "pk": customer.pk})
