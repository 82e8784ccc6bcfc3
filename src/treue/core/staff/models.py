"""People and programs that work with Treue, how they are let in, and what they did."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from treue.core.privacy import NOT_PERSONAL, OnErasure, PersonalData
from treue.core.shop.models import Shop
from treue.core.staff.roles import GRANTED, Permission, Role, Scope


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)

    def active_admins(self) -> models.QuerySet["User"]:
        return self.filter(role=Role.ADMIN, is_active=True)


class User(AbstractBaseUser):
    personal = PersonalData(
        fields=("email", "name", "role", "language", "date_joined", "last_login"),
        owner=None,
        on_erasure=OnErasure.KEEP,
        why="The account of a colleague is switched off, so that the audit trail keeps its names.",
    )

    email = models.EmailField(_("E-mail address"), unique=True)
    name = models.CharField(_("Name"), max_length=120, blank=True)
    role = models.CharField(_("Role"), max_length=12, choices=Role, default=Role.ANALYST)
    language = models.CharField(_("Language"), max_length=5, blank=True)
    is_active = models.BooleanField(default=True)
    session_generation = models.PositiveIntegerField(default=0)
    date_joined = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects = UserManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="staff_user_email_unique"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="staff_user_role_known"),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def may(self, permission: Permission) -> bool:
        return self.is_active and permission in GRANTED[self.role]

    def get_session_auth_hash(self) -> str:
        """What a session must hold to go on: another password or another generation ends it."""
        return salted_hmac("treue.staff.session", f"{self.password}:{self.session_generation}").hexdigest()


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def waiting(self) -> "InvitationQuerySet":
        return self.filter(accepted_at=None)

    def open(self) -> "InvitationQuerySet":
        return self.waiting().filter(expires_at__gt=timezone.now())


class Invitation(models.Model):
    """A mailed link with which a new colleague sets a password. Only the token's hash is stored."""

    personal = PersonalData(
        fields=("email", "role", "created_at", "accepted_at"),
        owner=None,
        on_erasure=OnErasure.KEEP,
        why="It says who let whom in; one that was not accepted can be revoked.",
    )

    email = models.EmailField()
    role = models.CharField(max_length=12, choices=Role)
    language = models.CharField(max_length=5, blank=True)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"), condition=models.Q(accepted_at=None), name="staff_invitation_open_once"
            ),
        ]

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()


class SignInLinkQuerySet(models.QuerySet["SignInLink"]):
    def open(self) -> "SignInLinkQuerySet":
        return self.filter(used_at=None, expires_at__gt=timezone.now())


class SignInLink(models.Model):
    """A link that signs one person in, once. Only its hash is stored."""

    personal = NOT_PERSONAL

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    token_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects = SignInLinkQuerySet.as_manager()


class AuditEntry(models.Model):
    """Who did what, when. Written in the transaction of the deed; never changed."""

    personal = PersonalData(
        fields=("at", "action", "subject"),
        owner=None,
        on_erasure=OnErasure.KEEP,
        why="A trail with holes proves nothing; it names customers by number only.",
    )

    at = models.DateTimeField(auto_now_add=True)
    who = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=120, blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["action", "-id"], name="staff_audit_action")]


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def in_force(self, now: datetime) -> "ApiKeyQuerySet":
        return self.filter(revoked_at=None).exclude(expires_at__lte=now)


class ApiKey(models.Model):
    """With it a program reads or writes through the API. Only the token's hash is stored; lists show `prefix`.

    minute, used: how often it was used in the minute that it was used in last. partner: the number of the partner whose
    program it is, who sees and does what is theirs alone; none for the shop's own programs.
    """

    personal = NOT_PERSONAL

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE)
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=16)
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=10, choices=Scope))
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    minute = models.DateTimeField(null=True)
    used = models.PositiveIntegerField(default=0)
    partner = models.BigIntegerField(null=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "name"], condition=models.Q(revoked_at=None), name="staff_key_name_once"
            ),
            models.CheckConstraint(
                condition=models.Q(scopes__contained_by=Scope.values) & ~models.Q(scopes=[]), name="staff_key_scopes"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_in_force(self) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > timezone.now())
