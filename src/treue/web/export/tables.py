"""Which tables an export holds, and which columns. Whoever adds a model decides here; a test asks."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db import models

TAKEN = (
    "shop.Shop",
    "shop.ExchangeRate",
    "shop.NonProduct",
    "shop.AcquisitionCost",
    "customers.Customer",
    "customers.Visitor",
    "customers.Identity",
    "customers.Trait",
    "customers.Merge",
    "customers.ConsentText",
    "customers.ConsentRules",
    "customers.ConsentRecord",
    "customers.Preference",
    "customers.Erasure",
    "customers.ErasedVisitor",
    "commerce.Batch",
    "commerce.Channel",
    "commerce.Product",
    "commerce.Order",
    "commerce.OrderLine",
    "commerce.Refund",
    "commerce.RefundMatch",
    "events.Source",
    "events.Event",
    "events.MovedMonth",
    "events.Withdrawn",
    "events.Parked",
    "tracking.Tally",
    "webhooks.Endpoint",
    "webhooks.Delivery",
    "imports.Import",
    "imports.SetAside",
    "imports.Trace",
    "imports.Replaced",
    "metrics.Snapshot",
    "metrics.Slice",
    "metrics.PeriodCount",
    "metrics.CohortCount",
    "metrics.Note",
    "metrics.Letter",
    "profile.BuyingProfile",
    "value.Fit",
    "value.Score",
    "recommendations.Run",
    "recommendations.Recommendation",
    "value.Worth",
    "segments.Segmentation",
    "segments.Standing",
    "segments.Cell",
    "segments.Move",
    "segments.Worth",
    "loyalty.Programme",
    "loyalty.RuleVersion",
    "loyalty.TierVersion",
    "loyalty.Draft",
    "loyalty.Member",
    "loyalty.Award",
    "loyalty.RewardedDeed",
    "loyalty.Correction",
    "loyalty.TierGrant",
    "loyalty.Budget",
    "loyalty.Account",
    "loyalty.Journal",
    "loyalty.Entry",
    "loyalty.Lot",
    "loyalty.Allocation",
    "loyalty.Spending",
    "loyalty.Seal",
    "loyalty.BookTerms",
    "loyalty.BookMonth",
    "loyalty.BookStanding",
    "vouchers.Campaign",
    "vouchers.Batch",
    "vouchers.Code",
    "vouchers.Redemption",
    "vouchers.RollBack",
    "vouchers.CustomerUse",
    "referrals.Scheme",
    "referrals.Advocate",
    "referrals.Visit",
    "referrals.Touch",
    "referrals.Referral",
    "rewards.Reward",
    "rewards.Claim",
    "rewards.MemberCount",
    "content.ContentTerms",
    "content.Submission",
    "content.Photo",
    "content.Report",
    "gifts.Plan",
    "gifts.Draw",
    "gifts.Gift",
    "offers.Price",
    "offers.Offer",
    "offers.Priced",
    "offers.Redemption",
    "offers.RedeemedLine",
    "partners.Partner",
    "partners.Agreement",
    "partners.Redemption",
    "partners.Leg",
    "partners.Share",
    "partners.Statement",
    "partners.Line",
    "partners.Settled",
    "partners.Dispute",
    "portal.Portal",
    "jobs.Job",
    "jobs.Mail",
    "staff.User",
    "staff.ApiKey",
    "staff.Invitation",
    "staff.AuditEntry",
)
SECRET, QUEUE, DJANGO, TWICE, PASSING = (
    "opens doors",
    "the queue's own; its jobs are in jobs.Job",
    "Django's own",
    "says what another table says",
    "holds for a day at most",
)
LEFT = {
    "staff.SignInLink": SECRET,
    "api.Answer": TWICE,
    "throttling.Tally": PASSING,
    "portal.Request": SECRET,
    "portal.Session": SECRET,
    "sessions.Session": SECRET,
    "account.EmailConfirmation": SECRET,
    "mfa.Authenticator": SECRET,
    "axes.AccessFailureLog": SECRET,
    "axes.AccessAttempt": SECRET,
    "axes.AccessAttemptExpiration": SECRET,
    "axes.AccessLog": SECRET,
    "account.EmailAddress": TWICE,
    "events.Message": TWICE,
    "commerce.Touched": TWICE,
    "loyalty.Due": TWICE,
    "loyalty.BookCursor": TWICE,
    "loyalty.BookDay": TWICE,
    "loyalty.BookCohort": TWICE,
    "loyalty.FunnelCohort": TWICE,
    "profile.NeverOrdered": TWICE,
    "recommendations.Neighbour": TWICE,
    "recommendations.Popular": TWICE,
    "recommendations.Offer": TWICE,
    "auth.Permission": DJANGO,
    "auth.Group": DJANGO,
    "auth.Group_permissions": DJANGO,
    "contenttypes.ContentType": DJANGO,
    "procrastinate.ProcrastinateWorker": QUEUE,
    "procrastinate.ProcrastinateJob": QUEUE,
    "procrastinate.ProcrastinateEvent": QUEUE,
    "procrastinate.ProcrastinatePeriodicDefer": QUEUE,
}
# A mail that has not left holds links that sign in.
SECRET_COLUMNS = {
    "staff.User": {"password", "session_generation"},
    "staff.Invitation": {"token_hash"},
    "staff.ApiKey": {"token_hash"},
    "customers.Erasure": {"number_hash"},
    "customers.ErasedVisitor": {"anonymous_hash"},
    "jobs.Mail": {"text", "html"},
    "events.Source": {"key_hash"},
    "webhooks.Endpoint": {"seed", "former_seed"},
    "vouchers.Code": {"text"},
    "vouchers.Redemption": {"key_hash", "request_hash"},
    "vouchers.RollBack": {"key_hash", "request_hash"},
    "gifts.Gift": {"key_hash", "request_hash"},
    "loyalty.RewardedDeed": {"key_hash"},
    "rewards.Claim": {"key_hash", "request_hash", "cancel_key_hash"},
    "content.Submission": {"text_hash", "key_hash", "request_hash"},
    "offers.Redemption": {"key_hash", "request_hash", "roll_back_key_hash"},
}

TYPES = (
    (models.BooleanField, "boolean"),
    (models.IntegerField, "integer"),
    (models.DecimalField, "number"),
    (models.FloatField, "number"),
    (models.DateTimeField, "datetime"),
    (models.DateField, "date"),
    (models.JSONField, "object"),
    (ArrayField, "array"),
    (models.CharField, "string"),
    (models.TextField, "string"),
    (models.UUIDField, "string"),
    (models.BinaryField, "string"),
)


class UnknownType(Exception):
    """A field of a kind that nobody has said how to export."""


@dataclass(frozen=True)
class Column:
    """type: as a table schema of Frictionless calls it."""

    name: str
    type: str
    field: models.Field

    @property
    def refers_to(self) -> type[models.Model] | None:
        return self.field.related_model


@dataclass(frozen=True)
class Table:
    model: type[models.Model]
    columns: tuple[Column, ...]

    @property
    def name(self) -> str:
        return self.model._meta.db_table


def taken() -> list[Table]:
    return [Table(model, tuple(_columns(model))) for model in map(apps.get_model, TAKEN)]


def _columns(model: type[models.Model]) -> Iterator[Column]:
    secret = SECRET_COLUMNS.get(model._meta.label, set())
    for field in model._meta.concrete_fields:
        derived = isinstance(field, (SearchVectorField, models.GeneratedField, models.CompositePrimaryKey))
        if field.name not in secret and not derived:
            yield Column(field.column, type_of(field), field)


def type_of(field: models.Field) -> str:
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    for kind, name in TYPES:
        if isinstance(field, kind):
            return name
    raise UnknownType(f"{field.model._meta.label}.{field.name}")
