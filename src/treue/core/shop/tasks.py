"""Work of this room that waits."""

from django.utils.translation import gettext_lazy as _

from treue.core.jobs import work
from treue.core.jobs.wording import describe
from treue.core.jobs.work import Progress, kind
from treue.core.shop import removal


@kind("shop.remove")
def remove_shop(progress: Progress, *, shop_id: int) -> dict[str, object]:
    deleted = removal.remove(shop_id, progress)
    work.start("lake.remove", shop_id=shop_id)
    return deleted


describe("shop.remove", name=_("Removal of a shop"), steps={"removing": _("Deleting what belongs to it")})
