"""The pages of sources: who sends events, with which key, and what of it was refused."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from treue.core.events.models import Source
from treue.core.shop import clock
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission
from treue.listen.tracking import activity, showing, snippets
from treue.listen.tracking import sources as keeping
from treue.listen.tracking.errors import NameTaken
from treue.listen.tracking.forms import Add, Change


@requires(Permission.MANAGE_SOURCES)
@require_http_methods(["GET", "HEAD", "POST"])
def sources(request: HttpRequest) -> HttpResponse:
    """The list, and the form that makes one; its answer shows the key, this once."""
    shop, form = ensure_shop(), Add(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            source, key = keeping.add(shop=shop, by=request.user, **form.cleaned_data)
        except NameTaken:
            form.add_error("name", _("There is a source of this name already, or was before it was renamed."))
        else:
            return _key(request, source, key)
    now, zone = timezone.now(), clock.zone()
    table = showing.listed(activity.of(shop, now), zone)
    return render(request, "tracking/sources.html", {"form": form, "table": table, "as_of": showing.as_of(now, zone)})


@requires(Permission.MANAGE_SOURCES)
@require_http_methods(["GET", "HEAD", "POST"])
def source(request: HttpRequest, source_id: int) -> HttpResponse:
    """One source: what it sent, what was refused and why, what it may."""
    found = _source(source_id)
    form = Change(request.POST or None, initial=vars(found), kind=found.kind)
    if request.method == "POST" and form.is_valid():
        try:
            keeping.change(source=found, by=request.user, **form.cleaned_data)
        except NameTaken:
            form.add_error("name", _("There is a source of this name already, or was before it was renamed."))
        else:
            name = form.cleaned_data["name"]
            messages.success(request, _("What you changed for %(name)s holds within seconds.") % {"name": name})
            return redirect("source", source_id=found.pk)
    active = activity.of_one(found, timezone.now())
    context = {"source": found, "facts": showing.facts(active, clock.zone()), "refused": showing.refusals(active)}
    return render(request, "tracking/source.html", {**context, "form": form})


@requires(Permission.MANAGE_SOURCES)
@require_POST
def switch_off(request: HttpRequest, source_id: int) -> HttpResponse:
    found = _source(source_id)
    keeping.switch(source=found, on=False, by=request.user)
    messages.success(request, _("Nothing is taken from %(name)s any more.") % {"name": found.name})
    return redirect("source", source_id=found.pk)


@requires(Permission.MANAGE_SOURCES)
@require_POST
def switch_on(request: HttpRequest, source_id: int) -> HttpResponse:
    found = _source(source_id)
    keeping.switch(source=found, on=True, by=request.user)
    messages.success(request, _("%(name)s can send again.") % {"name": found.name})
    return redirect("source", source_id=found.pk)


@requires(Permission.MANAGE_SOURCES)
@require_http_methods(["GET", "HEAD", "POST"])
def new_key(request: HttpRequest, source_id: int) -> HttpResponse:
    """Ask, and give a new key, which the answer shows this once."""
    found = _source(source_id)
    if request.method != "POST":
        return render(request, "tracking/new_key.html", {"source": found})
    return _key(request, found, keeping.renew_key(source=found, by=request.user))


def _key(request: HttpRequest, source: Source, key: str) -> HttpResponse:
    context = {"source": source, "key": key, "snippets": snippets.of(source, key)}
    return render(request, "tracking/key.html", {**context, "is_public": source.kind == Source.Kind.BROWSER})


def _source(source_id: int) -> Source:
    return get_object_or_404(keeping.with_keys(ensure_shop()), pk=source_id)
