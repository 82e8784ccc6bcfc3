"""The demo shop goes with one button: from every table and from the lake, and nothing else goes with it."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from treue.core.jobs import work
from treue.core.jobs.models import Job
from treue.core.lake import manifest
from treue.core.shop.models import AcquisitionCost, Shop
from treue.core.staff.models import AuditEntry, User

if TYPE_CHECKING:
    from django.db.models import Model

pytestmark = pytest.mark.django_db(transaction=True)
FILE = "order,customer,time,product,quantity,price,channel\n1,a,2025-01-05,P,2,10,Shop\n2,a,2025-02-05,P,1,10,Shop\n"
# What is no shop's own: people, their trail, the work itself, what Django keeps.
OF_THE_INSTALLATION = {"staff", "jobs", "sessions", "contenttypes", "account", "mfa", "procrastinate", "auth", "sites"}


@pytest.fixture
def demo(installation: Path, tmp_path: Path) -> Shop:
    from treue.listen.imports.demo import bring_in
    from treue.understand.metrics import notes
    from treue.understand.metrics.counts.refresh import refresh

    shop = Shop.objects.create(name="Demo", is_demo=True)
    path = tmp_path / "orders.csv"
    path.write_text(FILE + "3,,2025-02-06,P,1,10,Shop\n4,b,2025-02-07,P,1,10,Shop\n-4,b,2025-02-08,P,-1,10,Shop\n")
    bring_in(shop, "orders", path, work.Silent())
    AcquisitionCost.objects.create(shop=shop, month=date(2025, 1, 1), amount=Decimal(5))
    notes.write(shop=shop, day=date(2025, 1, 5), text="TV spot", by=None)
    refresh(shop)
    return shop


def client(role: str) -> Client:
    browser = Client()
    browser.force_login(User.objects.create_user(f"{role}@example.org", role=role))
    return browser


def press(role: str = "manager") -> object:
    return client(role).post(reverse("demo_remove"), follow=True)


def work_off() -> None:
    while job := Job.objects.filter(state=Job.State.WAITING).order_by("pk").first():
        work.run(job.pk)
    assert not Job.objects.filter(state=Job.State.FAILED).exists()


def filled() -> "set[type[Model]]":
    """Tables of shops that hold a row."""
    of_shops = (model for model in apps.get_models() if model._meta.app_label not in OF_THE_INSTALLATION)
    return {model for model in of_shops if model._meta.managed and model._base_manager.exists()}


def test_one_press_hides_the_demo_at_once_and_removes_all_of_it(demo: Shop) -> None:
    assert len(filled()) >= 10
    page = press().text
    assert "The demo shop is being removed." in page
    assert "Bring in your orders" in page
    work_off()
    assert filled() == {Shop}  # the empty one that the page made
    assert list(Shop._base_manager.values_list("is_demo", flat=True)) == [False]
    assert not manifest.folder(demo.pk).exists()


def test_a_second_press_finds_nothing_to_do(demo: Shop) -> None:
    browser = client("admin")
    for _press in range(2):
        assert browser.post(reverse("demo_remove")).status_code == 302
    assert Job.objects.filter(kind="shop.remove").count() == 1
    assert AuditEntry.objects.filter(action="demo.removed").count() == 1
    work_off()
    work_off()


def test_another_shop_stays_as_it_is(demo: Shop, tmp_path: Path) -> None:
    from treue.core.commerce.models import OrderLine
    from treue.listen.imports.demo import bring_in
    from treue.understand.metrics.counts.refresh import refresh

    own = Shop.objects.create(name="Own")
    path = tmp_path / "own.csv"
    path.write_text(FILE)
    bring_in(own, "orders", path, work.Silent())
    refresh(own)
    press()
    work_off()
    assert OrderLine.objects.count() == 2
    assert manifest.folder(own.pk).exists()
    assert Shop.objects.get() == own


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
@pytest.mark.parametrize("role", ["analyst", "service"])
def test_the_curious_may_not(demo: Shop, role: str, headers: dict[str, str]) -> None:
    assert client(role).post(reverse("demo_remove"), headers=headers).status_code == 403
    assert Shop.objects.get() == demo


def test_looking_at_the_address_removes_nothing(demo: Shop) -> None:
    asked = client("admin").get(reverse("demo_remove"))
    assert "also what you imported" in asked.text
    assert Shop.objects.get() == demo


def test_where_no_demo_shop_is_left_nobody_is_asked(demo: Shop) -> None:
    Shop.objects.update(is_demo=False)
    assert client("admin").get(reverse("demo_remove")).url == reverse("cockpit")
