"""Keep the books by day: each journal is added to its day once, and pages read days instead of journals.

A journal that is recorded late is added to the day on which it happened, so the days say at any time what the journals
do. Only what the ledger has sealed is posted: up to there nobody writes any more.
"""

from django.db import connection, transaction

from treue.act.loyalty.books import movements
from treue.act.loyalty.models import BookCohort, BookCursor, BookDay, Programme, Seal

AT_ONCE = 100_000


def _adding(table: str, keys: tuple[str, ...], columns: tuple[str, ...], query: str) -> str:
    named = ", ".join(("day", *keys, *columns))
    added = ", ".join(f"{name} = b.{name} + excluded.{name}" for name in columns)
    return f"""
insert into {table} as b (programme_id, {named}) select %(programme)s, {named} from ({query}) q
on conflict (programme_id, day{"".join(f", {each}" for each in keys)}) do update set {added}"""  # noqa: S608 - our own words


ADD_DAYS = _adding("loyalty_bookday", (), movements.DAY_COLUMNS, movements.DAYS)
ADD_COHORTS = _adding("loyalty_bookcohort", ("issue_month", "issuer"), movements.COHORT_COLUMNS, movements.COHORTS)
END = """
select coalesce(max(id), 0) from (
    select id from loyalty_journal where programme_id = %s and id > %s and id <= %s order by id limit %s) j"""


def post(programme: Programme, *, most: int = AT_ONCE) -> int:
    """Add the next sealed journals to their days, `most` at most. Returns up to which; 0 at the end."""
    with transaction.atomic():
        cursor = held(programme)
        sealed = Seal.objects.filter(programme=programme).order_by("through").values_list("through", flat=True).last()
        until = _run(END, [programme.pk, cursor.through, sealed or 0, most])[0][0]
        if not until:
            return 0
        given = {"programme": programme.pk, "zone": cursor.zone, "since": cursor.through, "until": until}
        for statement in (ADD_DAYS, ADD_COHORTS):
            _run(statement, given)
        BookCursor.objects.filter(pk=cursor.pk).update(through=until)
    return until


def held(programme: Programme) -> BookCursor:
    """The cursor, for this transaction alone. Where the shop went into another zone, everything is posted anew."""
    BookCursor.objects.get_or_create(programme=programme, defaults={"zone": programme.shop.zone})
    cursor = BookCursor.objects.select_for_update().get(programme=programme)
    if cursor.zone != programme.shop.zone:
        for model in (BookDay, BookCohort):
            model.objects.filter(programme=programme).delete()
        cursor.through, cursor.zone = 0, programme.shop.zone
        cursor.save(update_fields=["through", "zone"])
    return cursor


def _run(statement: str, values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []
