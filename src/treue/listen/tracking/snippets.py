"""Lines to copy into a shop, with a source's key in them. Whoever tries them makes no customer and no order."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from treue.core.events.models import Source

BROWSER = """import {{ AnalyticsBrowser }} from '@segment/analytics-next'

const analytics = AnalyticsBrowser.load({{
  writeKey: '{key}',
  cdnURL: '{url}',
}})
analytics.page()
analytics.track('Product Viewed', {{ product_id: 'TEE-1', price: 4.5 }})"""

PYTHON = """import segment.analytics as analytics

analytics.write_key = '{key}'
analytics.host = '{url}'
analytics.track(anonymous_id='try-1', event='Product Viewed', properties={{'product_id': 'TEE-1', 'price': 4.5}})"""

NODE = """import {{ Analytics }} from '@segment/analytics-node'

const analytics = new Analytics({{ writeKey: '{key}', host: '{url}' }})
analytics.track({{ anonymousId: 'try-1', event: 'Product Viewed', properties: {{ product_id: 'TEE-1' }} }})"""

CURL = """curl {url}/v1/track -u {key}: -H 'Content-Type: application/json' \\
  -d '{{"anonymousId": "try-1", "event": "Product Viewed", "properties": {{"product_id": "TEE-1", "price": 4.5}}}}'"""


@dataclass(frozen=True)
class Snippet:
    title: str
    code: str


def of(source: Source, key: str) -> list[Snippet]:
    kinds = [(_("Browser"), BROWSER)] if source.kind == Source.Kind.BROWSER else [("Python", PYTHON), ("Node", NODE)]
    named = [*kinds, (_("Command line"), CURL)]
    return [Snippet(title, code.format(key=key, url=settings.PUBLIC_URL)) for title, code in named]
