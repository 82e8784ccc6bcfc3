"""Gifts: when whoever is given what, and who got it."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from treue.act.loyalty.models import Member, Programme
from treue.act.rewards.models import Claim, Reward
from treue.act.vouchers.models import Campaign, Code
from treue.core.privacy import NOT_PERSONAL, PersonalData

MONEY = {"max_digits": 18, "decimal_places": 4}


class Plan(models.Model):
    """What members get on which occasion.

    One of three is given: points, a voucher of `campaign`, or `reward`, offered for points or not. lasts_days: for how
    many days after the occasion the points can be spent; none for as long as the programme says. days_before: so many
    days before the occasion it comes. cost: what one costs the shop at most, in `currency`. lowest_tier: the code of a
    tier, or "". group: of `segments`, or "". most_gifts, budget: how many there are and what they cost in all; none
    without end; given, spent: what is used of it. valid_from, valid_until: the first and the last day on which gifts
    are given.

    Of a surprise: winners members are drawn on first_draw, and each month on that day where is_monthly; who had one of
    the last months_apart months is left out. looked_on: the last day for which everybody was looked at.
    """

    personal = NOT_PERSONAL

    class Occasion(models.TextChoices):
        BIRTHDAY = "birthday"
        JOINING = "joining"
        SURPRISE = "surprise"

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="gift_plans", db_index=False)
    name = models.CharField(max_length=120)
    occasion = models.CharField(max_length=8, choices=Occasion)
    points = models.PositiveIntegerField(null=True)
    campaign = models.ForeignKey(Campaign, null=True, on_delete=models.CASCADE, related_name="+")
    reward = models.ForeignKey(Reward, null=True, on_delete=models.CASCADE, related_name="+")
    lasts_days = models.PositiveSmallIntegerField(null=True)
    days_before = models.PositiveSmallIntegerField(default=0)
    cost = models.DecimalField(**MONEY)
    currency = models.CharField(max_length=3)
    lowest_tier = models.CharField(max_length=40, blank=True)
    group = models.CharField(max_length=20, blank=True)
    winners = models.PositiveIntegerField(null=True)
    first_draw = models.DateField(null=True)
    is_monthly = models.BooleanField(default=False)
    months_apart = models.PositiveSmallIntegerField(default=0)
    most_gifts = models.PositiveIntegerField(null=True)
    budget = models.DecimalField(**MONEY, null=True)
    given = models.PositiveIntegerField(default=0)
    spent = models.DecimalField(**MONEY, default=0)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    is_active = models.BooleanField(default=True)
    looked_on = models.DateField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "name"], name="gifts_plan_name_once"),
            models.CheckConstraint(condition=~Q(name=""), name="gifts_plan_has_name"),
            models.CheckConstraint(
                condition=Q(occasion__in=["birthday", "joining", "surprise"]), name="gifts_occasion_known"
            ),
            models.CheckConstraint(
                condition=Q(points__isnull=False, points__gte=1, campaign=None, reward=None)
                | Q(points=None, campaign__isnull=False, reward=None, lasts_days=None)
                | Q(points=None, campaign=None, reward__isnull=False, lasts_days=None),
                name="gifts_points_a_voucher_or_a_reward",
            ),
            models.CheckConstraint(
                condition=Q(occasion="surprise", winners__isnull=False, winners__gte=1, first_draw__isnull=False)
                | (~Q(occasion="surprise") & Q(winners=None, first_draw=None, is_monthly=False, months_apart=0)),
                name="gifts_surprise_alone_is_drawn",
            ),
            models.CheckConstraint(
                condition=Q(days_before=0) | (~Q(occasion="surprise") & Q(days_before__lte=30)),
                name="gifts_days_before_a_day",
            ),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="gifts_currency_is_a_code"),
            models.CheckConstraint(condition=Q(cost__gte=0), name="gifts_cost_not_negative"),
            models.CheckConstraint(
                condition=Q(most_gifts=None) | Q(given__lte=F("most_gifts")), name="gifts_given_capped"
            ),
            models.CheckConstraint(
                condition=Q(spent__gte=0) & (Q(budget=None) | Q(spent__lte=F("budget"))), name="gifts_budget_kept"
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_from__lte=F("valid_until")), name="gifts_valid_for_some_time"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_drawn(self) -> bool:
        return self.occasion == self.Occasion.SURPRISE

    def gives_on(self, day: date) -> bool:
        is_over = self.valid_until is not None and self.valid_until < day
        return self.is_active and self.valid_from <= day and not is_over


class Draw(models.Model):
    """Who was chosen by chance on a day (`drawing`), by a seed. candidates: how many could be; fingerprint: of their
    numbers."""

    personal = NOT_PERSONAL

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="draws", db_index=False)
    day = models.DateField()
    seed = models.CharField(max_length=64)
    candidates = models.PositiveIntegerField()
    fingerprint = models.CharField(max_length=64)
    drawn_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "day"], name="gifts_draw_once")]


class Gift(models.Model):
    """What a member gets, or got. day: the occasion's, of a surprise that on which it was drawn.

    It waits until it is given; problem: why it could not be so far, as a class of errors; tries: how often that was.
    journal: of the ledger, that gave the points. code: of a voucher; none once it is gone. claim: of a reward; where
    that is a voucher, both have its code. key_hash: of a surprise that somebody asked for.
    """

    personal = PersonalData(
        fields=(
            *("plan__name", "plan__occasion", "day", "state", "points", "claim__reward__name", "code__text"),
            *("given_at", "expires_at"),
        ),
        owner="member__customer",
    )

    class State(models.TextChoices):
        WAITING = "waiting"
        GIVEN = "given"

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="gifts", db_index=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="gifts", db_index=False)
    day = models.DateField()
    year = models.PositiveSmallIntegerField()
    draw = models.ForeignKey(Draw, null=True, on_delete=models.CASCADE, related_name="gifts", db_index=False)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    points = models.PositiveIntegerField(null=True)
    journal = models.BigIntegerField(null=True)
    code = models.ForeignKey(Code, null=True, on_delete=models.SET_NULL, related_name="+")
    claim = models.ForeignKey(Claim, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    cost = models.DecimalField(**MONEY)
    currency = models.CharField(max_length=3)
    given_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=80, blank=True)
    tries = models.PositiveIntegerField(default=0)
    key_hash = models.CharField(max_length=64, null=True)
    request_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "member", "year"], condition=Q(draw=None, key_hash=None), name="gifts_once_a_year"
            ),
            models.UniqueConstraint(
                fields=["draw", "member"], condition=Q(draw__isnull=False), name="gifts_once_in_a_draw"
            ),
            models.UniqueConstraint(fields=["plan", "key_hash"], name="gifts_asked_for_once"),
            models.UniqueConstraint(fields=["journal"], name="gifts_journal_once"),
            models.UniqueConstraint(fields=["claim"], name="gifts_claim_once"),
            models.CheckConstraint(
                condition=Q(state="waiting", given_at=None, journal=None) | Q(state="given", given_at__isnull=False),
                name="gifts_state_has_its_moment",
            ),
            models.CheckConstraint(condition=Q(year=models.functions.ExtractYear("day")), name="gifts_year_of_its_day"),
        ]
        indexes = [
            models.Index(fields=["plan", "-id"], name="gifts_of_plan"),
            models.Index(fields=["member", "-id"], name="gifts_of_member"),
            models.Index(fields=["plan", "state", "day"], name="gifts_by_day"),
        ]
