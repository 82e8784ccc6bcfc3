"""Who refers friends, who came by whom, and what became of it. Amounts are in the shop's currency."""

from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from treue.act.loyalty.models import Member, Programme
from treue.act.vouchers.models import Campaign, Code
from treue.core.customers.models import Customer
from treue.core.privacy import NOT_PERSONAL, PersonalData
from treue.core.staff.models import User

MONEY = {"max_digits": 18, "decimal_places": 4}
LOOSE = {"db_constraint": False, "on_delete": models.DO_NOTHING}
SIZE_OF_CODE = 8


class Scheme(models.Model):
    """What a programme gives for a friend who buys.

    advocate_points, friend_points: once the friend's order can no longer be returned. welcome: a voucher for the friend
    at once, of a campaign with a code for each. minimum: what the friend must keep of the order. is_first_only: nothing
    but the first purchase counts. most_per_year: rewards of one advocate in a calendar year; None for without end.
    window_days: within so many days after the friend came they have to buy. review_from: the score from which a
    colleague looks at a referral before anything is given. landing: where links lead to.
    """

    personal = NOT_PERSONAL

    programme = models.OneToOneField(Programme, on_delete=models.CASCADE, related_name="referral_scheme")
    is_open = models.BooleanField(default=True)
    advocate_points = models.PositiveIntegerField()
    friend_points = models.PositiveIntegerField()
    welcome = models.ForeignKey(Campaign, null=True, on_delete=models.SET_NULL, related_name="+")
    minimum = models.DecimalField(**MONEY, default=0)
    is_first_only = models.BooleanField(default=True)
    most_per_year = models.PositiveIntegerField(null=True)
    window_days = models.PositiveSmallIntegerField(default=30)
    review_from = models.PositiveSmallIntegerField(default=50)
    landing = models.CharField(max_length=500, validators=[URLValidator(schemes=["https", "http"])])

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(minimum__gte=0, window_days__gte=1, review_from__gte=1), name="referrals_scheme_possible"
            ),
            models.CheckConstraint(
                condition=Q(most_per_year=None) | Q(most_per_year__gte=1), name="referrals_scheme_limit_positive"
            ),
            models.CheckConstraint(
                condition=Q(landing__regex="^https?://[^/]"), name="referrals_scheme_lands_somewhere"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.advocate_points} and {self.friend_points}"


class Advocate(models.Model):
    """A member who refers friends, by a code of their own (`codes`)."""

    personal = PersonalData(fields=("code", "since"), owner="member__customer")

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, db_index=False)
    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="advocate")
    code = models.CharField(max_length=SIZE_OF_CODE, db_collation="C")
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "code"], name="referrals_code_once"),
            models.CheckConstraint(condition=Q(code__regex="^[A-Z0-9]{8}$"), name="referrals_code_is_plain"),
        ]

    def __str__(self) -> str:
        return self.code


class Visit(models.Model):
    """How often a link was opened on a day of the shop. Nothing about who opened it."""

    personal = PersonalData(fields=("day", "count"), owner="advocate__member__customer")

    advocate = models.ForeignKey(Advocate, on_delete=models.CASCADE, db_index=False, related_name="visits")
    day = models.DateField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["advocate", "day"], name="referrals_visit_day_once")]


class Touch(models.Model):
    """Whose code somebody brought along first, before it is known who they are. person: their number in the log."""

    personal = PersonalData(fields=("at",), owner="person")

    person = models.BigIntegerField(primary_key=True)
    advocate = models.ForeignKey(Advocate, **LOOSE, db_index=False)
    at = models.DateTimeField()


class Referral(models.Model):
    """That a customer came by an advocate, for ever; and what became of it.

    advocate: stands for nobody once they are erased. bound_as: the friend's number then; who that is may change by a
    merge. is_spare: of a friend whose merged records both came by somebody, all but the earliest. The terms are those
    of the day on which they came. order_id: Treue's number of the order that counts; due_at: when it can no longer be
    returned. score, reasons: as `scoring` has them. advocate_journal, friend_journal: of the ledger, that gave the
    points.
    """

    class State(models.TextChoices):
        INVITED = "invited", pgettext_lazy("of a referral", "Came")
        ORDERED = "ordered", pgettext_lazy("of a referral", "Ordered")
        REVIEW = "review", pgettext_lazy("of a referral", "To be reviewed")
        REWARDED = "rewarded", pgettext_lazy("of a referral", "Rewarded")
        REFUSED = "refused", pgettext_lazy("of a referral", "Refused")
        LAPSED = "lapsed", pgettext_lazy("of a referral", "Lapsed")
        REVERSED = "reversed", pgettext_lazy("of a referral", "Taken back")

    class Way(models.TextChoices):
        LINK = "link", pgettext_lazy("of a referral", "Link")
        CODE = "code", pgettext_lazy("of a referral", "Code")
        API = "api", pgettext_lazy("of a referral", "Till or program")

    personal = PersonalData(
        fields=(
            *("came_by", "state", "bound_at", "minimum", "order_id", "due_at", "score", "reasons", "friend_points"),
            *("rewarded_at", "reversed_at", "decided_at", "decision"),
        ),
        owner="friend",
    )

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, db_index=False)
    advocate = models.ForeignKey(Advocate, **LOOSE, db_index=False, related_name="referrals")
    friend = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    bound_as = models.BigIntegerField()
    is_spare = models.BooleanField(default=False)
    came_by = models.CharField(max_length=4, choices=Way)
    state = models.CharField(max_length=8, choices=State, default=State.INVITED)
    bound_at = models.DateTimeField()
    lapses_at = models.DateTimeField()
    advocate_points = models.PositiveIntegerField()
    friend_points = models.PositiveIntegerField()
    minimum = models.DecimalField(**MONEY)
    is_first_only = models.BooleanField()
    voucher = models.ForeignKey(Code, null=True, **LOOSE, db_index=False, related_name="+")
    order_id = models.BigIntegerField(null=True)
    due_at = models.DateTimeField(null=True)
    score = models.PositiveSmallIntegerField(default=0)
    reasons = models.JSONField(default=list)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)
    decision = models.CharField(max_length=500, blank=True)
    is_approved = models.BooleanField(default=False)
    rewarded_at = models.DateTimeField(null=True)
    advocate_journal = models.BigIntegerField(null=True)
    friend_journal = models.BigIntegerField(null=True)
    reversed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["programme", "friend"], condition=Q(is_spare=False), name="referrals_friend_once"
            ),
            models.UniqueConstraint(fields=["programme", "bound_as"], name="referrals_bound_once"),
            models.UniqueConstraint(fields=["advocate_journal"], name="referrals_advocate_journal_once"),
            models.UniqueConstraint(fields=["friend_journal"], name="referrals_friend_journal_once"),
            models.CheckConstraint(
                condition=Q(came_by__in=["link", "code", "api"])
                & Q(state__in=["invited", "ordered", "review", "rewarded", "refused", "lapsed", "reversed"]),
                name="referrals_words_known",
            ),
            models.CheckConstraint(
                condition=Q(lapses_at__gt=F("bound_at"), minimum__gte=0), name="referrals_lapses_after_binding"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["rewarded", "reversed"], rewarded_at__isnull=False)
                | (
                    Q(rewarded_at=None, advocate_journal=None, friend_journal=None)
                    & ~Q(state__in=["rewarded", "reversed"])
                ),
                name="referrals_points_of_the_rewarded",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["ordered", "review", "rewarded"])
                | Q(order_id__isnull=False, due_at__isnull=False),
                name="referrals_order_of_the_ordered",
            ),
            models.CheckConstraint(
                condition=Q(state="reversed", reversed_at__isnull=False) | (~Q(state="reversed") & Q(reversed_at=None)),
                name="referrals_reversed_at",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(decision=""), name="referrals_refused_for_a_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["advocate", "-id"], name="referrals_of_advocate"),
            models.Index(fields=["programme", "state", "due_at"], name="referrals_by_state"),
        ]
