"""The smallest fit and score a test can write."""

from datetime import date
from decimal import Decimal

from treue.core.customers.models import Customer
from treue.core.shop.models import Shop
from treue.understand.value.models import Fit, Score

IN_FORCE = {"is_current": True, "in_force_at": "2026-07-01T02:05Z", "fitted_at": "2026-07-01T02:00Z"}


def fitted(shop: Shop, **fields: object) -> Fit:
    values = {
        "model": "mbg_nbd",
        "status": "converged",
        "choice": "lowest deviance",
        "until": date(2026, 6, 30),
        "unit": "week",
        "margin": Decimal("0.42"),
        "discount_rate": Decimal("0.1"),
        "currency": "EUR",
    }
    return Fit.objects.create(shop=shop, **values | IN_FORCE | fields)


def scored(fit: Fit, customer: Customer, **fields: object) -> Score:
    values = {
        "probability_alive": 0.75,
        "purchases_90_days": 1.5,
        "purchases_12_months": 5.25,
        "spend": Decimal("24.9049"),
        "lifetime_value": Decimal("47.1051"),
        "value_low": Decimal("9.9049"),
        "value_high": Decimal("98.2051"),
        "wait_days": 41.5,
        "next_purchase_on": date(2026, 8, 11),
    }
    return Score.objects.create(fit=fit, customer=customer, **values | fields)
