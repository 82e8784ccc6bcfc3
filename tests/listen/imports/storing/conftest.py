"""A shop, and files brought into it the way the worker does."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from treue.core.shop.models import Shop
    from treue.listen.imports.models import Import

HEADER = "order,customer,time,product,quantity,price,category,channel,country\n"
BringIn = Callable[..., "Import"]


@pytest.fixture
def shop(transactional_db: None, installation: Path) -> "Shop":
    from treue.core.shop.models import Shop

    return Shop.objects.create(name="Tea House")


@pytest.fixture
def upload(shop: "Shop", tmp_path: Path) -> BringIn:
    """Store a file and map its columns; nothing runs yet."""
    from treue.listen.imports import uploads
    from treue.listen.imports.columns import guess
    from treue.listen.imports.models import Import
    from treue.listen.imports.reading import open_source

    def uploaded(content: str | Path, what: str = "orders", name: str = "orders.csv") -> "Import":
        path = content if isinstance(content, Path) else tmp_path / name
        if isinstance(content, str):
            path.write_text(content)
        source = open_source(path)
        return Import.objects.create(
            shop=shop,
            what=what,
            state=Import.State.RUNNING,
            file_name=path.name,
            stored_as=uploads.keep(iter([path.read_bytes()]), path.name),
            size=path.stat().st_size,
            columns=guess(source.columns, source.sample(), what).columns,
        )

    return uploaded


@pytest.fixture
def bring_in(upload: BringIn) -> BringIn:
    """Bring a file in; orders without a header get the usual one."""
    from treue.core.jobs import work
    from treue.listen.imports import importing

    def brought(content: str | Path, what: str = "orders", name: str = "orders.csv") -> "Import":
        if what == "orders" and isinstance(content, str) and not content.startswith(("order,", "customer,")):
            content = HEADER + content
        task = upload(content, what, name)
        importing.run(task.pk, work.Silent())
        task.refresh_from_db()
        return task

    return brought


@pytest.fixture
def dry_run(upload: BringIn) -> Callable[[Path], dict[str, object]]:
    """What bringing a file in would say; nothing of it stays."""
    from treue.core.jobs import work
    from treue.listen.imports import probing

    def foreseen(path: Path) -> dict[str, object]:
        task = upload(path)
        summary = probing.run(task.pk, work.Silent())
        task.delete()
        return summary

    return foreseen


@pytest.fixture
def undo() -> Callable[["Import"], None]:
    from treue.core.jobs import work
    from treue.listen.imports import undoing
    from treue.listen.imports.models import Import

    def undone(task: Import) -> None:
        Import.objects.filter(pk=task.pk).update(state=Import.State.UNDOING)
        undoing.run(task.pk, work.Silent())
        task.refresh_from_db()

    return undone


@pytest.fixture
def orders() -> Callable[..., list[tuple[object, ...]]]:
    """The shop's orders as tuples of the fields asked for, by number."""
    from treue.core.commerce.models import Order

    def found(*fields: str) -> list[tuple[object, ...]]:
        return list(Order.objects.order_by("number").values_list("number", *fields))

    return found


@pytest.fixture
def everything() -> Callable[[], dict[str, list[tuple[object, ...]]]]:
    """All that is known about orders, without the ids that differ from one life to the next."""
    from treue.core.commerce.models import Order, OrderLine, Refund, RefundMatch

    def seen() -> dict[str, list[tuple[object, ...]]]:
        order = ("number", "customer__number", "ordered_at", "channel__name", "country", "category", "amount", "units")
        line = ("ordinal", "bought_at", "product__code", "quantity", "unit_price", "amount", "cost")
        refund = ("number", "ordinal", "customer__number", "product__code", "refers_to", "quantity", "amount", "reason")
        match = ("refund__number", "refund__ordinal", "order__number", "ordinal", "units", "amount")
        return {
            "orders": list(Order.objects.order_by("number").values_list(*order, "refunded_amount", "refunded_units")),
            "lines": list(OrderLine.objects.order_by("order__number", "ordinal").values_list("order__number", *line)),
            "refunds": list(Refund.objects.order_by("number", "ordinal").values_list(*refund, "refunded_at")),
            "matches": list(RefundMatch.objects.order_by(*match).values_list(*match)),
        }

    return seen
