"""No page of any room needs an exception from the strict content security policy."""

import re
from pathlib import Path

import pytest

import treue

PACKAGE = Path(treue.__file__).parent


def pages() -> list[Path]:
    """All templates but letters, which a mail program shows and which must bring their style along."""
    found = (path for path in PACKAGE.rglob("templates/**/*.html"))
    return sorted(path for path in found if not re.search("letter|mail", path.stem))


@pytest.mark.parametrize("template", pages(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_template_needs_an_exception_from_the_content_security_policy(template: Path):
    source = template.read_text()
    assert not re.search(r"\sstyle\s*=", source), "a style attribute"
    assert not re.search(r"\son[a-z]+\s*=", source), "an inline handler"
    assert not re.search(r"<script(?![^>]*\ssrc=)", source), "an inline script"
    assert not re.search(r"javascript:|hx-on|hx-vals=['\"]js:", source), "code in an attribute"
    written = re.sub(r"<style>\{\{ css\|safe \}\}.*?</style>", "", source, flags=re.S)  # a report, a file of its own
    assert "<style" not in written, "an inline style sheet"
