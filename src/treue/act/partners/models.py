"""Merchants who earn and burn the programme's points, what was agreed with them, and what each owes the other.

What is owed is never changed once it is written: agreements, legs, shares and the lines of statements stay as they are
(`sql/guards.sql`), and so does a statement that is closed.
"""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from treue.act.loyalty.models import Journal, Programme
from treue.core.privacy import NOT_PERSONAL, OnErasure, PersonalData
from treue.core.staff.models import User

MONEY = {"max_digits": 24, "decimal_places": 4}  # a thousand million points at the dearest price, many times
PRICE = {"max_digits": 12, "decimal_places": 6}
LOOSE = {"db_constraint": False, "on_delete": models.DO_NOTHING, "related_name": "+"}
BOOKS = "What partners owe for it; without the member's row the numbers in it stand for nobody."


def kept(*fields: str) -> PersonalData:
    return PersonalData(fields=fields, owner="journal__member__customer", on_erasure=OnErasure.KEEP, why=BOOKS)


class Partner(models.Model):
    """A merchant of the coalition. code: by which its programs and papers know it. email: of the merchant's office."""

    personal = NOT_PERSONAL

    class State(models.TextChoices):
        ACTIVE = "active", pgettext_lazy("state of a partner", "Takes part")
        PAUSED = "paused", pgettext_lazy("state of a partner", "Paused")

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="partners", db_index=False)
    name = models.CharField(max_length=80)
    code = models.CharField(max_length=20)
    email = models.EmailField(blank=True)
    state = models.CharField(max_length=6, choices=State, default=State.ACTIVE)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "name"], name="partners_name_once"),
            models.UniqueConstraint(fields=["programme", "code"], name="partners_code_once"),
            models.CheckConstraint(condition=~Q(name=""), name="partners_has_name"),
            models.CheckConstraint(
                condition=Q(code__regex="^[a-z0-9]([a-z0-9-]*[a-z0-9])?$"), name="partners_code_form"
            ),
            models.CheckConstraint(condition=Q(state__in=["active", "paused"]), name="partners_state_known"),
        ]

    def __str__(self) -> str:
        return self.name


class Agreement(models.Model):
    """What holds with a partner from a day of the shop's calendar on, until another one begins.

    issue_price: what the partner pays for each point that it issues; redemption_price: what it is paid for each that is
    redeemed there. monthly_fee: for each month on whose last day the agreement holds; fee_rate: a share of the value
    of points issued. Of two that begin on one day the later one made holds.
    """

    personal = NOT_PERSONAL

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="agreements", db_index=False)
    valid_from = models.DateField()
    issue_price = models.DecimalField(**PRICE)
    redemption_price = models.DecimalField(**PRICE)
    monthly_fee = models.DecimalField(**MONEY, default=0)
    fee_rate = models.DecimalField(max_digits=5, decimal_places=4, default=0)
    currency = models.CharField(max_length=3)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(User, null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(issue_price__gte=0, redemption_price__gte=0, monthly_fee__gte=0),
                name="partners_agreement_not_negative",
            ),
            models.CheckConstraint(condition=Q(fee_rate__range=(0, 1)), name="partners_fee_is_a_share"),
            models.CheckConstraint(condition=Q(currency__regex="^[A-Z]{3}$"), name="partners_currency_is_a_code"),
        ]
        indexes = [models.Index(fields=["partner", "valid_from", "id"], name="partners_agreement_in_force")]


class Redemption(models.Model):
    """Points that a member redeems at a partner. journal: of the ledger, that took or holds them; it says how that
    ended. reference: the partner's receipt. held_until: of a hold."""

    personal = kept("partner__name", "points", "reference", "held_until", "made_at")

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="redemptions", db_index=False)
    journal = models.OneToOneField(Journal, **LOOSE)
    points = models.BigIntegerField()
    reference = models.CharField(max_length=80)
    held_until = models.DateTimeField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "reference"], name="partners_redemption_receipt_once"),
            models.CheckConstraint(condition=Q(points__gte=1), name="partners_redemption_has_points"),
        ]


class Kind(models.IntegerChoices):
    """What a leg is, and a line of a statement: the first four are both."""

    ISSUE = 1, pgettext_lazy("of a partner", "Points issued")
    RETURN = 2, pgettext_lazy("of a partner", "Points taken back")
    REDEEM = 3, pgettext_lazy("of a partner", "Points redeemed")
    ROLL_BACK = 4, pgettext_lazy("of a partner", "Redemptions rolled back")
    FEE_RATE = 5, pgettext_lazy("of a partner", "Fee on points issued")
    MONTHLY_FEE = 6, pgettext_lazy("of a partner", "Monthly fee")
    CORRECTION = 7, pgettext_lazy("of a partner", "Correction after a dispute")


class Leg(models.Model):
    """The partner's side of one journal of the ledger, written with it.

    agreement: by which it is paid; a return and a roll-back are paid by that of what they undo, `original`. month: in
    the shop's zone, as its first day. reference: the partner's receipt.
    """

    personal = kept("partner__name", "kind", "points", "reference", "happened_at")

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="legs", db_index=False)
    kind = models.SmallIntegerField(choices=Kind)
    journal = models.OneToOneField(Journal, **LOOSE)
    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="+", db_index=False)
    points = models.BigIntegerField()
    original = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="followers", db_index=False)
    redemption = models.ForeignKey(Redemption, null=True, on_delete=models.CASCADE, related_name="legs", db_index=False)
    month = models.DateField()
    reference = models.CharField(max_length=80)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "reference"], condition=Q(kind=1), name="partners_issue_receipt_once"
            ),
            models.UniqueConstraint(fields=["redemption"], condition=Q(kind=3), name="partners_redeemed_once"),
            models.CheckConstraint(condition=Q(points__gte=1), name="partners_leg_has_points"),
            models.CheckConstraint(condition=Q(month__day=1), name="partners_leg_month_begins"),
            models.CheckConstraint(
                condition=Q(kind=1, original=None, redemption=None)
                | Q(kind=2, original__isnull=False, redemption=None)
                | Q(kind=3, original=None, redemption__isnull=False)
                | Q(kind=4, original__isnull=False, redemption__isnull=False),
                name="partners_leg_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "month", "kind"], name="partners_leg_of_month"),
            models.Index(fields=["partner", "-id"], name="partners_leg_latest"),
            models.Index(fields=["partner", "reference"], name="partners_leg_receipt"),
            models.Index(fields=["original"], condition=Q(original__isnull=False), name="partners_leg_original"),
            models.Index(fields=["redemption"], condition=Q(redemption__isnull=False), name="partners_leg_redemption"),
        ]


class Share(models.Model):
    """Of a leg that redeems or rolls back: how many of its points a partner had issued. issuer: 0 for the shop itself,
    and for what paid a member's debt."""

    personal = PersonalData(
        fields=("points",), owner="leg__journal__member__customer", on_erasure=OnErasure.KEEP, why=BOOKS
    )

    leg = models.ForeignKey(Leg, on_delete=models.CASCADE, related_name="shares", db_index=False)
    issuer = models.BigIntegerField()
    points = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["leg", "issuer"], name="partners_share_once"),
            models.CheckConstraint(condition=Q(points__gte=1), name="partners_share_has_points"),
        ]


class Statement(models.Model):
    """What a partner and the programme owe each other of a month: above zero the partner pays, below it is paid.

    A draft has no lines: they are reckoned when somebody looks. number: without gaps in the programme, once closed.
    last_leg: the highest number of all legs at that time. Those up to it, of its month and earlier ones, are settled,
    so that nobody has to look through all that a partner ever did for what was recorded late.
    """

    personal = NOT_PERSONAL

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("state of a statement", "Draft")
        CLOSED = "closed", pgettext_lazy("state of a statement", "Closed")

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, related_name="+", db_index=False)
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="statements", db_index=False)
    month = models.DateField()
    state = models.CharField(max_length=6, choices=State, default=State.DRAFT)
    number = models.PositiveIntegerField(null=True)
    amount = models.DecimalField(**MONEY, null=True)
    currency = models.CharField(max_length=3)
    drafted_at = models.DateTimeField(default=timezone.now)
    last_leg = models.BigIntegerField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "month"], name="partners_statement_once"),
            models.UniqueConstraint(fields=["programme", "number"], name="partners_statement_number_once"),
            models.CheckConstraint(condition=Q(month__day=1), name="partners_statement_month_begins"),
            models.CheckConstraint(
                condition=Q(state="draft", number=None, amount=None, last_leg=None, closed_at=None)
                | Q(state="closed", number__gte=1, amount__isnull=False, last_leg__gte=0, closed_at__isnull=False),
                name="partners_statement_is_whole",
            ),
        ]


class Line(models.Model):
    """Points of a kind, a month and an agreement, at a price. month: earlier than the statement's for what was recorded
    late. amount: rounded half up to the currency's smallest coin. corrects: of a correction, the line disputed."""

    personal = NOT_PERSONAL

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="lines", db_index=False)
    place = models.PositiveSmallIntegerField()
    kind = models.SmallIntegerField(choices=Kind)
    month = models.DateField()
    agreement = models.ForeignKey(Agreement, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    points = models.BigIntegerField(null=True)
    price = models.DecimalField(max_digits=16, decimal_places=10, null=True)
    amount = models.DecimalField(**MONEY)
    corrects = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "place"], name="partners_line_place_once"),
            models.CheckConstraint(
                condition=Q(kind=7, corrects__isnull=False, agreement=None)
                | (~Q(kind=7) & Q(corrects=None, agreement__isnull=False)),
                name="partners_line_kind",
            ),
        ]


class Settled(models.Model):
    """In which line of a closed statement a leg is."""

    personal = NOT_PERSONAL

    leg = models.OneToOneField(Leg, on_delete=models.CASCADE, primary_key=True)
    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="settled")

    class Meta:
        verbose_name_plural = "settled"


class Dispute(models.Model):
    """That somebody holds a line for wrong. by_partner: it came with the partner's key. right_amount: what the line
    should have been, where that was accepted; the difference goes into the next statement, as the line `correction`."""

    personal = NOT_PERSONAL

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("state of a dispute", "Open")
        ACCEPTED = "accepted", pgettext_lazy("state of a dispute", "Accepted")
        REJECTED = "rejected", pgettext_lazy("state of a dispute", "Rejected")

    line = models.ForeignKey(Line, on_delete=models.CASCADE, related_name="disputes")
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    by_partner = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    right_amount = models.DecimalField(**MONEY, null=True)
    difference = models.DecimalField(**MONEY, null=True)
    correction = models.OneToOneField(Line, null=True, on_delete=models.CASCADE, related_name="of_dispute")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line"], condition=Q(state="open"), name="partners_dispute_open_once"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None, right_amount=None, difference=None, correction=None)
                | Q(state="accepted", decided_at__gte=F("opened_at"), right_amount__isnull=False)
                & Q(difference__isnull=False)
                | Q(state="rejected", decided_at__gte=F("opened_at"), right_amount=None, difference=None)
                & Q(correction=None),
                name="partners_dispute_is_whole",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="partners_dispute_has_reason"),
        ]
