"""Everything in open formats."""

import csv
import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from django.apps import apps
from pyarrow import csv as arrow_csv

from tests.core.lake import old_months
from tests.core.lake.old_months import IN_MARCH
from treue.core import direct
from treue.core.commerce.models import Batch, Order, OrderLine
from treue.core.customers.models import Customer
from treue.core.events import reading
from treue.core.events.log import Happening, record
from treue.core.jobs.models import Mail
from treue.core.shop.models import Shop
from treue.core.staff.models import Invitation, User
from treue.web.export import tables, writing

MOMENT = datetime(2026, 3, 1, 10, 0, 0, 120, tzinfo=UTC)


@pytest.fixture
def shop(transactional_db: None, installation: Path) -> Shop:
    shop = Shop.objects.create(name='Tea "House",\nBremen')
    customer = Customer.objects.create(shop=shop, number="K1", name="Ada Lovelace")
    order = Order.objects.create(
        shop=shop,
        number="B1",
        customer=customer,
        ordered_at=MOMENT,
        amount=Decimal("10.5000"),
        units=2,
        batch=Batch.objects.create(shop=shop, source="test"),
    )
    OrderLine.objects.create(order=order, ordinal=1, bought_at=MOMENT, quantity=2, amount=Decimal("10.5"))
    record(shop, [Happening("m1", "Order Completed", customer.pk, "shop", MOMENT, {"order": "B1", "note": "ä,\n"})])
    return shop


def read(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def package(folder: Path) -> dict[str, dict]:
    return {each["name"]: each for each in json.loads((folder / "datapackage.json").read_text())["resources"]}


def test_every_model_is_taken_or_left_for_a_reason() -> None:
    there = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    assert there == set(tables.TAKEN) | tables.LEFT.keys()
    assert not set(tables.TAKEN) & tables.LEFT.keys()


def test_every_column_of_what_is_taken_has_a_type() -> None:
    for table in tables.taken():
        assert table.columns, table.name


def test_every_column_that_is_left_out_as_a_secret_is_there() -> None:
    for label, names in tables.SECRET_COLUMNS.items():
        assert names <= {field.name for field in apps.get_model(label)._meta.fields}


def test_each_table_is_a_file_that_its_description_fits(shop: Shop, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    total = writing.write(folder, moment=MOMENT)
    described = package(folder)
    assert {path.name for path in folder.iterdir()} == {
        *(f"{name}.csv" for name in described),
        "datapackage.json",
        "README.md",
    }
    for name, each in described.items():
        rows = read(folder, name)
        content = (folder / each["path"]).read_bytes()
        assert (len(rows), len(content)) == (each["rows"], each["bytes"])
        assert f"sha256:{hashlib.sha256(content).hexdigest()}" == each["hash"]
        header = content.split(b"\n", 1)[0].decode().replace('"', "").split(",")
        assert header == [field["name"] for field in each["schema"]["fields"]]
        assert each["schema"]["primaryKey"]
        assert {key["reference"]["resource"] for key in each["schema"]["foreignKeys"]} <= described.keys()
    assert total == sum(each["rows"] for each in described.values())


def test_values_come_back_as_they_were(shop: Shop, tmp_path: Path) -> None:
    writing.write(tmp_path / "out", moment=MOMENT)
    (order,) = read(tmp_path / "out", "commerce_order")
    assert order["ordered_at"] == "2026-03-01T10:00:00.000120Z"
    assert order["amount"] == "10.5000"
    assert read(tmp_path / "out", "shop_shop")[0]["name"] == shop.name
    (event,) = read(tmp_path / "out", "events_event")
    assert json.loads(event["facts"]) == {"order": "B1", "note": "ä,\n"}
    (line,) = read(tmp_path / "out", "commerce_orderline")
    assert (line["order_id"], line["product_id"]) == (order["id"], "")


def test_events_of_months_that_left_the_log_stand_behind_the_others(shop: Shop, tmp_path: Path) -> None:
    customer = Customer.objects.get().pk
    facts = {"order": 'B"2', "note": "stays behind"}
    with old_months.there():
        old = [Happening("m0", "Order Completed", customer, "shop", IN_MARCH, facts, is_history=True)]
        old_months.happen(shop, [*old, Happening("m-1", "Page Viewed", None, "", IN_MARCH)])
        before = writing.write(tmp_path / "before", moment=MOMENT)
        old_months.move()
        after = writing.write(tmp_path / "after", moment=MOMENT)
    assert after == before + 1, "the row that says which month has moved"
    was, rows = ({row["seq"]: row for row in read(tmp_path / name, "events_event")} for name in ("before", "after"))
    assert len(rows) == package(tmp_path / "after")["events_event"]["rows"] == 3
    first, *moved = rows.values()
    assert first == was[first["seq"]]
    told = [row | {"message_id": "", "facts": json.loads(row["facts"])} for row in was.values() if row != first]
    told[0]["facts"].pop("note", None)
    assert [row | {"facts": json.loads(row["facts"])} for row in moved] == sorted(
        told, key=lambda row: not row["person"]
    )
    line = (tmp_path / "after" / "events_event.csv").read_text().splitlines()[-1]
    assert ',,"Page Viewed",,"",' in line, "what is not known has no quotes, an empty text has"


def test_another_program_reads_the_types_as_described(shop: Shop, tmp_path: Path) -> None:
    writing.write(tmp_path / "out", moment=MOMENT)
    found = arrow_csv.read_csv(tmp_path / "out" / "commerce_order.csv").schema
    assert str(found.field("id").type) == "int64"
    assert str(found.field("amount").type) == "double"
    assert str(found.field("ordered_at").type).startswith("timestamp")


def test_what_says_something_about_a_person_is_marked(shop: Shop, tmp_path: Path) -> None:
    writing.write(tmp_path / "out", moment=MOMENT)
    fields = package(tmp_path / "out")["customers_customer"]["schema"]["fields"]
    marked = {field["name"] for field in fields if field.get("personal")}
    assert {"name", "email", "number"} <= marked
    assert "shop_id" not in marked


def test_nothing_in_it_opens_a_door(shop: Shop, tmp_path: Path) -> None:
    User.objects.create_user("ada@example.org", password="a blue flower by the brook")
    Invitation.objects.create(email="bo@example.org", role="admin", token_hash="f" * 64, expires_at=MOMENT)
    Mail.objects.create(to="bo@example.org", subject="Welcome", text="http://127.0.0.1/welcome/once-only/")
    writing.write(tmp_path / "out", moment=MOMENT)
    everything = b"".join(path.read_bytes() for path in (tmp_path / "out").iterdir())
    assert b"ada@example.org" in everything
    for secret in (b"argon2", b"f" * 64, b"once-only"):
        assert secret not in everything


def test_all_files_show_one_moment(shop: Shop, tmp_path: Path) -> None:
    """An order that comes in meanwhile is in none of them."""

    def come_in(table: str) -> None:
        if table == "commerce_order":
            with psycopg.connect(direct.conninfo()) as other:
                other.execute("update shop_shop set name = 'later'")
                other.execute("update customers_customer set name = 'later'")
                other.execute("update commerce_order set country = 'later'")
                other.execute("update commerce_orderline set unit_price = 1")

    writing.write(tmp_path / "out", moment=MOMENT, tell=come_in)
    assert Customer.objects.get().name == "later"
    assert read(tmp_path / "out", "commerce_order")[0]["country"] == ""
    assert read(tmp_path / "out", "commerce_orderline")[0]["unit_price"] == ""


def test_who_writes_meanwhile_does_not_wait_and_is_reacted_to(shop: Shop, tmp_path: Path) -> None:
    """An export holds no reaction back, as a transaction that writes would."""
    seen = []

    def happen(table: str) -> None:
        if table == "commerce_order":
            record(shop, [Happening("m2", "Order Completed", 1, "shop", MOMENT)])
            seen.extend(each.event.message_id for each in reading.following(1, reading.Position("0", 0), 10))

    writing.write(tmp_path / "out", moment=MOMENT, tell=happen)
    assert "m2" in seen


def test_the_folder_and_its_files_are_closed_to_others(shop: Shop, tmp_path: Path) -> None:
    writing.write(tmp_path / "out", moment=MOMENT)
    for path in [tmp_path / "out", *(tmp_path / "out").iterdir()]:
        assert path.stat().st_mode & 0o077 == 0


def test_an_export_that_fails_leaves_nothing(shop: Shop, tmp_path: Path) -> None:
    def fail(table: str) -> None:
        if table == "commerce_orderline":
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        writing.write(tmp_path / "out", moment=MOMENT, tell=fail)
    assert [path.name for path in tmp_path.iterdir() if path.name != "home"] == []
