"""Small things that components are made of: style sheets, icons, initials, sort links."""

from functools import cache

from django.template import Library
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from treue.design import cells
from treue.design.charts import sparkline
from treue.design.icons import FLOWER, ICONS
from treue.design.stylesheets import STYLESHEETS

register = Library()


@register.simple_tag
@cache
def stylesheets() -> SafeString:
    """The links to all style sheets, in the order that matters; the same as long as the process lasts."""
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', ((static(path),) for path in STYLESHEETS))


@register.simple_tag
def icon(name: str) -> SafeString:
    drawing = mark_safe(ICONS[name])  # noqa: S308 - our own constant
    return format_html('<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', drawing)


@register.simple_tag
def flower() -> SafeString:
    drawing = mark_safe(FLOWER)  # noqa: S308 - our own constant
    return format_html('<svg class="flower" viewBox="0 0 32 32" aria-hidden="true">{}</svg>', drawing)


register.simple_tag(cells.options, name="options")
register.filter("initials", cells.initials)
register.filter("risk_mark", cells.risk)
register.filter("table_body", cells.body)
register.filter("table_row", cells.row)
register.filter("cohort_rows", cells.cohorts)


@register.filter
def spark(values: object) -> SafeString:
    return sparkline(values)


@register.filter
def meter_width(value: float, most: float) -> str:
    """How much of a meter is filled, in percent of its width."""
    return f"{max(0.0, min(float(value) / float(most), 1.0)) * 100:.1f}" if float(most) > 0 else "0"


@register.filter
def split(text: str) -> list[str]:
    return text.split(",")
