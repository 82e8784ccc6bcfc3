"""Tiers by hand: the higher of what was earned and what was given counts, and recomputing gives the same."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone
from test_programme_pages import TIERS, client, joined, set_up, shown, text_of
from test_tiers_of_members import NOW, publish, reckon, tiers

from tests.at_once import at_once
from tests.core.lake import buying
from treue.act.loyalty import following, granting, membership, tiering
from treue.act.loyalty.errors import GrantHasEnded, GrantTooLong, KeyReused, NotInForce, UnknownTier
from treue.act.loyalty.models import Member, Programme, TierGrant
from treue.core.customers import erasure, merging
from treue.core.customers.models import Customer
from treue.core.events.models import Event
from treue.core.jobs.work import Silent
from treue.core.shop.models import Shop
from treue.core.shop.setup import ensure_shop
from treue.core.staff.models import AuditEntry, User

LAST = date(2026, 8, 31)
AFTER = datetime(2026, 8, 31, 22, tzinfo=UTC)  # the midnight after it, in Berlin


@pytest.fixture
def anna(shop: Shop, programme: Programme) -> Member:
    publish(programme, tiers())
    since = datetime(2026, 1, 1, tzinfo=UTC)
    return membership.join(programme=programme, customer=buying.customer(shop, "anna"), at=since)[0]


def give(member: Member, level: str = "gold", at: datetime = NOW, last: date = LAST, **more: object) -> TierGrant:
    about = {"reason": "goodwill", "key": f"form {TierGrant.objects.count()}"} | more
    return granting.grant(member=member, level=level, last_day=last, at=at, **about)


def told() -> list[tuple[str | None, str | None, str]]:
    events = Event.objects.filter(name=tiering.TIER_CHANGED).order_by("seq")
    return [(each.facts["from"], each.facts["to"], each.facts["reason"]) for each in events]


def tier(member: Member) -> str:
    member.refresh_from_db()
    return member.tier


def test_a_tier_is_given_and_is_over_after_its_last_day(programme: Programme, anna: Member) -> None:
    give(anna)
    assert (tier(anna), anna.tier_until, anna.tier_changes_at) == ("gold", AFTER, AFTER)
    assert tiering.refresh_due(programme, at=AFTER - timedelta(seconds=1), most=10) == 0
    assert tiering.refresh_due(programme, at=AFTER, most=10) == 1
    assert tier(anna) == ""
    assert told() == [(None, "gold", "granted"), ("gold", None, "grant_over")]


def test_what_was_earned_counts_where_it_is_higher(anna: Member) -> None:
    give(anna, "silver")
    buying.order(anna.customer, amount=600)
    assert reckon(anna) == "gold"
    give(anna, "silver")
    assert tier(anna) == "gold"


def test_a_granted_tier_that_is_earned_meanwhile_stays(programme: Programme, anna: Member) -> None:
    give(anna)
    buying.order(anna.customer, amount=600)
    assert reckon(anna) == "gold"
    assert not tiering.standing_of(anna, tiering.rules_of(programme), NOW).is_granted
    tiering.refresh_due(programme, at=AFTER, most=10)
    assert tier(anna) == "gold"


def test_recomputing_gives_the_same_for_every_moment(programme: Programme, anna: Member) -> None:
    """Also of moments before a grant was ended, and after."""
    granting.end(grant=give(anna), at=NOW + timedelta(days=10))
    give(anna, "silver", at=NOW + timedelta(days=20))
    rules = tiering.rules_of(programme)
    expected = {-1: None, 0: "gold", 9: "gold", 10: None, 20: "silver", 91: "silver", 92: None}
    for day, code in expected.items():
        found = tiering.standing_of(anna, rules, NOW + timedelta(days=day))
        assert (found.level and found.level.code) == code, day


def test_who_gives_it_can_end_it_once(anna: Member) -> None:
    ida = User.objects.create(email="ida@example.org", role="manager")
    given = give(anna, by=ida)
    granting.end(grant=given, at=NOW + timedelta(days=1), by=ida)
    assert tier(anna) == ""
    with pytest.raises(GrantHasEnded):
        granting.end(grant=given, at=NOW + timedelta(days=2), by=ida)
    assert told()[-1] == ("gold", None, "grant_over")
    actions = AuditEntry.objects.filter(action__startswith="tier.").order_by("pk").values_list("action", "who")
    assert list(actions) == [("tier.granted", ida.pk), ("tier.grant_ended", ida.pk)]


def test_the_same_form_gives_once_and_another_is_refused(anna: Member) -> None:
    assert give(anna, key="form") == give(anna, key="form")
    with pytest.raises(KeyReused):
        give(anna, "silver", key="form")
    assert TierGrant.objects.count() == 1


@pytest.mark.parametrize("last", [date(2026, 5, 31), date(2028, 6, 3), date.max])
def test_a_last_day_that_is_over_or_far_away_is_refused(anna: Member, last: date) -> None:
    with pytest.raises(GrantTooLong):
        give(anna, last=last)


def test_nobody_gets_a_tier_that_is_none_or_that_left(anna: Member) -> None:
    with pytest.raises(UnknownTier):
        give(anna, "platinum")
    membership.leave(member=anna, at=NOW)
    with pytest.raises(NotInForce):
        give(anna)


def test_today_is_a_last_day_too(anna: Member) -> None:
    give(anna, last=NOW.date())
    assert tier(anna) == "gold"


@pytest.mark.parametrize(
    "change",
    [{"level": "silver"}, {"reason": "correction"}, {"valid_until": AFTER + timedelta(days=1)}, {"key": "another"}],
)
def test_the_database_lets_nobody_change_what_was_given(anna: Member, change: dict[str, object]) -> None:
    give(anna)
    with pytest.raises(DatabaseError), transaction.atomic():
        TierGrant.objects.update(**change)


def test_the_database_lets_an_end_be_said_once_and_in_its_time(anna: Member) -> None:
    given = give(anna)
    with pytest.raises(IntegrityError), transaction.atomic():
        TierGrant.objects.update(ended_at=NOW - timedelta(days=1))
    granting.end(grant=given, at=NOW + timedelta(days=1))
    with pytest.raises(DatabaseError), transaction.atomic():
        TierGrant.objects.update(ended_at=None)


def test_a_colleague_who_is_gone_is_forgotten_and_the_grant_stays(anna: Member) -> None:
    ida = User.objects.create(email="ida@example.org", role="manager")
    granting.end(grant=give(anna, by=ida), at=NOW + timedelta(days=1), by=ida)
    TierGrant.objects.update(given_by=None, ended_by=None)
    assert TierGrant.objects.get().ended_at == NOW + timedelta(days=1)


def test_a_grant_goes_with_a_merge_and_comes_back(shop: Shop, programme: Programme, anna: Member) -> None:
    ben = membership.join(programme=programme, customer=buying.customer(shop, "ben"), at=anna.joined_at)[0]
    give(ben)
    merge = merging.merge(kept=anna.customer, absorbed=ben.customer, by=None)
    following.follow(shop.pk, Silent(), now=NOW)
    assert tier(anna) == "gold"
    assert [each.member_id for each in granting.of(anna)] == [ben.pk]
    merging.undo(merge=merge, by=None)
    following.follow(shop.pk, Silent(), now=NOW)
    assert (tier(anna), tier(ben)) == ("", "gold")


def test_a_grant_of_a_merged_membership_can_be_ended(shop: Shop, programme: Programme, anna: Member) -> None:
    ben = membership.join(programme=programme, customer=buying.customer(shop, "ben"), at=anna.joined_at)[0]
    given = give(ben)
    merging.merge(kept=anna.customer, absorbed=ben.customer, by=None)
    following.follow(shop.pk, Silent(), now=NOW)
    granting.end(grant=given, at=NOW + timedelta(days=1))
    assert tier(anna) == ""


def test_who_is_erased_takes_the_grants_along(anna: Member) -> None:
    give(anna)
    erasure.erase(customer=anna.customer, by=None)
    assert not TierGrant.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_one_form_sent_by_many_at_once_gives_once(anna: Member) -> None:
    ends = at_once(lambda _number: give(anna, key="form"), 8, refused=())
    assert ends[""] == 8
    assert TierGrant.objects.count() == 1


# On the page


@pytest.fixture
def ben(db: None) -> Customer:
    set_up()
    client().post("/loyalty/tiers/", TIERS)
    customer = buying.customer(ensure_shop(), "K7", name="Ben Rot")
    joined(customer)
    return customer


def posted(customer: Customer, role: str = "manager", **values: str) -> str:
    day = (timezone.now() + timedelta(days=30)).date()
    form = {"level": "gold", "last_day": day.isoformat(), "reason": "goodwill", "key": "k"} | values
    return text_of(client(role).post(f"/customers/{customer.pk}/loyalty/tier/give/", form, follow=True))


def test_a_colleague_gives_a_tier_and_the_page_says_whose_word_it_is(ben: Customer) -> None:
    page = posted(ben)
    assert "The tier is given." in page
    assert "Gold as a courtesy until" in page
    assert "Goodwill, by manager-en@example.org" in page
    assert "Gold aus Kulanz bis zum" in shown(f"/customers/{ben.pk}/loyalty/", language="de")


def test_a_colleague_ends_it(ben: Customer) -> None:
    posted(ben)
    path = f"/customers/{ben.pk}/loyalty/tier/{TierGrant.objects.get().pk}/end/"
    assert "It has ended." in text_of(client().post(path, follow=True))
    assert "It had ended before." in text_of(client().post(path, follow=True))
    assert "ended on" in shown(f"/customers/{ben.pk}/loyalty/")


def test_the_form_says_what_is_wrong(ben: Customer) -> None:
    assert "Enter a day from today on, within two years" in posted(ben, last_day="2020-01-01")
    assert "Enter the last day" in posted(ben, last_day="soon")
    assert "Select a valid choice" in posted(ben, level="platinum")
    assert not TierGrant.objects.exists()


def test_another_customers_grant_is_not_ended_from_here(ben: Customer) -> None:
    posted(ben)
    other = buying.customer(ensure_shop(), "K8")
    joined(other)
    path = f"/customers/{other.pk}/loyalty/tier/{TierGrant.objects.get().pk}/end/"
    assert client().post(path).status_code == 404


def test_opening_the_address_of_the_form_leads_to_the_page(ben: Customer) -> None:
    assert client().get(f"/customers/{ben.pk}/loyalty/tier/give/").status_code == 302


def test_without_tiers_there_is_nothing_to_give(db: None) -> None:
    set_up()
    customer = buying.customer(ensure_shop(), "K7")
    joined(customer)
    assert "Give a tier by hand" not in shown(f"/customers/{customer.pk}/loyalty/")
