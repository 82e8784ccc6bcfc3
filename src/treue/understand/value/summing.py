"""Add up what the scores of a fit say of all customers, so that pages need not."""

from decimal import Decimal

from django.db import connection, transaction

from treue.core.customers.models import Customer
from treue.understand.value import reading
from treue.understand.value.amounts import STEPS
from treue.understand.value.drift import Z95
from treue.understand.value.models import LEAST_RISK, Fit, Worth

# Of whom a model is certain because it cannot be otherwise, it does not tell what is at stake.
TOTALS = """
select count(*), coalesce(sum(lifetime_value), 0),
    coalesce(sum(lifetime_value::float8 * (1 - probability_alive)), 0),
    count(*) filter (where probability_alive <= %(most)s and lifetime_value > 0),
    count(*) filter (where %(blind)s and probability_alive = 1),
    coalesce(sum(lifetime_value) filter (where %(blind)s and probability_alive = 1), 0),
    coalesce(sum(buys_90_days), 0), coalesce(sum(buys_90_days * (1 - buys_90_days)), 0)
from value_score where fit_id = %(fit)s"""

AMOUNTS = """
select width_bucket(lifetime_value, %(steps)s::numeric[]) as step, count(*), sum(lifetime_value)
from value_score where fit_id = %(fit)s group by step order by step"""

TENTHS = """
select count(*), sum(lifetime_value)
from (select lifetime_value, ntile(10) over (order by lifetime_value desc) as tenth
      from value_score where fit_id = %(fit)s) scores
group by tenth order by tenth"""


def has_sum(fit: Fit) -> bool:
    return Worth.objects.filter(fit=fit).exists()


def is_summed(fit: Fit) -> bool:
    """Whether as many are summed up as there are scores."""
    return Worth.objects.filter(fit=fit, customers=fit.scores.count()).exists()


def sum_up(fit: Fit) -> Worth:
    """Sum all scores of a fit anew. Everything is read before anything is written: a transaction that only reads keeps
    no reaction waiting."""
    figures = _figures(fit)
    with transaction.atomic():
        return Worth.objects.update_or_create(fit=fit, defaults=figures)[0]


def _figures(fit: Fit) -> dict[str, object]:
    facts = {"fit": fit.pk, "steps": list(STEPS), "blind": fit.is_blind_to_the_once_seen, "most": 1 - LEAST_RISK}
    with connection.cursor() as cursor:
        cursor.execute(TOTALS, facts)
        customers, value, at_stake, at_risk, untold, untold_value, buyers, variance = cursor.fetchone()
        cursor.execute(AMOUNTS, facts)
        amounts = [(_step(place), count, total) for place, count, total in cursor.fetchall()]
        cursor.execute(TENTHS, facts)
        tenths = cursor.fetchall()
    return {
        "customers": customers,
        "value": value,
        "at_stake": Decimal(at_stake).quantize(Decimal("0.0001")),
        "at_risk": at_risk,
        "left_out": Customer.objects.filter(pk__in=reading.unwanted(fit.shop), buying__isnull=False).count(),
        "untold": untold,
        "untold_value": untold_value,
        "buyers_90_days": buyers,
        "buyers_error": Z95 * variance**0.5,
        "amounts": [[str(step), count, str(total)] for step, count, total in amounts],
        "tenths": [[count, str(total)] for count, total in tenths],
    }


def _step(place: int) -> Decimal:
    """The lower end of a bucket, of which the first lies below all steps."""
    return STEPS[place - 1] if place else Decimal(0)
