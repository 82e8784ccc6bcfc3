"""The web process: `uvicorn treue.web.asgi:application`, or `treue web`."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "treue.web.settings")

application = get_asgi_application()
