"""The name that stands beside what somebody wrote, as they wish it."""

import re

from treue.act.content.models import LONGEST_NAME, Submission

Name = Submission.Name
TITLE = re.compile(r"^(?:\w{1,5}\.|prof|dr|herr|frau|mr|mrs|ms|mx)$", re.IGNORECASE)


def shown(name: str, kind: str) -> str:
    """ "Anna" or "A. B." of "Dr. Anna Beispiel"; "" where no name is wished or known."""
    if kind == Name.NONE:
        return ""
    last, comma, first = name.partition(",")
    words = [each for each in f"{first} {last}".split() if not TITLE.match(each)] if comma else _words(name)
    if not words:
        return ""
    if kind == Name.INITIALS:
        return " ".join(f"{each[0].upper()}." for each in dict.fromkeys([words[0], words[-1]]))
    return words[0][:LONGEST_NAME]


def _words(name: str) -> list[str]:
    return [each for each in name.split() if not TITLE.match(each)]
