"""The web process: `uvicorn treue.web.asgi:application`, or `treue web`."""

import atexit
import gc
import os
import sys
import tempfile
import warnings

from django.core.asgi import get_asgi_application
from django.urls import reverse

from treue.core.home import home

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "treue.web.settings")
# Uploads wait on the installation's disk, whose free space is looked at, and not in the system's small /tmp.
tempfile.tempdir = str(home() / "tmp")

# WhiteNoise hands style sheets over as plain iterators. They are small; our own downloads are asynchronous.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")

application = get_asgi_application()

from treue.web.receiving import measured, quick, tracked  # noqa: E402 — they know addresses and tables, which need Django

application = tracked(quick(measured(application)))

# What is loaded for every page stays for good. Without this, one request in a hundred waited for a look through all of
# it, which took longer than the page.
reverse("cockpit")  # loads every room
gc.collect()
gc.freeze()
atexit.register(gc.unfreeze)

# A thread that comes back from the database waits that long for one that computes; at the usual 5 ms, each of the ten
# statements with which events are written could take as long as all of them.
sys.setswitchinterval(0.0005)
