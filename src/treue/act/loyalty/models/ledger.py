"""The ledger of points.

Its tables are written by its functions in the database alone (`sql/`), and journals, entries and allocations are never
changed: triggers see to both. They name a member by an opaque number that stays when the person is erased.
"""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from treue.act.loyalty.models.programme import Member, Programme
from treue.core.privacy import NOT_PERSONAL, OnErasure, PersonalData

LOOSE = {"db_constraint": False, "on_delete": models.DO_NOTHING}
BOOKS = "The books of the programme; without the member's row the number in them stands for nobody."


def kept(*fields: str, owner: str = "member__customer") -> PersonalData:
    return PersonalData(fields=fields, owner=owner, on_erasure=OnErasure.KEEP, why=BOOKS)


class Wallet(models.IntegerChoices):
    """What a member has accounts for; from 10 on, the programme's side of an entry, which has no balance to keep."""

    POINTS = 1, _("Points")
    PENDING = 2, _("Pending points")
    HELD = 3, _("Held points")
    QUALIFYING = 4, _("Qualifying points")
    ISSUED = 11, pgettext_lazy("of points", "Issued")
    REDEEMED = 12, pgettext_lazy("of points", "Redeemed")
    EXPIRED = 13, pgettext_lazy("of points", "Expired")
    ADJUSTED = 14, pgettext_lazy("of points", "Adjusted")
    QUALIFIED = 15, pgettext_lazy("of points", "Qualified")


class Account(models.Model):
    """A member's balance in one wallet, and the end of its chain of hashes.

    overdraft: how far below zero refunds have taken the points; nothing else may. in_lots: what is left in the member's
    lots of this wallet, counted where these are written. entries: how many the chain has.
    """

    personal = kept("wallet", "balance")

    pk = models.CompositePrimaryKey("member_id", "wallet")
    member = models.ForeignKey(Member, **LOOSE, db_index=False, related_name="accounts")
    wallet = models.SmallIntegerField(choices=Wallet)
    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    balance = models.BigIntegerField(db_default=0)
    overdraft = models.BigIntegerField(db_default=0)
    in_lots = models.BigIntegerField(db_default=0)
    entries = models.IntegerField(db_default=0)
    head = models.BinaryField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(balance__gte=-models.F("overdraft")), name="loyalty_account_not_below_overdraft"
            ),
            models.CheckConstraint(
                condition=models.Q(overdraft=0) | models.Q(overdraft__gt=0, wallet=Wallet.POINTS),
                name="loyalty_account_overdraft_of_points",
            ),
            models.CheckConstraint(
                condition=models.Q(wallet__range=(Wallet.POINTS, Wallet.QUALIFYING)), name="loyalty_account_of_a_member"
            ),
        ]


class Kind(models.IntegerChoices):
    """What a journal does."""

    EARN = 1, pgettext_lazy("of a journal", "Earned")
    ACTIVATE = 2, pgettext_lazy("of a journal", "Became active")
    BURN = 3, pgettext_lazy("of a journal", "Redeemed")
    HOLD = 4, pgettext_lazy("of a journal", "Held")
    CAPTURE = 5, pgettext_lazy("of a journal", "Redeemed from held points")
    RELEASE = 6, pgettext_lazy("of a journal", "Released")
    TAKE_BACK = 7, pgettext_lazy("of a journal", "Taken back")
    GIVE_BACK = 8, pgettext_lazy("of a journal", "Given back")
    EXPIRE = 9, pgettext_lazy("of a journal", "Expired")
    ADJUST = 10, pgettext_lazy("of a journal", "Adjusted")
    TRANSFER = 11, pgettext_lazy("of a journal", "Transferred")


class Journal(models.Model):
    """One thing that happened to points; its entries sum to zero.

    key, request: the idempotency key and what was asked with it, as the first half of their SHA-256. original: the
    journal that this one takes back, releases or makes active. reason: a short code, never words about a person.
    order_id: Treue's opaque number of an order.
    """

    personal = kept("kind", "happened_at", "reason")

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE, db_constraint=False, db_index=False)
    member = models.ForeignKey(Member, **LOOSE, related_name="journals", db_index=False)
    kind = models.SmallIntegerField(choices=Kind)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=models.functions.Now())
    original = models.ForeignKey("self", null=True, **LOOSE, related_name="followers", db_index=False)
    key = models.UUIDField()
    request = models.UUIDField()
    reason = models.CharField(max_length=40)
    order_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="loyalty_journal_key_once")]
        indexes = [
            models.Index(
                fields=["original"], condition=models.Q(original__isnull=False), name="loyalty_journal_original"
            )
        ]


class Entry(models.Model):
    """One side of a journal. A member's has the balance after it and the hash that links it to the one before; on the
    programme's side the member's number is 0.
    """

    personal = kept("wallet", "amount", "balance")

    pk = models.CompositePrimaryKey("journal_id", "wallet", "member_id")
    journal = models.ForeignKey(Journal, **LOOSE, db_index=False, related_name="lines")
    wallet = models.SmallIntegerField(choices=Wallet)
    member = models.ForeignKey(Member, **LOOSE, db_index=False)
    amount = models.BigIntegerField()
    balance = models.BigIntegerField(null=True)
    hash = models.BinaryField(null=True)

    class Meta:
        verbose_name_plural = "entries"
        constraints = [
            models.UniqueConstraint(
                fields=["member", "wallet", "journal"],
                condition=models.Q(member__gt=0),
                name="loyalty_entry_of_an_account",
            ),
            models.CheckConstraint(condition=~models.Q(amount=0), name="loyalty_entry_moves_something"),
            models.CheckConstraint(
                condition=models.Q(wallet__lt=10, member__gt=0, balance__isnull=False, hash__isnull=False)
                | models.Q(wallet__gt=10, member=0, balance=None, hash=None),
                name="loyalty_entry_of_a_member_or_the_programme",
            ),
        ]


class Lot(models.Model):
    """Points that came together and go together: first to expire, first out.

    granted: with how many it began. remaining: what can still be spent of it, or, while it is pending, become active.
    taken_back: by refunds, `forgone` being what these could not get; both count against what a refund may still ask.
    forgone_from: what was spent in journals before this number was missing when a refund fell short of this lot first.
    issuer: the partner who gave them; none for the shop itself. by_activity: whether what the member does puts the
    expiry off. origin: of points that came from another membership, the lot as which they were issued.
    """

    class State(models.IntegerChoices):
        PENDING = 1, pgettext_lazy("of points", "Pending")
        ACTIVE = 2, pgettext_lazy("of points", "Active")

    personal = kept("granted", "remaining", "qualifying", "available_from", "expires_at", owner="member__customer")

    journal = models.ForeignKey(Journal, **LOOSE, related_name="lots")
    member = models.ForeignKey(Member, **LOOSE, db_index=False)
    issuer = models.BigIntegerField(null=True)
    origin = models.ForeignKey("self", null=True, **LOOSE, related_name="moved", db_index=False)
    state = models.SmallIntegerField(choices=State)
    granted = models.BigIntegerField()
    remaining = models.BigIntegerField()
    expired = models.BigIntegerField(db_default=0)
    taken_back = models.BigIntegerField(db_default=0)
    forgone = models.BigIntegerField(db_default=0)
    forgone_from = models.BigIntegerField(db_default=0)
    qualifying = models.BigIntegerField(db_default=0)
    qualifying_taken_back = models.BigIntegerField(db_default=0)
    available_from = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    by_activity = models.BooleanField(db_default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(remaining__gte=0, expired__gte=0, taken_back__gte=0, forgone__gte=0)
                & models.Q(granted__gte=models.F("remaining") + models.F("expired"))
                & models.Q(granted__gte=models.F("taken_back") + models.F("forgone")),
                name="loyalty_lot_gives_no_more_than_it_got",
            ),
            models.CheckConstraint(
                condition=models.Q(qualifying_taken_back__gte=0, qualifying__gte=models.F("qualifying_taken_back")),
                name="loyalty_lot_qualifies_no_more_than_it_got",
            ),
        ]
        indexes = [
            models.Index(fields=["member"], condition=models.Q(remaining__gt=0), name="loyalty_lot_open"),
            models.Index(fields=["member"], condition=models.Q(forgone__gt=0), name="loyalty_lot_forgone"),
            models.Index(
                fields=["available_from", "id"],
                condition=models.Q(state=1, remaining__gt=0),
                name="loyalty_lot_pending",
            ),
            models.Index(
                fields=["expires_at", "id"], condition=models.Q(state=2, remaining__gt=0), name="loyalty_lot_expiring"
            ),
        ]


class Allocation(models.Model):
    """What a journal did to a lot that was there already."""

    personal = kept("amount", owner="lot__member__customer")

    pk = models.CompositePrimaryKey("journal_id", "lot_id")
    journal = models.ForeignKey(Journal, **LOOSE, db_index=False, related_name="allocations")
    lot = models.ForeignKey(Lot, **LOOSE, related_name="allocations")
    amount = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~models.Q(amount=0), name="loyalty_allocation_moves_something")]


class Spending(models.Model):
    """Points that were redeemed or are held, and how many of them came back. A hold ends once: captured or released."""

    class State(models.IntegerChoices):
        HELD = 1, pgettext_lazy("of points", "Held")
        SPENT = 2, pgettext_lazy("of points", "Spent")
        RELEASED = 3, pgettext_lazy("of points", "Released")

    personal = kept("amount", "given_back", "state", "held_until")

    journal = models.OneToOneField(Journal, **LOOSE, primary_key=True)
    member = models.ForeignKey(Member, **LOOSE, db_index=False)
    amount = models.BigIntegerField()
    given_back = models.BigIntegerField(db_default=0)
    state = models.SmallIntegerField(choices=State)
    held_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gt=0, given_back__gte=0, amount__gte=models.F("given_back")),
                name="loyalty_spending_gives_back_no_more_than_it_took",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=1) | models.Q(held_until__isnull=False), name="loyalty_spending_is_held_until"
            ),
        ]
        indexes = [
            models.Index(fields=["held_until"], condition=models.Q(state=1), name="loyalty_spending_held"),
            models.Index(fields=["member"], condition=models.Q(state=1), name="loyalty_spending_held_by"),
        ]


class Seal(models.Model):
    """That the chains stood as they do: the root over the ends of all that grew since the seal before it.

    through: the last journal that it covers. accounts: how many chains. root: of these and the root before.
    """

    personal = NOT_PERSONAL

    programme = models.ForeignKey(Programme, on_delete=models.CASCADE)
    through = models.BigIntegerField()
    accounts = models.IntegerField()
    root = models.BinaryField()
    sealed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "through"], name="loyalty_seal_once")]
