"""Django, for commands that need it."""

import os


def set_up() -> None:
    """Load settings and rooms. Takes half a second, so commands that need none of it do without."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "treue.web.settings")
    import django

    django.setup()
