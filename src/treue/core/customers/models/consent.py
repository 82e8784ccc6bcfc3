"""What people were asked, what they answered, and how they want to be spoken to."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from treue.core.customers.models.customers import Customer
from treue.core.privacy import NOT_PERSONAL, PersonalData
from treue.core.shop.models import Shop

LONGEST_PURPOSE = 60
WEEKDAYS = tuple(range(7))


class Purpose(models.TextChoices):
    """What nearly every shop asks for. A shop's own purposes are named by its texts."""

    MARKETING = "marketing", _("Advertising")
    PROFILING = "profiling", _("Personal evaluation")
    LOYALTY = "loyalty", _("Loyalty programme")
    TRACKING = "tracking", _("Tracking in the shop")
    RESEARCH = "research", _("Surveys")
    PUBLISHING = "publish_content", _("Publishing own content")


class Channel(models.TextChoices):
    """The ways to a person. NONE is for purposes that reach nobody, such as evaluation."""

    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")
    PHONE = "phone", _("Phone")
    POST = "post", _("Letter")
    PUSH = "push", _("Push message")
    WHATSAPP = "whatsapp", _("WhatsApp")
    TELEGRAM = "telegram", _("Telegram")
    SIGNAL = "signal", _("Signal")
    MESSENGER = "messenger", _("Another messenger")
    NONE = "none", _("No channel")


def first_channels_to_confirm() -> list[str]:
    """Courts take an e-mail address that nobody confirmed for anybody's."""
    return [Channel.EMAIL.value]


class ConsentRules(models.Model):
    """Through which channels a consent counts only when the person has confirmed it (double opt-in)."""

    personal = NOT_PERSONAL

    shop = models.OneToOneField(Shop, on_delete=models.CASCADE, primary_key=True, related_name="consent_rules")
    confirmed = ArrayField(models.CharField(max_length=10), default=first_channels_to_confirm, blank=True)


class ConsentText(models.Model):
    """What people are shown when they are asked. Never changed: a new wording is a new version (migration 0002)."""

    personal = NOT_PERSONAL

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="consent_texts")
    purpose = models.CharField(max_length=LONGEST_PURPOSE)
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=5)
    text = models.TextField()
    valid_from = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "purpose", "version", "language"], name="customers_consent_text_once"
            ),
            models.CheckConstraint(condition=~models.Q(text=""), name="customers_consent_text_says_something"),
            models.CheckConstraint(
                condition=~models.Q(purpose="") & ~models.Q(version=""), name="customers_consent_text_is_named"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.version} ({self.language})"


class ConsentRecord(models.Model):
    """One line of the journal: asked, given or withdrawn. Never changed, and deleted with the customer alone, both by
    the database (migration 0002). What holds today follows from the journal (`treue.core.customers.consent`).

    happened_at: when the person said so, recorded_at: when Treue learned of it. text: what they were shown; where it is
    not known, the note says where the proof lies. confirms: the request that this consent answers. proof: as
    `consent.Proof` writes it, and what else a source tells.
    """

    class Kind(models.TextChoices):
        # In the order of the alphabet, by which the database has a withdrawal come after a consent of the same moment.
        GIVEN = "given", _("given")
        REQUESTED = "requested", _("signed up")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Source(models.TextChoices):
        FORM = "form", _("Form")
        SHOP = "shop", _("Shop")
        PHONE = "phone", _("Phone")
        PAPER = "paper", _("Paper")
        STAFF = "staff", _("Colleague")
        IMPORT = "import", _("Import")
        TRACKING = "tracking", _("Tracking")

    personal = PersonalData(
        fields=(
            *("kind", "purpose", "channel", "happened_at", "recorded_at", "source"),
            *("text__version", "text__language", "text__text", "note", "proof"),
        ),
        owner="customer",
    )

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="consents", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    purpose = models.CharField(max_length=LONGEST_PURPOSE)
    channel = models.CharField(max_length=10, choices=Channel)
    text = models.ForeignKey(ConsentText, null=True, on_delete=models.PROTECT, related_name="records")
    note = models.CharField(max_length=500, blank=True)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField(default=timezone.now)
    source = models.CharField(max_length=10, choices=Source)
    proof = models.JSONField(default=dict)
    confirms = models.OneToOneField("self", null=True, on_delete=models.CASCADE, related_name="confirmation")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "purpose", "channel", "happened_at", "kind"], name="customers_consent_once"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["given", "requested", "withdrawn"]), name="customers_consent_kind_known"
            ),
            models.CheckConstraint(
                condition=models.Q(channel__in=Channel.values), name="customers_consent_channel_known"
            ),
            models.CheckConstraint(
                condition=models.Q(source__in=["form", "shop", "phone", "paper", "staff", "import", "tracking"]),
                name="customers_consent_source_known",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="withdrawn") | models.Q(text__isnull=False) | ~models.Q(note=""),
                name="customers_consent_has_proof",
            ),
            models.CheckConstraint(
                condition=models.Q(happened_at__lte=models.F("recorded_at")), name="customers_consent_not_ahead"
            ),
            models.CheckConstraint(
                condition=models.Q(confirms=None) | models.Q(kind="given"), name="customers_consent_confirms_by_giving"
            ),
        ]
        indexes = [
            # The last answer of each customer is read from it without the table, in its order.
            models.Index(
                fields=["purpose", "channel", "customer", "-happened_at", "-kind", "-id"],
                condition=~models.Q(kind="requested"),
                name="customers_consent_last",
            ),
            models.Index(fields=["customer", "-happened_at", "-id"], name="customers_consent_journal"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.purpose} {self.channel}"


class Preference(models.Model):
    """How a customer wants to be spoken to. Nothing said is blank or null.

    most_messages: at most so many per `per`. hour_from, hour_to: local hours, half-open. weekdays: 0 is Monday.
    """

    class Per(models.TextChoices):
        WEEK = "week", _("per week")
        MONTH = "month", _("per month")

    class Salutation(models.TextChoices):
        SIE = "sie", _("formal (Sie)")
        DU = "du", _("informal (du)")

    personal = PersonalData(
        fields=(
            *("channel", "most_messages", "per", "hour_from", "hour_to", "weekdays", "language", "salutation"),
            "updated_at",
        ),
        owner="customer",
    )

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, primary_key=True, related_name="preference")
    channel = models.CharField(max_length=10, choices=Channel, blank=True)
    most_messages = models.PositiveSmallIntegerField(null=True)
    per = models.CharField(max_length=5, choices=Per, default=Per.WEEK)
    hour_from = models.PositiveSmallIntegerField(null=True)
    hour_to = models.PositiveSmallIntegerField(null=True)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    language = models.CharField(max_length=5, blank=True)
    salutation = models.CharField(max_length=3, choices=Salutation, blank=True)
    updated_at = models.DateTimeField()
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(channel__in=["", *Channel.values]), name="customers_preference_channel_known"
            ),
            models.CheckConstraint(
                condition=models.Q(per__in=["week", "month"]), name="customers_preference_per_known"
            ),
            models.CheckConstraint(
                condition=models.Q(salutation__in=["", "sie", "du"]), name="customers_preference_salutation_known"
            ),
            models.CheckConstraint(
                condition=models.Q(hour_from=None, hour_to=None)
                | models.Q(
                    hour_from__isnull=False,
                    hour_to__isnull=False,
                    hour_from__lt=models.F("hour_to"),
                    hour_to__lte=24,
                ),
                name="customers_preference_hours",
            ),
            models.CheckConstraint(
                condition=models.Q(weekdays__contained_by=list(WEEKDAYS)), name="customers_preference_weekdays"
            ),
        ]
