"""Remove a shop with everything that belongs to it, such as the demo shop."""

from graphlib import TopologicalSorter

from django.apps import apps
from django.db import connection, models, transaction

from treue.core.jobs.work import Progress
from treue.core.shop import locking
from treue.core.shop.models import Shop

PATIENCE_SECONDS = 600.0
Model = type[models.Model]


def remove(shop_id: int, progress: Progress) -> dict[str, object]:
    """Delete the rows of every table that leads to the shop, those that refer before those referred to.

    Set-based, a table at a time in one transaction: a shop is removed whole or not at all. Returns rows by table.
    Raises ShopIsBeingWritten where an import does not end.
    """
    paths = {model: path for model in apps.get_models() if (path := _path_to_shop(model))}
    order = list(TopologicalSorter({model: _referring(model, paths) for model in paths}).static_order())
    progress.step("removing", total=len(order) + 1)
    deleted = {}
    with transaction.atomic():
        locking.hold_until_commit(shop_id, patience_seconds=PATIENCE_SECONDS)
        _let_books_go()
        for model in order:
            rows = model._base_manager.filter(**{paths[model]: shop_id})
            deleted[model._meta.label] = rows._raw_delete(rows.db)
        Shop._base_manager.filter(pk=shop_id)._raw_delete("default")
    progress.advance(len(order) + 1)
    return {name: count for name, count in deleted.items() if count}


def _let_books_go() -> None:
    """A ledger lets nothing of it be deleted, except with its shop."""
    with connection.cursor() as cursor:
        cursor.execute("set local treue.removing = 'on'")


def _path_to_shop(model: Model) -> str | None:
    """The shortest chain of foreign keys from a table to its shop, such as `order__shop`."""
    frontier: list[tuple[Model, str]] = [(model, "")]
    seen = {model}
    while frontier:
        current, prefix = frontier.pop(0)
        for field in _foreign_keys(current):
            target = field.related_model
            if target is Shop:
                return f"{prefix}{field.name}"
            if target not in seen and not field.null:
                seen.add(target)
                frontier.append((target, f"{prefix}{field.name}__"))
    return None


def _foreign_keys(model: Model) -> list[models.ForeignKey]:
    return [field for field in model._meta.get_fields() if isinstance(field, models.ForeignKey)]


def _referring(model: Model, among: dict[Model, str]) -> set[Model]:
    return {
        other for other in among if other is not model and any(f.related_model is model for f in _foreign_keys(other))
    }
