"""Receipts of erasures: what still has to follow them, and how they outlive the restoring of an older backup."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, models, transaction

from treue.core.customers import erasure, persons
from treue.core.customers.erased import anonymous_hash, number_hash
from treue.core.customers.models import Customer, ErasedVisitor, Erasure, Visitor
from treue.core.jobs.models import Job
from treue.core.shop.models import Shop
from treue.core.staff import audit
from treue.core.staff.models import User

PATIENCE = timedelta(hours=1)
MOVING = (Job.State.WAITING, Job.State.RUNNING)

# Numbers of erased customers are never given again: a receipt must not stand for somebody else.
SKIP_ERASED_NUMBERS = """
select setval(pg_get_serial_sequence('customers_customer', 'id'), greatest(
    (select max(id) from customers_customer), (select max(customer_id) from customers_erasure),
    (select last_value from customers_customer_id_seq)))"""


@dataclass(frozen=True)
class Receipt:
    """A receipt outside of any database. anonymous_hashes: of the visits that were the person's."""

    shop_id: int
    number_hash: str
    customer_id: int
    erased_at: datetime
    erased_by_id: int | None
    deleted: dict[str, int]
    anonymous_hashes: tuple[str, ...] = ()


def jobs_of(receipt: Erasure) -> dict[str, Job]:
    """The latest job of each kind that followed the erasure."""
    return jobs_of_all([receipt]).get(receipt.pk, {})


def jobs_of_all(some: Collection[Erasure]) -> dict[int, dict[str, Job]]:
    """The same for several receipts, by their numbers."""
    numbers = [receipt.pk for receipt in some]
    followed = Job.objects.filter(kind__in=erasure.FOLLOWED_BY, arguments__erasure_id__in=numbers)
    found: dict[int, dict[str, Job]] = {}
    for job in followed.select_related("started_by").order_by("pk"):
        found.setdefault(job.arguments["erasure_id"], {})[job.kind] = job
    return found


def unfinished() -> models.QuerySet[Erasure]:
    """Erasures whose files are not all rewritten or deleted yet."""
    return Erasure.objects.filter(models.Q(lake_rewritten_at=None) | ~models.Q(deleted__has_key=Erasure.UPLOADS))


def take_up(*, now: datetime, patience: timedelta = PATIENCE) -> int:
    """Try again what failed or was left over after an erasure; returns how many jobs were queued."""
    queued = 0
    for receipt in unfinished().filter(erased_at__lt=now - patience):
        jobs = jobs_of(receipt)
        if any(job.state in MOVING for job in jobs.values()):
            continue
        erasure.follow_up(receipt, _numbers(receipt, jobs.values()), by=None)
        queued += len(erasure.FOLLOWED_BY)
    return queued


def _numbers(receipt: Erasure, jobs: Iterable[Job]) -> list[int]:
    """All that were the person's: the rows that said so are gone, and only the jobs still know."""
    return sorted({receipt.customer_id}.union(*(job.arguments.get("persons", ()) for job in jobs)))


def known() -> list[Receipt]:
    """All receipts here; none where there is no such table yet."""
    tables = connection.introspection.table_names()
    if Erasure._meta.db_table not in tables:
        return []
    visits: dict[int, list[str]] = {}
    if ErasedVisitor._meta.db_table in tables:  # which a release before did not write
        for erasure_id, digest in ErasedVisitor.objects.order_by("anonymous_hash").values_list(
            "erasure", "anonymous_hash"
        ):
            visits.setdefault(erasure_id, []).append(digest)
    names = ("shop_id", "number_hash", "customer_id", "erased_at", "erased_by_id", "deleted")
    return [
        Receipt(**{name: getattr(each, name) for name in names}, anonymous_hashes=tuple(visits.get(each.pk, ())))
        for each in Erasure.objects.only(*names).order_by("pk")
    ]


def apply_again(receipts: Iterable[Receipt]) -> int:
    """Erase those whom a restored backup has brought back; returns how many there were.

    receipts: those that were known here before. They must come from the same installation (its secret key), where a
    customer's number was never anybody else's.
    """
    there = set(Erasure.objects.values_list("customer_id", flat=True))
    shops = set(Shop.objects.values_list("pk", flat=True))
    missing = [each for each in receipts if each.customer_id not in there and each.shop_id in shops]
    with transaction.atomic():
        visits = _visits(missing)
        erased = sum(
            _apply(receipt, [visits[each] for each in _keys(receipt) if each in visits]) for receipt in missing
        )
        if missing:
            with connection.cursor() as cursor:
                cursor.execute(SKIP_ERASED_NUMBERS)
    return erased


def _keys(receipt: Receipt) -> list[tuple[int, str]]:
    return [(receipt.shop_id, digest) for digest in receipt.anonymous_hashes]


def _visits(receipts: Collection[Receipt]) -> dict[tuple[int, str], int]:
    """The numbers of visitors who are there again, by shop and hash. An anonymous id does not follow from its hash, so
    all of the shops' are gone through."""
    wanted = {key for receipt in receipts for key in _keys(receipt)}
    found = Visitor.objects.filter(shop__in={shop for shop, _ in wanted}).values_list("shop", "anonymous_id", "number")
    known = (((shop, anonymous_hash(shop, each)), number) for shop, each, number in found.iterator())
    return {key: number for key, number in known if key in wanted}


def _apply(receipt: Receipt, visits: Sequence[int]) -> bool:
    """visits: the numbers of visitors who were this person when they were erased, whoever the backup takes them for."""
    customer = Customer.everyone.filter(pk=receipt.customer_id, shop=receipt.shop_id).first()
    is_back = customer is not None and number_hash(receipt.shop_id, customer.number) == receipt.number_hash
    colleague = User.objects.filter(pk=receipt.erased_by_id).first()
    row = Erasure.objects.create(
        shop_id=receipt.shop_id,
        customer_id=receipt.customer_id,
        number_hash=receipt.number_hash,
        erased_by=colleague,
        deleted={name: count for name, count in receipt.deleted.items() if name != Erasure.UPLOADS},
    )
    Erasure.objects.filter(pk=row.pk).update(erased_at=receipt.erased_at)  # which `create` sets to now
    numbers = {receipt.customer_id, *visits}
    hashes = set(receipt.anonymous_hashes)
    if is_back:
        theirs = persons.numbers_to_erase(customer)
        numbers.update(theirs)
        hashes.update(erasure.hashes_of_visits(receipt.shop_id, theirs))
        erasure.delete(customer)
    erasure.delete_visits(visits)
    erasure.keep_out(row, sorted(hashes))
    if is_back or visits:
        audit.record("customer.erased_again", who=None, subject=f"erasure {row.pk}")
    erasure.follow_up(row, sorted(numbers), by=None)
    return is_back or bool(visits)
