"""What members write and photograph for the shop's other customers, and what moderators made of it."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from treue.act.loyalty.models import Member, Programme
from treue.core.customers.models import ConsentRecord
from treue.core.privacy import NOT_PERSONAL, PersonalData
from treue.core.staff.models import User

LONGEST_TEXT, LONGEST_NAME, LONGEST_REASON = 2_000, 60, 500
MOST_PHOTOS, MOST_A_DAY = 4, 5
LARGEST_FULL, LARGEST_SMALL = 4 << 20, 1 << 20


class ContentTerms(models.Model):
    """Whether members can submit something. pending_days: for how long a published submission has to stand before the
    points for it can be spent."""

    personal = NOT_PERSONAL

    programme = models.OneToOneField(
        Programme, on_delete=models.CASCADE, primary_key=True, related_name="content_terms"
    )
    is_open = models.BooleanField(default=False)
    pending_days = models.PositiveSmallIntegerField(default=14)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(pending_days__lte=365), name="content_pending_days_within_a_year"),
        ]


class Submission(models.Model):
    """A text, photos or both, of one member about a product or the shop. Nobody changes what stands in it, also not the
    shop (migration 0001): it is published as it is, or not at all; withdrawn, it is emptied.

    product: the shop's code; "" for the shop itself. shown_name: what stands beside it when it is published, by
    name_kind. consent: by which they agreed to that. day, of_day: it was the so-maniest of the member on a day of the
    shop's calendar. revision: how often it was decided on; who decides says which one they saw. reason: why it was
    rejected, for the member. text_hash: of the text without its spelling, to find repetitions. journal: of the ledger,
    that gave points for it; free_at: until then they are pending.
    """

    personal = PersonalData(
        fields=(
            *("product", "text", "shown_name", "photo_count", "state", "reason", "points"),
            *("submitted_at", "published_at", "decided_at", "withdrawn_at"),
        ),
        owner="member__customer",
    )

    class State(models.TextChoices):
        PENDING = "pending"
        PUBLISHED = "published"
        REJECTED = "rejected"
        WITHDRAWN = "withdrawn"

    class Name(models.TextChoices):
        FIRST = "first name"
        INITIALS = "initials"
        NONE = "none"

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, db_index=False)
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="submissions", db_index=False)
    product = models.CharField(max_length=80, blank=True)
    text = models.TextField(blank=True)
    name_kind = models.CharField(max_length=10, choices=Name)
    shown_name = models.CharField(max_length=LONGEST_NAME, blank=True)
    photo_count = models.PositiveSmallIntegerField(default=0)
    text_hash = models.CharField(max_length=64, blank=True)
    consent = models.ForeignKey(ConsentRecord, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=9, choices=State, default=State.PENDING)
    revision = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=LONGEST_REASON, blank=True)
    submitted_at = models.DateTimeField()
    day = models.DateField()
    of_day = models.PositiveSmallIntegerField()
    published_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    points = models.PositiveIntegerField(default=0)
    journal = models.BigIntegerField(null=True)
    free_at = models.DateTimeField(null=True)
    key_hash = models.CharField(max_length=64)
    request_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "key_hash"], name="content_submission_once"),
            models.UniqueConstraint(fields=["member", "day", "of_day"], name="content_of_day_once"),
            models.CheckConstraint(condition=Q(of_day__gte=1, of_day__lte=MOST_A_DAY), name="content_so_many_a_day"),
            models.CheckConstraint(condition=Q(photo_count__lte=MOST_PHOTOS), name="content_so_many_photos"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("text"), LONGEST_TEXT), name="content_text_not_longer"
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn") | ~Q(text="") | Q(photo_count__gt=0), name="content_says_something"
            ),
            models.CheckConstraint(
                condition=Q(name_kind__in=["first name", "initials"]) | Q(name_kind="none", shown_name=""),
                name="content_name_as_wished",
            ),
            models.CheckConstraint(
                condition=Q(state="pending", decided_at=None, withdrawn_at=None, reason="")
                | Q(
                    state="published",
                    decided_at__isnull=False,
                    published_at__isnull=False,
                    withdrawn_at=None,
                    reason="",
                )
                | (Q(state="rejected", decided_at__isnull=False, withdrawn_at=None) & ~Q(reason=""))
                | Q(state="withdrawn", withdrawn_at__isnull=False),
                name="content_state_has_its_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | Q(text="", shown_name="", text_hash="", photo_count=0),
                name="content_withdrawn_is_empty",
            ),
            models.CheckConstraint(
                condition=Q(journal=None, points=0) | Q(journal__isnull=False), name="content_points_have_a_journal"
            ),
        ]
        indexes = [
            models.Index(fields=["programme", "state", "-id"], name="content_queue"),
            models.Index(
                fields=["programme", "-published_at", "-id"],
                condition=Q(state="published"),
                name="content_published",
            ),
            models.Index(
                fields=["programme", "product", "-published_at", "-id"],
                condition=Q(state="published"),
                name="content_published_of_product",
            ),
            models.Index(fields=["programme", "text_hash"], condition=~Q(text_hash=""), name="content_same_text"),
        ]


class Photo(models.Model):
    """A photo of a submission, drawn anew from what was sent: what else a file may hold (the place where it was taken,
    a page, a program) never comes in. JPEG in two sizes.

    It lies in the database so that it goes with its submission in one transaction, and into every backup. token: part
    of its public address. digest: of the large one, to find repetitions.
    """

    personal = PersonalData(fields=("ordinal", "width", "height", "full"), owner="submission__member__customer")

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="photos", db_index=False)
    ordinal = models.PositiveSmallIntegerField()
    token = models.CharField(max_length=32)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    full = models.BinaryField()
    small = models.BinaryField()
    digest = models.CharField(max_length=64, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["submission", "ordinal"], name="content_photo_once"),
            models.UniqueConstraint(fields=["token"], name="content_photo_token_once"),
            models.CheckConstraint(
                condition=Q(ordinal__gte=1, ordinal__lte=MOST_PHOTOS), name="content_photo_of_so_many"
            ),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("full"), LARGEST_FULL)
                & LessThanOrEqual(Length("small"), LARGEST_SMALL),
                name="content_photo_not_larger",
            ),
        ]


class Report(models.Model):
    """That somebody finds something wrong with what is published. reason: in their words; nothing of who they are."""

    personal = PersonalData(fields=("reported_at",), owner="submission__member__customer")

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="reports", db_index=False)
    reason = models.CharField(max_length=LONGEST_REASON)
    reported_at = models.DateTimeField()
    is_open = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="content_report_says_why"),
        ]
        indexes = [models.Index(fields=["submission", "-id"], name="content_reports")]
