"""A file of which nothing could be used."""

from collections.abc import Mapping

from treue.web.commands.failing import Failure


def require_used(name: str, *, read: int, used: int, set_aside: Mapping[str, int]) -> None:
    """Raises Failure, with the reasons and what helps against the foremost, where no row could be used."""
    from django.utils.translation import ngettext

    from treue.listen.imports.sentences import count
    from treue.listen.imports.wording import reason

    if used or not set_aside:
        return
    said = [(reason(code), rows) for code, rows in sorted(set_aside.items(), key=lambda item: -item[1])]
    sentence = ngettext(
        "The only row of %(name)s cannot be used: %(reasons)s. %(help)s",
        "None of the %(rows)s rows of %(name)s can be used: %(reasons)s. %(help)s",
        read,
    )
    raise Failure(
        sentence
        % {
            "name": name,
            "rows": count(read),
            "reasons": ", ".join(f"{each.name} ({count(rows)})" for each, rows in said),
            "help": said[0][0].remedy,
        }
    )
