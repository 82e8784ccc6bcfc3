"""What a web process does before the first request, and leaves behind at its end."""

import os
import subprocess
import sys
from pathlib import Path

STARTED = "import gc, treue.web.asgi; print(gc.get_freeze_count())"


def test_what_is_loaded_for_every_page_is_not_searched_for_rubbish_again(tmp_path: Path):
    """Else one request in a hundred would wait for it; and at the end all of it goes without a word."""
    ended = subprocess.run(
        [sys.executable, "-c", STARTED],
        env=os.environ | {"TREUE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(ended.stdout) > 100_000
    assert ended.stderr == ""
