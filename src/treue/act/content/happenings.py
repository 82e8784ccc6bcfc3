"""What the log is told of content. Never text, photo or name: whoever reads the log has no consent to those."""

from datetime import datetime

from treue.act.content.models import Submission
from treue.core.events import naming
from treue.core.events.log import Happening, record

SUBMITTED, PUBLISHED = "Content Submitted", "Content Published"
REJECTED, WITHDRAWN = "Content Rejected", "Content Withdrawn"
SOURCE = "treue"
naming.know([SUBMITTED, PUBLISHED, REJECTED, WITHDRAWN])


def tell(name: str, submission: Submission, at: datetime, **facts: object) -> None:
    """In the transaction of the deed. A submission can be decided on more than once."""
    about = {"product": submission.product} if submission.product else {}
    happening = Happening(
        message_id=f"{name.lower()} {submission.pk} {submission.revision}",
        name=name,
        person=submission.member.customer_id,
        source=SOURCE,
        occurred_at=at,
        facts={"submission": submission.pk, **about, **facts},
    )
    record(submission.programme.shop, [happening])
