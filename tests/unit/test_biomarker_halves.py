"""Half of an arm's patients learn and the other half judge: in every arm, and never an empty half."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from biomarker_samples import MARKERS, cohort, protocol
from trialkine.biomarker_study.catalogue import marker_of
from trialkine.biomarker_study.cohort import run_cohort
from trialkine.biomarker_study.enrichment import enrichment
from trialkine.biomarker_study.marker_calibration import halves, marker_calibration
from trialkine.biomarker_study.readings import readings
from trialkine.biomarker_study.words import enrichment_words
from trialkine.trial.protocol import Protocol
from trialkine.trial.words import Duration

TREG = "regulatory_t_cells"


def halved(one, rows=None):
    return halves(one, np.arange(len(one)) if rows is None else rows)


def test_halves_follow_the_order_of_enrolment_whatever_numbers_an_arms_patients_have() -> None:
    one = cohort(2.0, trials=2)
    randomised = replace(one, ids=2 * one.ids)  # as where patients alternate between two arms
    for mask, other in zip(halved(one), halved(randomised), strict=True):
        assert (mask == other).all()
        for trial in range(2):
            assert mask[one.trial == trial].sum() == pytest.approx((one.trial == trial).sum() / 2, abs=1)
    read = tuple(readings(randomised, MARKERS, 1))
    assert enrichment(randomised, read, {}).rate.estimate > 0.3
    assert not marker_calibration(randomised, next(each for each in read if each.marker.name == TREG)).why


def test_a_patient_is_in_the_same_half_in_every_arm_though_others_failed() -> None:
    one = cohort(2.0)
    left = one.select(np.flatnonzero(np.arange(len(one)) % 7 != 3))
    here, there = (dict(zip(each.ids, halved(each)[0], strict=True)) for each in (one, left))
    assert all(here[patient] == half for patient, half in there.items())


def test_places_count_the_patients_of_an_arm_in_randomised_arms_too() -> None:
    data = protocol().to_dict() | {"arms_are": "randomised"}
    result, arms = run_cohort(
        Protocol.from_dict(data), (marker_of(TREG),), Duration(4.0, "week"), patients=8, trials=2, seed=5,
        jobs=1, progress=lambda done, message: None, ensemble=None,
    )  # fmt: skip
    shared = set.intersection(
        *({(int(t), int(p)) for t, p in zip(a.trial, a.ids, strict=True)} for a in arms)
    )
    assert not shared
    for arm in arms:
        table = result.patients.filter(pl.col("arm") == arm.arm)
        for trial in range(2):
            everybody = sorted(table.filter(trial=trial)["patient"].to_list())
            here = arm.trial == trial
            assert [everybody[place] for place in arm.places[here]] == arm.ids[here].tolist()
        assert halved(arm)[0].sum() == pytest.approx(len(arm) / 2, abs=2)


@pytest.mark.filterwarnings("error")
def test_an_empty_half_is_refused_with_its_reason() -> None:
    one, other = cohort(2.0, arm="A", patients=200), cohort(0.0, arm="B", patients=200)
    one_half = replace(one, places=2 * one.places)
    read = {each.arm: tuple(readings(each, MARKERS, 1)) for each in (one, other)}
    reading = next(each for each in read["A"] if each.marker.name == TREG)
    assert enrichment(one_half, read["A"], {}).why == "nobody is in the half that judges"
    assert marker_calibration(one_half, reading).why == "nobody is in the half that judges"
    last = replace(one, places=2 * one.places + 1)
    assert marker_calibration(last, reading).why == "nobody is in the half that learns"
    assert enrichment(last, read["A"], {}).why == "fewer than two responders in the half that learns"
    (size,) = enrichment(one, read["A"], {"B": (replace(other, places=2 * other.places), read["B"])}).sizes
    assert (size.everybody, size.why) == (None, "B: nobody is in the half that judges")


def test_a_cut_off_that_leaves_nobody_out_or_passes_nobody_is_told_as_such() -> None:
    one = cohort(2.0, patients=200)
    high = one.places % 2 == 1
    for shift, said in ((20.0, "of all and nobody is left out."), (-20.0, "nobody of the half that judges")):
        values = one.baseline[TREG] * np.exp(np.where(high, shift, 0.0))
        moved = replace(one, baseline={**one.baseline, TREG: values})
        found = enrichment(moved, tuple(readings(moved, MARKERS[:1], 1)), {})
        assert said in enrichment_words(found)
