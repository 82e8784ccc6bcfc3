"""What a tier gives: data of its rules, for people and for machines."""

import pytest
from django.utils.translation import override
from test_programme_pages import TIERS, client, joined, set_up, shown, text_of

from tests.core.lake import buying
from treue.act.loyalty.fields import FieldError, UnknownField, WrongValue
from treue.act.loyalty.models import TierVersion
from treue.act.loyalty.tiers import Benefit, BenefitKind, as_json
from treue.act.loyalty.tiers.benefits import MOST_BENEFITS, added
from treue.act.loyalty.tiers.errors import RepeatedBenefit
from treue.core.shop.setup import ensure_shop

TEA = {"kind": "own", "texts": {"en": "Tea on the house", "de": "Tee aufs Haus"}}
DELIVERY, EARLY = {"kind": "free_delivery"}, {"kind": "early_access", "hours": 24}


def rules(*benefits: object) -> dict[str, object]:
    level = {"code": "gold", "names": {"en": "Gold", "de": "Gold"}, "threshold": "0", "benefits": list(benefits)}
    more = {"window": {"kind": "calendar_year"}, "term": {"kind": "until_next_year_ends"}, "downgrade": "never"}
    return {"valid_from": "2026-01-01", "levels": [level], "measure": "spend", "grace_days": 0, **more}


def test_benefits_are_written_as_they_were_read() -> None:
    document = rules(DELIVERY, EARLY, {"kind": "birthday_gift"}, TEA)
    assert as_json.written(as_json.read(document)) == document


def test_rules_from_before_there_were_benefits_stay_as_they_are() -> None:
    document = rules()
    del document["levels"][0]["benefits"]
    assert as_json.read(document).levels[0].benefits == ()
    assert as_json.written(as_json.read(document)) == document


@pytest.mark.parametrize(
    "wrong",
    [
        "free_delivery",
        {"kind": "points_multiplier"},
        {"kind": "own"},
        {"kind": "own", "texts": {"en": "Tea"}},
        {"kind": "own", "texts": {"en": "", "de": "Tee"}},
        {"kind": "own", "texts": {"en": "T" * 81, "de": "Tee"}},
        {"kind": "early_access"},
        {"kind": "early_access", "hours": 0},
        {"kind": "early_access", "hours": 337},
        {"kind": "early_access", "hours": True},
        {"kind": "free_delivery", "hours": 24},
        {"kind": "free_delivery", "colour": "blue"},
    ],
)
def test_what_is_no_benefit_is_refused(wrong: object) -> None:
    with pytest.raises(FieldError):
        as_json.read(rules(wrong))


def test_what_is_wrong_is_named_by_its_place() -> None:
    with pytest.raises(UnknownField) as refused:
        as_json.read(rules(TEA, {"kind": "free_delivery", "colour": "blue"}))
    assert refused.value.place == "levels.0.benefits.1.colour"


def test_a_kind_is_given_once_and_ones_own_as_often_as_one_likes() -> None:
    as_json.read(rules(TEA, TEA))
    with pytest.raises(RepeatedBenefit):
        as_json.read(rules(DELIVERY, DELIVERY))
    with pytest.raises(WrongValue):
        as_json.read(rules(*[TEA] * (MOST_BENEFITS + 1)))


def test_usual_words_are_in_the_readers_language_and_the_shops_own_come_first() -> None:
    early = Benefit(BenefitKind.EARLY_ACCESS, hours=1)
    own = Benefit(BenefitKind.FREE_DELIVERY, "Post is free", "Porto frei")
    with override("en"):
        assert [early.text("en"), own.text("en")] == ["Access 1 hour before others", "Post is free"]
    with override("de"):
        assert [early.text("de"), own.text("de")] == ["1 Stunde früher als andere dabei", "Porto frei"]


def test_what_is_added_is_what_was_not_there() -> None:
    low, high = as_json.read(rules(TEA)).levels[0].benefits, as_json.read(rules(DELIVERY, TEA)).levels[0].benefits
    assert [each.kind for each in added(low, high)] == ["free_delivery"]


GIVEN = TIERS | {
    "delivery_2": "on",
    "hours_2": "48",
    "own_1": "Tea on the house",
    "own_2": "Tea on the house\n\nA seat at the table",
    "own_de_2": "Tee aufs Haus\nEin Platz am Tisch",
}


@pytest.mark.django_db
def test_the_form_writes_and_shows_what_tiers_give() -> None:
    set_up()
    assert client().post("/loyalty/tiers/", GIVEN).status_code == 302
    silver, gold = TierVersion.objects.get().document["levels"]
    assert silver["benefits"] == [{"kind": "own", "texts": {"en": "Tea on the house", "de": "Tea on the house"}}]
    assert gold["benefits"] == [
        {"kind": "free_delivery"},
        {"kind": "early_access", "hours": 48},
        TEA,
        {"kind": "own", "texts": {"en": "A seat at the table", "de": "Ein Platz am Tisch"}},
    ]
    form = shown("/loyalty/tiers/")
    assert 'value="48"' in form
    assert "A seat at the table</textarea>" in form
    assert "Free delivery · Access 48 hours before others · Tea on the house" in shown("/loyalty/")
    assert "48 Stunden früher als andere dabei · Tee aufs Haus" in shown("/loyalty/", language="de")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"own_de_2": "Tee"}, "Write as many lines in German"),
        ({"own_1": "T" * 81}, "A line has 80 characters at most"),
        ({"own_1": "\n".join("abcdef")}, "A tier has five lines at most"),
        ({"hours_2": "0"}, "Enter a number from 1 to 336"),
    ],
)
def test_the_form_says_what_is_wrong(values: dict[str, str], sentence: str) -> None:
    set_up()
    answer = client().post("/loyalty/tiers/", GIVEN | values)
    assert answer.status_code == 200
    assert sentence in text_of(answer)
    assert not TierVersion.objects.exists()


@pytest.mark.django_db
def test_rules_with_other_words_than_the_form_has_are_not_shown_as_something_else() -> None:
    programme = set_up()
    words = {"kind": "free_delivery", "texts": {"en": "Post is free", "de": "Porto frei"}}
    TierVersion.objects.create(programme=programme, valid_from="2026-01-01", document=rules(words))
    assert 'value="Gold"' not in shown("/loyalty/tiers/")
    assert "Post is free" in shown("/loyalty/")


@pytest.mark.django_db
def test_a_members_page_says_what_their_tier_gives() -> None:
    set_up()
    anna = buying.customer(ensure_shop(), "K7", name="Anna Blau")
    client().post("/loyalty/tiers/", GIVEN | {"threshold_1": "0"})
    joined(anna)
    page = shown(f"/customers/{anna.pk}/loyalty/")
    assert "Silver gives:" in page
    assert "<li>Tea on the house</li>" in page
