"""The verdict on a statement of the literature: by a rule, never of few patients nor by one lucky marker."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from biomarker_samples import MARKERS, cohort
from trialkine.biomarker_study.catalogue import catalogue, marker_of, negatives, predicts_well
from trialkine.biomarker_study.literature import AGREES, CONTRADICTS, UNDECIDED, _judged, judged
from trialkine.biomarker_study.prediction import predict, turned
from trialkine.biomarker_study.readings import readings
from trialkine.biomarker_study.words import literature_words

TREG = "regulatory_t_cells"


def found_in(one, name=TREG):
    """The prediction of one marker before treatment."""
    read = tuple(readings(one, MARKERS, 1))
    return next(each for each in predict(one, read) if each.marker.name == name)


@pytest.mark.parametrize(
    ("effect", "patients", "verdict"), [(3.0, 2000, CONTRADICTS), (0.2, 2000, AGREES), (3.0, 150, UNDECIDED)]
)
def test_the_verdict_follows_the_rule_and_never_the_wish(effect, patients, verdict) -> None:
    one = cohort(effect, patients=patients)
    (negative,) = negatives()
    found = judged("arm", negative, predict(one, tuple(readings(one, MARKERS, 1))))
    assert found.verdict == verdict
    area, shared = turned(found_in(one).read.anywhere), turned(found_in(one).shared)
    expected = (
        CONTRADICTS if shared.low > predicts_well() else AGREES if area.high < predicts_well() else UNDECIDED
    )
    assert verdict == expected
    if verdict == UNDECIDED:
        assert area.estimate > predicts_well()  # an estimate alone decides nothing
    words = {CONTRADICTS: "contradicts this", AGREES: "agrees", UNDECIDED: "does not decide"}
    assert words[verdict] in literature_words(found)
    assert set(found.verdict_at) == {0.7, 0.8}
    if verdict == AGREES:
        assert found.verdict_at[0.8] == AGREES


def with_responders(count: int, patients: int = 50):
    """Patients of whom the few with the most regulatory T cells respond."""
    one = cohort(0.0, patients=patients)
    read = next(each for each in readings(one, MARKERS, 1) if each.marker.name == TREG).read
    return replace(one, responded=np.argsort(np.argsort(read)) >= patients - count)


@pytest.mark.parametrize(("count", "side"), [(3, "3 patients responded"), (47, "3 patients did not respond")])
def test_few_who_respond_or_do_not_decide_nothing_however_well_a_marker_parts_them(count, side) -> None:
    one = with_responders(count)
    assert found_in(one).strength == 1.0
    found = judged("arm", negatives()[0], predict(one, tuple(readings(one, MARKERS, 1))))
    assert {found.verdict, *found.verdict_at.values()} == {UNDECIDED}
    assert f"does not decide it: {side}, and a verdict needs 10." in literature_words(found)
    enough = with_responders(25)
    assert judged("arm", negatives()[0], predict(enough, tuple(readings(enough, MARKERS, 1)))).why == ""


def test_one_of_several_markers_must_stand_out_by_an_interval_that_shares_its_level() -> None:
    immune = tuple(marker for marker in catalogue().values() if marker.is_immune)[:9]
    one = with_responders(20, patients=200)
    noise = np.random.default_rng(8).standard_normal((9, 200))
    own = {
        **one.baseline,
        **{each.name: np.exp(row) for each, row in zip(immune, noise, strict=True)},
        TREG: one.baseline[TREG],
    }
    alone, many = (
        next(each for each in predict(arm, tuple(readings(arm, markers, 1))) if each.marker.name == TREG)
        for arm, markers in ((one, MARKERS[:1]), (replace(one, baseline=own), immune))
    )
    assert TREG in {marker.name for marker in immune}
    assert alone.shared == alone.read.anywhere
    assert many.shared.level == pytest.approx(1 - 0.05 / 9)
    assert many.shared.low < many.read.anywhere.low == alone.shared.low
    between = (many.shared.low + many.read.anywhere.low) / 2
    assert _judged("arm", negatives()[0], [alone], between).verdict == CONTRADICTS
    assert _judged("arm", negatives()[0], [many], between).verdict == UNDECIDED
    found = replace(_judged("arm", negatives()[0], [many], many.shared.low - 0.01), looked_at=9)
    assert "whose 5 % is shared among the 9 markers" in literature_words(found)


def test_a_marker_that_is_not_immune_cannot_contradict() -> None:
    one = cohort(3.0, marker="burden")
    markers = (marker_of("burden"),)
    found = judged("arm", negatives()[0], predict(one, tuple(readings(one, markers, 1))))
    assert found.verdict == UNDECIDED
    assert "no immune marker could be judged" in literature_words(found)
