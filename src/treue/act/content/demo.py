"""What members of the demo shop wrote and photographed: some of it published, some that waits. The photos are drawn."""

import io
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import numpy as np
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw

from treue.act.content import moderating, reading, submitting, terms
from treue.act.content.errors import ContentError
from treue.act.content.models import Submission
from treue.act.content.submitting import Agreement, Draft
from treue.act.loyalty import reading as loyalty
from treue.act.loyalty.models import Member, Programme
from treue.core.customers.models import ConsentRecord
from treue.core.shop.models import Shop

SEED, SPAN_DAYS, PENDING_DAYS = 20261202, 40, 14
SIDE = 900
# Ground, table, cup and tea.
COLOURS = (
    ("#dfe8e4", "#8a6b4f", "#f6f3ec", "#9c6a2b"),
    ("#e9e2d6", "#5d6f63", "#c9d5e6", "#b98a3d"),
    ("#d8dee9", "#7a5a48", "#3f5f7f", "#8f9c4a"),
    ("#efe6e0", "#4f5d6b", "#e3b7a0", "#6b4a24"),
)
Name = Submission.Name


def write(shop: Shop, *, now: datetime) -> None:
    """Once."""
    programme = loyalty.programme_of(shop)
    if programme is None or Submission.objects.filter(programme=programme).exists():
        return
    with transaction.atomic():
        begin = now - timedelta(days=SPAN_DAYS)
        terms.save(programme=programme, is_open=True, pending_days=PENDING_DAYS, now=begin, by=None)
        authors = _authors(programme, begin)
        for place, (said, photos, fate) in enumerate(_told()):
            at = begin + timedelta(days=1 + place * (SPAN_DAYS - 2) // len(_told()), hours=place)
            if place < len(authors):
                _submit(authors[place], place, said, photos, fate, at)


def _told() -> list[tuple[str, int, str]]:
    """Text, photos, and what became of it: "" for what waits, a reason for what was rejected."""
    published = "published"
    return [
        (_("Smells of hay and tastes of it, too. The third infusion is the best."), 1, published),
        (_("Good everyday tea. For guests I would take the first flush."), 0, published),
        (_("Too smoky for me, but my husband drinks nothing else."), 1, published),
        (_("The tin closes badly. The tea in it is fine."), 2, published),
        (_("Call me, I sell the same tea for less: +49 30 0000000"), 0, _("It advertises another seller.")),
        ("", 1, published),
        (_("Delivered within two days, and there was a sample in the parcel."), 0, published),
        (_("A birthday present that was drunk up within a week."), 1, ""),
        (_("Nice."), 0, ""),
        (_("I brew it at 75 degrees, two minutes. More than that makes it bitter: www.example.org"), 2, ""),
    ]


def _authors(programme: Programme, before: datetime) -> Sequence[Member]:
    rng = np.random.default_rng(SEED)
    rows = Member.objects.filter(programme=programme, left_at=None, joined_at__lt=before)
    found = list(rows.select_related("programme__shop", "customer").order_by("pk"))
    return [found[int(place)] for place in rng.permutation(len(found))[: len(_told())]]


def _submit(author: Member, place: int, said: str, photos: int, fate: str, at: datetime) -> None:
    text = terms.text(author.programme.shop, (get_language() or "en")[:2], at)
    bought = reading.bought_lately(author, 1)
    kinds = (Name.FIRST, Name.INITIALS, Name.NONE) if author.customer.name else (Name.NONE,)
    draft = Draft(
        text=said,
        photos=[_drawn(place + number) for number in range(photos)],
        product=bought[0].code if bought else "",
        name=kinds[place % len(kinds)],
    )
    agreed = Agreement(text, ConsentRecord.Source.FORM)
    with suppress(ContentError):  # of a member who cannot, the next one can
        made = submitting.submit(member=author, draft=draft, agreed=agreed, key=f"demo {place}", now=at)
        later = {"submission": made, "seen": made.revision, "now": at + timedelta(hours=5), "by": None}
        if fate == "published":
            moderating.publish(**later)
        elif fate:
            moderating.reject(**later, reason=fate)


def _drawn(number: int) -> bytes:
    """A cup of tea on a table."""
    ground, table, cup, tea = COLOURS[number % len(COLOURS)]
    image = Image.new("RGB", (SIDE + 300, SIDE), ground)
    pen, left = ImageDraw.Draw(image), 300 + 40 * (number % 5)
    pen.rectangle([0, 620, SIDE + 300, SIDE], fill=table)
    pen.ellipse([left - 90, 640, left + 590, 780], fill=cup)
    pen.arc([left + 420, 380, left + 600, 580], -90, 110, fill=cup, width=34)
    pen.pieslice([left, 60, left + 500, 720], 0, 180, fill=cup)
    pen.ellipse([left, 350, left + 500, 430], fill=cup)
    pen.ellipse([left + 18, 358, left + 482, 422], fill=tea)
    for steam in range(3):
        x = left + 150 + 90 * steam
        pen.arc([x, 150 + 20 * steam, x + 60, 330], 90, 270, fill="white", width=9)
    out = io.BytesIO()
    image.save(out, "JPEG", quality=90)
    return out.getvalue()
