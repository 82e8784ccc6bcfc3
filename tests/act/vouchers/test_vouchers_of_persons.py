"""What is known of a person by their vouchers, and what erasure and export do with it."""

import json
from decimal import Decimal

from tests.act.vouchers.giving import NOW, campaign, code, redeem, roll_back
from tests.core.lake import buying
from treue.act.vouchers import codes
from treue.act.vouchers.models import Campaign, Code, CustomerUse, Redemption, RollBack
from treue.core.customers import erasure, export, merging
from treue.core.customers.models import Customer
from treue.core.shop.models import Shop


def used(shop: Shop, customer: Customer, **terms: object) -> tuple[Code, Redemption]:
    given = code(campaign(shop, most_per_customer=5, budget=Decimal(50), **terms), customer)
    (done,) = redeem(given, customer=customer, key=f"of {customer.pk}")
    roll_back(done, 8, key=f"of {customer.pk}")
    return given, done


def test_a_copy_of_the_data_has_codes_redemptions_and_roll_backs(shop: Shop) -> None:
    anna, ben = buying.customer(shop, "anna"), buying.customer(shop, "ben")
    given, done = used(shop, anna)
    used(shop, ben)
    with export.export(customer=anna, by=None, now=NOW) as file:
        data = json.load(file)["data"]
    (theirs,) = data["vouchers.code"]
    assert (theirs["text"], theirs["state"]) == (given.text, "given")
    (redemption,) = data["vouchers.redemption"]
    assert (redemption["amount"], redemption["rolled_back"]) == ("5.0000", "2.0000")
    assert redemption["order_number"] == done.order_number
    assert [each["amount"] for each in data["vouchers.rollback"]] == ["2.0000"]
    assert [(each["uses"], each["most"]) for each in data["vouchers.customeruse"]] == [(1, 5)]


def test_an_erasure_deletes_it_and_leaves_the_campaigns_sums(shop: Shop) -> None:
    anna, ben = buying.customer(shop, "anna"), buying.customer(shop, "ben")
    used(shop, anna)
    of_ben = used(shop, ben)
    receipt = erasure.erase(customer=anna, by=None)
    labels = ("vouchers.Code", "vouchers.Redemption", "vouchers.RollBack", "vouchers.CustomerUse")
    assert [receipt.deleted[label] for label in labels] == [1, 1, 1, 1]
    left = [table.objects.get() for table in (Code, Redemption, CustomerUse)]
    assert (left[0], left[1], left[2].customer_id) == (*of_ben, ben.pk)
    assert list(Campaign.objects.values_list("redemptions", "spent")) == [(1, 3), (1, 3)]


def test_a_code_that_an_erased_person_used_stays_used(shop: Shop) -> None:
    anna = buying.customer(shop, "anna")
    given = code(campaign(shop))
    redeem(given, customer=anna)
    erasure.erase(customer=anna, by=None)
    given.refresh_from_db()
    assert (given.uses, Redemption.objects.exists()) == (1, False)


def test_the_order_of_an_erased_person_is_named_nowhere(shop: Shop) -> None:
    """The till did not say whose order it was; the shop's orders do."""
    anna = buying.customer(shop, "anna")
    buying.order(anna, number="A-2026-0815")
    (done,) = redeem(code(campaign(shop)), order_number="A-2026-0815")
    erasure.erase(customer=anna, by=None)
    done.refresh_from_db()
    assert "0815" not in done.order_number


def test_whoever_was_merged_and_parted_can_be_erased(shop: Shop) -> None:
    anna, twin = buying.customer(shop, "anna"), buying.customer(shop, "twin")
    theirs = code(campaign(shop), twin)
    merge = merging.merge(kept=anna, absorbed=twin, by=None)
    redeem(theirs, customer=anna)
    merging.undo(merge=merge, by=None)
    erasure.erase(customer=Customer.objects.get(pk=twin.pk), by=None)
    assert not Code.objects.exists()
    assert not Redemption.objects.exists()


def test_a_shop_is_removed_with_its_vouchers(shop: Shop) -> None:
    from treue.core.jobs.work import Silent
    from treue.core.shop import removal

    used(shop, buying.customer(shop, "anna"))
    removal.remove(shop.pk, Silent())
    assert not [table for table in (Campaign, Code, Redemption, RollBack, CustomerUse) if table.objects.exists()]


def test_codes_are_in_no_export_of_everything(shop: Shop, tmp_path) -> None:
    from treue.web.export import writing

    given = code(campaign(shop))
    writing.write(tmp_path / "out", moment=NOW)
    everything = b"".join(path.read_bytes() for path in (tmp_path / "out").iterdir())
    assert b"vouchers_code" in everything
    assert given.text.encode() not in everything
    assert codes.grouped(given.text).encode() not in everything
