"""Sources by the names under which their events came in: an event keeps the name that its source had."""

from collections.abc import Collection

from treue.core.events.models import Source
from treue.core.shop.models import Shop


def kinds(shops: Collection[Shop | int]) -> dict[tuple[int, str], str]:
    """What kind of source a shop's events of a name came from, former names included."""
    found = Source.objects.filter(shop__in=shops).values_list("shop", "name", "former_names", "kind")
    return {(shop, each): kind for shop, name, former, kind in found for each in (*former, name)}


def is_taken(shop: Shop, name: str, *, by_another_than: int | None = None) -> bool:
    """Whether events of this name are another source's. Two of one name could not be told apart in the log."""
    others = Source.objects.filter(shop=shop).exclude(pk=by_another_than)
    return others.filter(name=name).exists() or others.filter(former_names__contains=[name]).exists()
