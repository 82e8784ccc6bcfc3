"""The members' portal: how the shop set it up, who asks for a code, who is signed in."""

from django.db import models
from django.db.models import Q

from treue.act.portal.colours import Palette
from treue.core.customers.models import Customer, Preference
from treue.core.privacy import NOT_PERSONAL, OnErasure, PersonalData
from treue.core.shop.models import Shop

LONGEST_NOTE = 2_000
HEX = "^#[0-9a-f]{6}$"


class Portal(models.Model):
    """How a shop's portal looks and whom it lets in. Without this row there is none.

    takes_strangers: whether somebody of whom the shop knows nothing can join. colour_light, colour_dark: of links and
    buttons on light and on dark ground. colour_card: under the white text of the points. note_*: terms, or what else
    the shop has to say before somebody joins.
    """

    personal = NOT_PERSONAL

    shop = models.OneToOneField(Shop, on_delete=models.CASCADE, primary_key=True, related_name="portal")
    is_on = models.BooleanField(default=False)
    takes_strangers = models.BooleanField(default=True)
    address = models.CharField(max_length=3, choices=Preference.Salutation, default=Preference.Salutation.SIE)
    colour_light = models.CharField(max_length=7, default=Palette.light)
    colour_dark = models.CharField(max_length=7, default=Palette.dark)
    colour_card = models.CharField(max_length=7, default=Palette.card)
    note_de = models.TextField(max_length=LONGEST_NOTE, blank=True)
    note_en = models.TextField(max_length=LONGEST_NOTE, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(address__in=["sie", "du"]), name="portal_address_known"),
            models.CheckConstraint(
                condition=Q(colour_light__regex=HEX, colour_dark__regex=HEX, colour_card__regex=HEX),
                name="portal_colours_are_hex",
            ),
        ]

    @property
    def palette(self) -> Palette:
        return Palette(self.colour_light, self.colour_dark, self.colour_card)

    def note(self, language: str) -> str:
        return (self.note_de or self.note_en) if language == "de" else (self.note_en or self.note_de)


class Request(models.Model):
    """That a browser asked for a code: written alike for every address, whether anybody here has it or not.

    token_hash: of the browser's cookie; the code is good there alone. email: folded. code_hash: keyed; "" until the
    worker found whom the code is for. mail: it goes with this row.
    """

    personal = PersonalData(
        fields=(),
        owner=None,
        on_erasure=OnErasure.KEEP,
        why="The address for which a code was asked, and the mail with it, for two hours at most.",
    )

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, db_index=False)
    token_hash = models.CharField(max_length=64, unique=True)
    email = models.CharField(max_length=254, db_collation="C")
    language = models.CharField(max_length=8)
    asked_at = models.DateTimeField(db_index=True)
    code_hash = models.CharField(max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    mail = models.ForeignKey("jobs.Mail", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(tries__lte=5), name="portal_request_tries_capped")]
        indexes = [models.Index(fields=["shop", "email"], name="portal_request_of_address")]


class Session(models.Model):
    """A browser in which somebody is signed in. customer: none while the shop does not know them; then `email` is the
    address that they confirmed.
    """

    personal = PersonalData(fields=("began_at", "ends_at"), owner="customer")

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, db_index=False)
    token_hash = models.CharField(max_length=64, unique=True)
    customer = models.ForeignKey(Customer, null=True, on_delete=models.CASCADE, related_name="+")
    email = models.CharField(max_length=254, blank=True)
    began_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(customer__isnull=False, email="") | (Q(customer=None) & ~Q(email="")),
                name="portal_session_of_somebody",
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=models.F("began_at")), name="portal_session_ends"),
        ]
