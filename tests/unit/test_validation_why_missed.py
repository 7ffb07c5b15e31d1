"""What may be behind a miss, by what else the ledger says."""

from dataclasses import replace

import pytest

from ledger_samples import sample_ledger
from trialkine.validation.ledger_json import ledger_record
from trialkine.validation.misses import shown_misses
from trialkine.validation.why_missed import why_missed

ROW = next(
    row
    for row in sample_ledger().rows
    if row.metric == "orr" and row.is_scored and row.predicted is not None and not row.is_inside[0.8]
)
assert ROW.predicted is not None
MISSED = replace(ROW, family="own", agent_class="a", is_seen=True, n=100)
HIT = replace(MISSED, reported=MISSED.predicted.median, family="hit")
LIKE = replace(MISSED, family="like")
ELSE = replace(MISSED, family="else", disease="breast", is_seen=False)


def test_a_disease_without_a_population_comes_first() -> None:
    assert "population of this disease was not calibrated" in why_missed(ELSE, [MISSED, ELSE, LIKE])


def test_a_class_that_nobody_else_gave() -> None:
    assert "no other family" in why_missed(MISSED, [MISSED, replace(LIKE, agent_class="b")])
    assert "no other family" in why_missed(MISSED, [MISSED, replace(LIKE, is_scored=False)])
    assert "no other family" in why_missed(MISSED, [MISSED, replace(LIKE, family="own")])


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ([LIKE], "the mechanism, for the one other family of its class was missed"),
        ([LIKE, HIT], "the mechanism, for 1 of the 2 other families of its class was missed"),
        ([LIKE, replace(LIKE, family="more")], "for all of the 2 other families of its class were missed"),
        ([HIT], "does not say: the one other family of its class was not missed"),
        ([HIT, replace(HIT, family="more")], "does not say: none of the 2 other families"),
    ],
)
def test_other_families_tell_the_mechanism_from_the_trial(others, said) -> None:
    assert said in why_missed(MISSED, [MISSED, *others])


def test_few_patients_may_have_been_unlucky() -> None:
    few = replace(MISSED, n=20)
    assert "Perhaps luck: only 20 patients" in why_missed(few, [few, HIT])
    assert "the mechanism" in why_missed(few, [few, LIKE])


def test_a_miss_on_the_other_side_is_not_alike() -> None:
    low, high = MISSED.predicted.intervals[0.95]
    other_side = replace(
        LIKE, reported=low - 0.1 if MISSED.reported > MISSED.predicted.median else high + 0.1
    )
    assert not other_side.is_inside[0.8]
    assert "not missed" in why_missed(MISSED, [MISSED, other_side])


def test_the_json_tells_the_misses_in_the_order_of_the_page() -> None:
    ledger = sample_ledger()
    told = ledger_record(ledger)["misses"]
    shown = shown_misses(ledger.rows, leave_out=False)
    assert [one["trial"] for one in told] == [one.trial for one in shown]
    assert all(
        f"{one['sentence']} {one['why']}" in other.words for one, other in zip(told, shown, strict=True)
    )
    assert all(one["why"] for one in told)
