"""What can be read at `/v1/`: the browser library's settings and the description of the interface."""

import json
import re
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings as configured

OPENAPI = "/v1/openapi.json"
SETTINGS = re.compile(r"/v1/projects/([\w.~-]{1,200})/settings")


def key_in(path: str) -> str | None:
    """The write key whose settings are asked for."""
    found = SETTINGS.fullmatch(path)
    return found[1] if found else None


def settings(key: str) -> bytes:
    """What Segment's browser library asks its CDN for: where events go, and that nothing else is to be loaded."""
    here = urlsplit(configured.PUBLIC_URL)
    segment = {
        "apiKey": key,
        "apiHost": f"{here.netloc}{here.path}/v1",
        "protocol": here.scheme,
        "addBundledMetadata": True,
        "unbundledIntegrations": [],
    }
    return json.dumps(
        {
            "integrations": {"Segment.io": segment},
            "plan": {"track": {"__default": {"enabled": True, "integrations": {}}}},
            "enabledMiddleware": {},
            "metrics": {"sampleRate": 0},
            "remotePlugins": [],
            "legacyVideoPluginsEnabled": False,
        }
    ).encode()


@cache
def openapi() -> bytes:
    return (Path(__file__).parent / "openapi.json").read_bytes()
