"""What rules would have given on the orders of the last year: a trial that the set-up started, with all it found."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from treue.act.loyalty import replay_showing
from treue.act.loyalty.tasks import REPLAY
from treue.core.jobs import watching
from treue.core.jobs.models import Job
from treue.core.shop.setup import ensure_shop
from treue.core.staff.permissions import requires
from treue.core.staff.roles import Permission


@require_http_methods(["GET", "HEAD"])
@requires(Permission.MANAGE_PROGRAMME)
def replayed(request: HttpRequest, job_id: int) -> HttpResponse:
    """What came of it, or how far it is."""
    shop = ensure_shop()
    job = Job.objects.filter(pk=job_id, kind=REPLAY, arguments__shop_id=shop.pk).first()
    if job is None:
        raise Http404
    context: dict[str, object] = {"rules": replay_showing.rules(job), "span": replay_showing.span(job)}
    if job.state != Job.State.DONE:
        context["job"] = watching.card(job, request.user)
    elif job.result["orders"]:
        may_see = request.user.may(Permission.SEE_CUSTOMERS)
        context |= {
            "sentence": replay_showing.sentence(job.result),
            "figures": replay_showing.figures(job),
            "comparison": replay_showing.comparison(job.result),
            "top": replay_showing.top(job.result) if may_see else None,
            "moves": replay_showing.moves(job),
            "computed": replay_showing.computed(job),
        }
    return render(request, "loyalty/replayed.html", context)
