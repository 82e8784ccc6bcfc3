"""The partners of a programme, and what is agreed with each, by day."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from treue.act.loyalty.days import day_of
from treue.act.loyalty.models import Programme
from treue.act.partners import happenings
from treue.act.partners.errors import AgreementBeginsTooEarly, NameTaken, NoAgreement
from treue.act.partners.models import Agreement, Partner
from treue.core.shop.models import Shop
from treue.core.staff import audit
from treue.core.staff.models import User

ONE_DAY = timedelta(days=1)
CODE_ONCE = "partners_code_once"


@dataclass(frozen=True)
class Profile:
    """Who a partner is, as `models.Partner` has it."""

    name: str
    code: str
    email: str = ""
    state: str = Partner.State.ACTIVE


@dataclass(frozen=True)
class Terms:
    """What is agreed, as `models.Agreement` has it, in the shop's currency."""

    valid_from: date
    issue_price: Decimal
    redemption_price: Decimal
    monthly_fee: Decimal = Decimal(0)
    fee_rate: Decimal = Decimal(0)


def of(shop: Shop) -> QuerySet[Partner]:
    return Partner.objects.filter(programme__shop=shop).select_related("programme__shop").order_by("name")


def names_of(numbers: Collection[int]) -> dict[int, str]:
    return dict(Partner.objects.filter(pk__in=numbers).values_list("pk", "name"))


def add(*, programme: Programme, profile: Profile, by: User | None, now: datetime) -> Partner:
    """Raises NameTaken."""
    with transaction.atomic():
        made = _saved(Partner(programme=programme, created_at=now, **_values(profile)))
        happenings.tell_partner(made)
        audit.record("partner.added", who=by, subject=f"partner {made.pk}", name=made.name)
    return made


def change(*, partner: Partner, profile: Profile, by: User | None) -> Partner:
    """Raises NameTaken."""
    with transaction.atomic():
        locked = Partner.objects.select_for_update(of=("self",), no_key=True).get(pk=partner.pk)
        for name, value in _values(profile).items():
            setattr(locked, name, value)
        _saved(locked)
        audit.record("partner.changed", who=by, subject=f"partner {locked.pk}", name=locked.name)
    return locked


def agree(*, partner: Partner, terms: Terms, by: User | None, now: datetime) -> Agreement:
    """Let something hold from a day on. It never changes what is past: where another one holds today, it begins
    tomorrow at the earliest. Raises AgreementBeginsTooEarly."""
    shop = partner.programme.shop
    with transaction.atomic():
        Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
        earliest = earliest_day(partner, now)
        if terms.valid_from < earliest:
            raise AgreementBeginsTooEarly(earliest)
        values = _values(terms)
        made = Agreement.objects.create(partner=partner, currency=shop.currency, made_at=now, made_by=by, **values)
        happenings.tell_agreement(made)
        audit.record("partner.agreed", who=by, subject=f"partner {partner.pk}", valid_from=str(terms.valid_from))
    return made


def earliest_day(partner: Partner, now: datetime) -> date:
    """From which another agreement can hold."""
    today = day_of(now, partner.programme.shop.tz)
    return today if found_on(partner, today) is None else today + ONE_DAY


def found_on(partner: Partner, day: date) -> Agreement | None:
    """What holds on a day of the shop's calendar."""
    return Agreement.objects.filter(partner=partner, valid_from__lte=day).order_by("valid_from", "pk").last()


def in_force(partner: Partner, moment: datetime) -> Agreement:
    """What holds at a moment. Raises NoAgreement."""
    day = day_of(moment, partner.programme.shop.tz)
    found = found_on(partner, day)
    if found is None:
        raise NoAgreement(day)
    return found


def _values(given: Profile | Terms) -> dict[str, object]:
    return {each.name: getattr(given, each.name) for each in fields(given)}


def _saved(partner: Partner) -> Partner:
    try:
        with transaction.atomic():
            partner.save()
    except IntegrityError as error:
        diag = getattr(error.__cause__, "diag", None)
        raise NameTaken("code" if getattr(diag, "constraint_name", "") == CODE_ONCE else "name") from error
    return partner
