"""Features that know the answer are refused by name, and what is no feature is left out."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

import treue.science as ts
from tests.science.churn.subscribers import AS_OF, subscribers
from treue.science.churn import Finding, KnownTooLate, LabelInDisguise, LeakyColumn, NoFeatures, PredictsPerfectly
from treue.science.errors import MissingColumn


@pytest.fixture
def given() -> pd.DataFrame:
    return subscribers(1_500).drop(columns="truth")


def learn(given: pd.DataFrame, **more: object) -> ts.ChurnClassifier:
    return ts.ChurnClassifier.fit(given, label="left", as_of=AS_OF, horizon_days=90, seed=1, **more)


def test_a_day_after_the_cut_off_is_refused_unless_it_was_known(given):
    given["ends_on"] = pd.Timestamp(AS_OF) + pd.to_timedelta(np.arange(len(given)) % 365, unit="D")
    with pytest.raises(KnownTooLate) as late:
        learn(given)
    rows = int((np.arange(len(given)) % 365 > 0).sum())
    assert (late.value.column, late.value.cut_off, late.value.rows) == ("ends_on", AS_OF, rows)
    model = learn(given, trusted=["ends_on"])
    assert "ends_on" in model.columns.names
    assert len(model.probability(given, as_of=AS_OF)) == len(given)


def test_the_cut_off_day_itself_was_known(given):
    given["last_login"] = pd.Timestamp(AS_OF) + pd.to_timedelta("23:59:59")
    given.loc[0, "last_login"] = pd.Timestamp("2026-01-01")
    assert "last_login" in learn(given).columns.names


def test_customers_to_be_scored_are_looked_at_as_well(given):
    model = learn(given)
    given.loc[3, "signed_on"] = AS_OF + timedelta(days=1)
    with pytest.raises(KnownTooLate):
        model.probability(given, as_of=AS_OF)
    assert len(model.probability(given, as_of=AS_OF + timedelta(days=1))) == len(given)


def test_a_feature_reckoned_later_than_the_cut_off_is_refused(given):
    with pytest.raises(KnownTooLate) as late:
        learn(given, known_on={"tickets": AS_OF + timedelta(days=1)})
    assert (late.value.column, late.value.rows) == ("tickets", None)
    assert learn(given, known_on={"tickets": AS_OF}).status == "learned"


@pytest.mark.parametrize(
    ("disguised", "means_left"),
    [
        (lambda left: left, True),
        (lambda left: ~left, False),
        (lambda left: left.map({True: 1, False: 0}), 1.0),
        (lambda left: left.map({True: "cancelled", False: "active"}), "cancelled"),
        (lambda left: left.map({True: None, False: "active"}), None),
    ],
)
def test_the_label_under_another_name_is_refused(given, disguised, means_left):
    given["state"] = disguised(given.left)
    with pytest.raises(LabelInDisguise) as leak:
        learn(given)
    assert leak.value.column == "state"
    assert leak.value.means_left == means_left


def test_the_day_of_leaving_is_the_label_too(given):
    given["cancelled_on"] = pd.Series(np.where(given.left, AS_OF, None))
    with pytest.raises(LabelInDisguise):
        learn(given)


@pytest.mark.parametrize("sign", [1, -1])
def test_a_feature_that_predicts_nearly_perfectly_is_refused(given, sign):
    rng = np.random.default_rng(3)
    given["health"] = sign * (given.left * 5.0 + rng.normal(size=len(given)))
    with pytest.raises(PredictsPerfectly) as leak:
        learn(given)
    assert leak.value.column == "health"
    assert leak.value.auc > leak.value.bound == 0.98
    assert isinstance(leak.value, LeakyColumn)
    assert learn(given, trusted=["health"]).quality.auc > 0.98


def test_a_text_or_a_middle_that_tells_all_is_refused_as_well(given):
    rng = np.random.default_rng(3)
    reasons = np.where(given.left, rng.choice(["price", "moved", "service"], len(given)), "none yet")
    with pytest.raises(PredictsPerfectly):
        learn(given.assign(reason=reasons))
    outside = rng.uniform(1, 2, len(given)) * rng.choice([-1, 1], len(given))
    with pytest.raises(PredictsPerfectly):
        learn(given.assign(balance=np.where(given.left, outside, rng.uniform(-1, 1, len(given)))))


def test_what_nearly_tells_all_is_reported(given):
    rng = np.random.default_rng(3)
    model = learn(given.assign(calls=given.left * 2.2 + rng.normal(size=len(given))))
    (found,) = [each for each in model.findings if each.column == "calls"]
    assert found.matter == "suspicious"
    assert 0.90 < found.figure < 0.98


def billed(given: pd.DataFrame, months: float) -> pd.DataFrame:
    """Of churners the last months were not billed, which shows beside the tenure only."""
    tenure = np.random.default_rng(5).integers(0, 60, len(given)).astype(float)
    return given.assign(tenure=tenure, months_billed=tenure - months * given.left)


def test_what_two_features_know_together_is_refused(given):
    given = billed(given[["customer_id", "left", "price"]], 3)
    with pytest.raises(PredictsPerfectly) as leak:
        learn(given)
    assert set(leak.value.columns) == {"tenure", "months_billed"}
    assert leak.value.column == leak.value.columns[0]
    assert leak.value.auc > leak.value.bound == 0.98
    assert "together" in str(leak.value)
    with pytest.raises(PredictsPerfectly):
        learn(given, trusted=["tenure"])
    assert learn(given, trusted=["tenure", "months_billed"]).quality.auc > 0.98


def test_what_two_features_nearly_know_together_is_reported(given):
    rng = np.random.default_rng(5)
    given = billed(given[["customer_id", "left", "price"]], 3)
    given["months_billed"] += rng.normal(0, 1.2, len(given))
    (found,) = learn(given).findings
    assert found.matter == "suspicious together"
    assert {"tenure", "months_billed"} <= set(found.column.split(", "))
    assert 0.90 < found.figure < 0.98
    assert learn(given, trusted=found.column.split(", ")).findings == ()


def test_a_value_that_only_churners_have_is_reported(given):
    told = given.left & (np.arange(len(given)) % 3 == 0)
    model = learn(given.assign(reason=np.where(told, "moved away", None)))
    assert Finding("reason", "only churners", told.sum()) in model.findings


EPOCH_SECONDS = 1_782_864_000  # the day after the cut-off
SPENT_LEAVING = {
    "minutes on the telephone": lambda n, rng: (rng.gamma(2, 5, n), np.nan),
    "minutes, and none of the others": lambda n, rng: (rng.gamma(2, 5, n) + 1, 0.0),
    "seconds of the computer's clock": lambda n, rng: (EPOCH_SECONDS + rng.integers(0, 30 * 86_400, n), np.nan),
    "a reason in everybody's own words": lambda n, rng: (np.array([f"since {i}" for i in range(n)], object), None),
}


@pytest.mark.parametrize("what", SPENT_LEAVING)
@pytest.mark.parametrize(("share", "whose"), [(50, 1), (70, 1), (70, 0)])
def test_what_only_some_of_one_side_have_is_reported(given, what, share, whose):
    rng = np.random.default_rng(6)
    values, otherwise = SPENT_LEAVING[what](len(given), rng)
    are_meant = (given.left == whose) & (rng.random(len(given)) < share / 100)
    given["filled_in"] = pd.Series(values).where(are_meant, otherwise)
    (found,) = [each for each in learn(given).findings if each.matter != "suspicious together"]
    assert (found.column, found.matter) == ("filled_in", "only churners" if whose else "only stayers")
    assert are_meant.sum() - len(given) / 20 <= found.figure <= are_meant.sum()
    assert not [each for each in learn(given, trusted=["filled_in"]).findings if each.column == "filled_in"]


def test_that_only_churners_lack_it_is_reported(given):
    rng = np.random.default_rng(6)
    given["next_bill"] = pd.Series(rng.normal(size=len(given))).where(~given.left | (rng.random(len(given)) < 0.5))
    assert Finding("next_bill", "only churners", given.next_bill.isna().sum()) in learn(given).findings


def test_what_few_customers_have_again_and_again_is_no_finding(given):
    """Thirty rows, but of six customers."""
    days = pd.concat([given.head(300).assign(day=AS_OF - timedelta(days=100 * back)) for back in range(5)])
    days["town"] = np.where(days.customer_id.isin(sorted(given.customer_id[given.left])[:6]), "Ulm", None)
    days = days.drop(columns="signed_on")
    assert ts.ChurnClassifier.fit(days, label="left", as_of="day", horizon_days=90, seed=1).findings == ()


def test_the_end_of_what_falls_slowly_is_no_finding(given):
    """Nobody left of the twentieth who are there longest, and few of those next to them."""
    longest = given.signed_on <= given.signed_on.quantile(0.05)
    assert longest.sum() > 70
    assert not given.left[longest].any()
    months = (pd.Timestamp(AS_OF) - pd.to_datetime(given.signed_on)).dt.days // 30
    assert learn(given.assign(months=months)).findings == ()


@pytest.mark.parametrize("written", ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M"])
def test_a_day_written_as_a_text_is_a_day(given, written):
    days = pd.Series(pd.Timestamp(AS_OF) + pd.to_timedelta(np.arange(len(given)) % 30, unit="D")).dt.strftime(written)
    known = given.left & (given.index % 10 < 7)
    given["ended"] = days.where(known).mask(given.index == given.index[known][0], "unknown")
    with pytest.raises(KnownTooLate) as late:
        learn(given)
    after = known & (given.index % 30 > 0) & (given.ended != "unknown")
    assert (late.value.column, late.value.rows) == ("ended", after.sum())
    texts = given.assign(ended=np.where(given.index % 2, "2199-01-01", "no day"))
    assert learn(texts).status == "learned"


def test_identifiers_and_constants_are_left_out(given):
    rng = np.random.default_rng(4)
    numbers = rng.permutation(len(given)) + 10_000
    odd = given.assign(number=numbers, mail=[f"{n}@shop" for n in numbers], country="DE", nothing=np.nan)
    model = learn(odd)
    assert set(model.findings) == {
        Finding("country", "constant", 1),
        Finding("mail", "identifier", len(given)),
        Finding("nothing", "constant", 1),
        Finding("number", "identifier", len(given)),
    }
    pd.testing.assert_frame_equal(model.reasons, learn(given).reasons)


def test_measured_numbers_that_all_differ_are_no_identifiers(given):
    rng = np.random.default_rng(4)
    cents = rng.choice(10_000_000, len(given), replace=False)
    model = learn(given.assign(cents=cents, share=rng.random(len(given))))
    assert {"cents", "share"} <= set(model.columns.names)


def test_where_nothing_is_left_to_learn_from_it_is_said_why(given):
    with pytest.raises(NoFeatures) as nothing:
        learn(given[["customer_id", "left"]].assign(country="DE"))
    assert nothing.value.left_out == {"country": "constant"}
    with pytest.raises(NoFeatures):
        learn(given[["customer_id", "left"]])


def test_a_trusted_feature_must_be_there(given):
    with pytest.raises(MissingColumn):
        learn(given, trusted=["typo"])
    with pytest.raises(MissingColumn):
        learn(given, known_on={"typo": date(2026, 1, 1)})
