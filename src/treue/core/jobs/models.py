"""Work that waits: what a person sees of it. The queue itself is Procrastinate's."""

from django.db import models
from django.utils import timezone

from treue.core.privacy import OnErasure, PersonalData

MOST_ATTEMPTS = 12


class Job(models.Model):
    personal = PersonalData(
        fields=(),
        owner=None,
        on_erasure=OnErasure.KEEP,
        why="Arguments and results name rows by their ids; a failure may quote the file that it was about.",
        quotes=("error_facts",),
    )

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    kind = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    step = models.CharField(max_length=60, blank=True)
    step_started_at = models.DateTimeField(null=True)
    last_sign_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)
    error = models.CharField(max_length=80, blank=True)
    error_facts = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    cancel_requested = models.BooleanField(default=False)
    started_by = models.ForeignKey("staff.User", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    queue_id = models.BigIntegerField(null=True)
    lock = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(done__gte=0), name="jobs_job_done_not_negative"),
        ]
        indexes = [models.Index(fields=["kind", "state", "-id"], name="jobs_job_of_kind")]


class MailQuerySet(models.QuerySet["Mail"]):
    def given_up(self) -> "MailQuerySet":
        return self.filter(sent_at=None, attempts__gte=MOST_ATTEMPTS)

    def due(self) -> "MailQuerySet":
        now_or_never_tried = models.Q(next_try_at=None) | models.Q(next_try_at__lte=timezone.now())
        return self.filter(now_or_never_tried, sent_at=None, attempts__lt=MOST_ATTEMPTS)


class Mail(models.Model):
    """The outbox: a mail is written in the transaction of its cause and leaves after it."""

    personal = PersonalData(
        fields=("to", "subject", "created_at", "sent_at"),
        owner=None,
        on_erasure=OnErasure.KEEP,
        why="Mails to colleagues, whose texts are emptied once they have left; a mail with a code for the portal goes "
        "with the code.",
    )

    created_at = models.DateTimeField(auto_now_add=True)
    to = models.EmailField()
    subject = models.CharField(max_length=250)
    text = models.TextField()
    html = models.TextField(blank=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=250, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    @property
    def is_given_up(self) -> bool:
        return self.sent_at is None and self.attempts >= MOST_ATTEMPTS
