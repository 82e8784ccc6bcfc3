"""Erasures in words that a manager understands: what is deleted, what stays, how far it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.apps import apps
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from treue.core.customers.models import Erasure
from treue.core.customers.receipts import MOVING
from treue.core.jobs.models import Job
from treue.core.shop import clock
from treue.design import formats
from treue.design.tables import Cell, Column, Table
from treue.listen.imports.uploads import DAYS_KEPT
from treue.understand.metrics.models import Snapshot
from treue.understand.metrics.scope.basis import active_language

# By table, in the order in which they are shown: what a row is, and what stands in it.
TABLES = {
    "customers.Customer": (
        gettext_lazy("Personal record"),
        gettext_lazy("number, name, e-mail, phone, city, country"),
    ),
    "customers.Identity": (
        gettext_lazy("Identities"),
        gettext_lazy("e-mail addresses, telephone and card numbers, browsers"),
    ),
    "customers.Trait": (gettext_lazy("Statements"), gettext_lazy("what the shop's website or tills said of them")),
    "customers.Visitor": (gettext_lazy("Visits"), gettext_lazy("browsers in which they were recognised")),
    "customers.Merge": (gettext_lazy("Merged records"), gettext_lazy("which records were made one, and when")),
    "commerce.Touched": (
        gettext_lazy("Marks of a change"),
        gettext_lazy("that the figures are to be computed anew because of them"),
    ),
    "customers.ConsentRecord": (
        gettext_lazy("Consents"),
        gettext_lazy("what was agreed to and withdrawn, when, and the proof"),
    ),
    "customers.Preference": (
        gettext_lazy("Preferences"),
        gettext_lazy("by which channel, how often and when they want to be written to"),
    ),
    "commerce.Order": (gettext_lazy("Orders"), gettext_lazy("number, moment, channel, amount")),
    "commerce.OrderLine": (gettext_lazy("Order lines"), gettext_lazy("what was bought, when, for how much")),
    "commerce.Refund": (gettext_lazy("Refunds"), gettext_lazy("what came back, when, and why")),
    "commerce.RefundMatch": (gettext_lazy("Refund matches"), gettext_lazy("which refund belongs to which order")),
    "events.Event": (gettext_lazy("Events"), gettext_lazy("what happened, when, and how it was told")),
    "events.Parked": (gettext_lazy("Waiting events"), gettext_lazy("which event waits for which reaction")),
    "webhooks.Delivery": (
        gettext_lazy("Deliveries to webhooks"),
        gettext_lazy("which event was sent to another program, and when"),
    ),
    "vouchers.Code": (gettext_lazy("Vouchers"), gettext_lazy("codes that were theirs")),
    "vouchers.Redemption": (
        gettext_lazy("Redeemed vouchers"),
        gettext_lazy("which voucher, when, for which order, what it took off"),
    ),
    "vouchers.RollBack": (
        gettext_lazy("Vouchers taken back"),
        gettext_lazy("what came back of an order with a voucher, and when"),
    ),
    "vouchers.CustomerUse": (
        gettext_lazy("Uses of vouchers"),
        gettext_lazy("how often they redeemed one of a campaign"),
    ),
    "rewards.Claim": (gettext_lazy("Rewards"), gettext_lazy("which reward, when, for how many points")),
    "rewards.MemberCount": (gettext_lazy("Counts of rewards"), gettext_lazy("how often they had one of them")),
    "content.Submission": (
        gettext_lazy("Texts and photos of theirs"),
        gettext_lazy("what they wrote about what, under which name, and what became of it"),
    ),
    "content.Photo": (gettext_lazy("Photos of theirs"), gettext_lazy("the pictures, in two sizes")),
    "content.Report": (
        gettext_lazy("Reports of their texts and photos"),
        gettext_lazy("when somebody found something wrong with one, and why"),
    ),
    "gifts.Gift": (gettext_lazy("Gifts"), gettext_lazy("what they got, for which day, and when")),
    "offers.Redemption": (
        gettext_lazy("Orders with member offers"),
        gettext_lazy("which order had them, when, what it paid and saved"),
    ),
    "offers.RedeemedLine": (
        gettext_lazy("Products with member offers"),
        gettext_lazy("which product, how many pieces, at which prices"),
    ),
    "loyalty.Member": (
        gettext_lazy("Membership of the programme"),
        gettext_lazy("number of the card, when they joined; their points lapse"),
    ),
    "loyalty.Award": (
        gettext_lazy("Points for orders"),
        gettext_lazy("which order earned how many, by which rules"),
    ),
    "loyalty.RewardedDeed": (
        gettext_lazy("Points for deeds"),
        gettext_lazy("what they did, such as a review, when, and how many points it earned"),
    ),
    "loyalty.Correction": (
        gettext_lazy("Corrections by hand"),
        gettext_lazy("how many points colleagues gave or took, why, and when"),
    ),
    "loyalty.TierGrant": (
        gettext_lazy("Tiers by hand"),
        gettext_lazy("which tier colleagues gave, why, and until when"),
    ),
    "loyalty.Due": (
        gettext_lazy("Marks of a change"),
        gettext_lazy("that their points are to be reckoned anew"),
    ),
    "referrals.Advocate": (gettext_lazy("Link for friends"), gettext_lazy("the code of their own, and since when")),
    "referrals.Visit": (gettext_lazy("Visits by their link"), gettext_lazy("how often it was opened, by day")),
    "referrals.Touch": (
        gettext_lazy("Codes brought along"),
        gettext_lazy("that they opened somebody's link, and when"),
    ),
    "referrals.Referral": (
        gettext_lazy("Referrals"),
        gettext_lazy("that they came by somebody, when, and what they got for it"),
    ),
    "portal.Session": (
        gettext_lazy("Sign-ins to the portal"),
        gettext_lazy("when they signed in to the members' portal"),
    ),
    "profile.BuyingProfile": (
        gettext_lazy("Profile"),
        gettext_lazy("first and last order, number of orders, revenue"),
    ),
    "value.Score": (
        gettext_lazy("Forecasts"),
        gettext_lazy("whether they stay, what they will buy and when, and what that is worth"),
    ),
    "segments.Standing": (
        gettext_lazy("Group and rhythm"),
        gettext_lazy("in which group of customers they are, and how often they usually buy"),
    ),
    "recommendations.Recommendation": (
        gettext_lazy("Recommendations"),
        gettext_lazy("what they may want next, and because of what"),
    ),
    "profile.NeverOrdered": (gettext_lazy("No orders yet"), gettext_lazy("the mark that no order counts so far")),
    "imports.Replaced": (gettext_lazy("Former versions"), gettext_lazy("kept in order to undo an import")),
    Erasure.UPLOADS: (gettext_lazy("Uploaded files"), gettext_lazy("those in which the customer's number stood")),
}


@dataclass(frozen=True)
class Course:
    """How far the work in files is after an erasure. word, badge: ready to print."""

    word: str
    badge: str
    moves: bool
    failed: bool


def course(receipt: Erasure, jobs: Mapping[str, Job]) -> Course:
    if receipt.lake_rewritten_at and Erasure.UPLOADS in receipt.deleted:
        return Course(_("complete"), "good", moves=False, failed=False)
    if any(job.state == Job.State.FAILED for job in jobs.values()):
        return Course(_("failed"), "bad", moves=False, failed=True)
    moves = any(job.state in MOVING for job in jobs.values())
    return Course(_("under way"), "info", moves=moves, failed=False)


def deleted(counts: Mapping[str, int], *, label: str) -> Table:
    """Rows by table, those that are worded first."""
    known = [name for name in TABLES if name in counts]
    others = [name for name in counts if name not in TABLES]
    rows = [_row(name, counts[name]) for name in (*known, *others) if counts[name]]
    return Table(label, [Column(_("What"), full=True), Column(_("How many"), numeric=True)], rows)


def _row(name: str, count: int) -> list[str | Cell]:
    title, holds = TABLES[name] if name in TABLES else (apps.get_model(name)._meta.verbose_name_plural, "")
    return [Cell(str(title), sub=str(holds)), formats.number(count, active_language())]


def stays() -> list[tuple[str, str]]:
    """What is not deleted, each with the reason and until when."""
    return [
        (
            _("Figures"),
            _("Sums that name nobody. They are computed anew without this person's orders within minutes."),
        ),
        (
            _("Receipt"),
            _(
                "When, by whom and how much was deleted, and a fingerprint of the customer's number that nobody can "
                "read. By it an old file that is imported again is kept from bringing the person back."
            ),
        ),
        (_("Audit log"), _("That somebody was erased, without saying who.")),
        (
            _("Uploaded files"),
            _(
                "Files in which the customer's number stands are deleted, too. All others are deleted %(days)s days "
                "after their upload."
            )
            % {"days": formats.number(DAYS_KEPT, active_language())},
        ),
        (
            _("Backups"),
            _(
                "Backups that were written before still hold the person until you delete them. If one is restored into "
                "this installation, the erasure is repeated."
            ),
        ),
        (
            _("Elsewhere"),
            _(
                "Your shop system, mail tool, accounts and whoever webhooks go to know the person still. Treue does "
                "not reach them."
            ),
        ),
    ]


def listed(receipts: list[Erasure], jobs: Mapping[int, Mapping[str, Job]]) -> Table:
    zone, language = clock.zone(), active_language()
    columns = [
        Column(_("Receipt")),
        Column(_("Files"), corner=True),
        Column(_("Erased")),
        Column(_("Erased by")),
        Column(_("Orders"), numeric=True),
    ]
    rows = []
    for receipt in receipts:
        now = course(receipt, jobs.get(receipt.pk, {}))
        rows.append(
            [
                Cell(title(receipt), url=reverse("erasure", args=[receipt.pk])),
                Cell(now.word, badge=now.badge),
                clock.printed(receipt.erased_at, zone),
                eraser(receipt),
                formats.number(receipt.deleted.get("commerce.Order", 0), language),
            ]
        )
    return Table(_("Receipts of erased customers"), columns, rows, caption=_("Newest first."), stack=True)


def title(receipt: Erasure) -> str:
    return _("Receipt %(number)s") % {"number": receipt.pk}


def eraser(receipt: Erasure) -> str:
    return str(receipt.erased_by) if receipt.erased_by else _("Portal, command line or API")


def figures_computed_at(receipt: Erasure) -> datetime | None:
    """When the figures were computed without the person; None while they still hold them."""
    if receipt.lake_rewritten_at is None:
        return None
    since = Snapshot.objects.filter(shop=receipt.shop_id, is_current=True, computed_at__gt=receipt.lake_rewritten_at)
    return since.values_list("computed_at", flat=True).first()


def steps(receipt: Erasure, figures: datetime | None) -> list[tuple[str, str]]:
    """Where the person is gone, and since when."""
    zone, language = clock.zone(), active_language()
    lake, uploads = receipt.lake_rewritten_at, receipt.deleted.get(Erasure.UPLOADS)
    looked_through = _("looked through, %(count)s deleted") % {"count": formats.number(uploads, language)}
    return [
        (_("Database"), clock.printed(receipt.erased_at, zone)),
        (_("Files of the analysis"), clock.printed(lake, zone) if lake else _("not rewritten yet")),
        (_("Figures"), clock.printed(figures, zone) if figures else _("not computed anew yet")),
        (_("Uploaded files"), looked_through if uploads is not None else _("not looked through yet")),
    ]
