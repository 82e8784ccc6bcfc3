"""Work of this room that waits. Its words are in `wording`."""

from treue.core.jobs.work import Progress, kind

MAKE = "vouchers.make"


@kind(MAKE)
def make(progress: Progress, *, batch_id: int) -> dict[str, object]:
    """Make the codes that a batch still lacks."""
    from treue.act.vouchers import making

    return {"codes": making.make(batch_id, progress=progress)}
