"""Which products are recommended to how many customers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F, QuerySet
from django.db.models.functions import Greatest

from treue.design.spreadsheet import Value
from treue.understand.recommendations.models import Kind, Offer, Run

SHOWN = 25
HEAD = ("product", "name", "buy_again", "new_to_you", "dearer")


@dataclass(frozen=True)
class Offered:
    """by_kind: customers to whom a product is recommended. It is new to somebody or bought again, never both."""

    code: str
    name: str
    by_kind: Mapping[str, int]

    @property
    def most(self) -> int:
        return max(self.by_kind[Kind.AGAIN] + self.by_kind[Kind.NEW], self.by_kind[Kind.DEARER])


def first(run: Run) -> Sequence[Offered]:
    """Those that are recommended to most customers."""
    return [
        Offered(each.product.code, str(each.product), {kind: getattr(each, kind) for kind in Kind.values})
        for each in _ordered(run)[:SHOWN]
    ]


def rows(run: Run) -> Iterator[Sequence[Value]]:
    """All, for a spreadsheet."""
    for each in _ordered(run).iterator(chunk_size=2_000):
        yield each.product.code, each.product.name, each.again, each.new, each.dearer


def _ordered(run: Run) -> QuerySet[Offer]:
    most = Greatest(F(Kind.AGAIN.value) + F(Kind.NEW.value), F(Kind.DEARER.value))
    return Offer.objects.filter(run=run).select_related("product").order_by(most.desc(), "product_id")
