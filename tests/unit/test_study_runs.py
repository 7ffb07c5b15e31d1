"""Whole trials: what may and what may not change a result, and how failures are counted."""

import numpy as np
import polars as pl
import pytest

from study_samples import IL2, TEMOZOLOMIDE, randomised_trial, small_trial, study_protocol
from trialkine import study
from trialkine.errors import SimulationError
from trialkine.solver.accuracy import Accuracy
from trialkine.study import run_protocol

TABLES = ("patients", "lines", "visits", "lesions", "exposure")
KEYS = ["arm", "trial", "patient"]
ROWS = {"patients": KEYS, "lines": [*KEYS, "line"], "visits": [*KEYS, "day", "line"],
        "lesions": [*KEYS, "day", "lesion"], "exposure": [*KEYS, "line", "cycle"]}  # fmt: skip


def ordered(table, name):
    return table.sort(ROWS[name])


@pytest.mark.parametrize("name", TABLES)
def test_the_number_of_threads_changes_nothing(name):
    one, two = (getattr(small_trial(patients=80, jobs=jobs), name) for jobs in (1, 2))
    assert one.equals(two)  # to the last bit; 80 patients are two tasks


@pytest.mark.parametrize("name", TABLES)
def test_fewer_patients_are_the_first_of_many(name):
    few, many = small_trial(12), small_trial(patients=80)
    kept = getattr(many, name).join(few.patients.select(KEYS), on=KEYS, how="semi")
    assert ordered(getattr(few, name), name).equals(ordered(kept, name))
    ids = many.patients.filter(arm="forward")["patient"].to_list()
    assert few.patients.filter(arm="forward")["patient"].to_list() == ids[:12]


@pytest.mark.parametrize("name", TABLES)
def test_the_first_repetition_is_the_trial_itself(name):
    alone, repeated = small_trial(12), small_trial(12, trials=2)
    first = getattr(repeated, name).filter(trial=0)
    assert ordered(getattr(alone, name), name).equals(ordered(first, name))


def test_another_repetition_and_another_seed_have_other_patients():
    first, second = (small_trial(12, trials=2).patients.filter(arm="forward", trial=n) for n in (0, 1))
    other = small_trial(12, seed=5).patients.filter(arm="forward")
    sizes = [set(table["baseline_sld_mm"]) for table in (first, second, other)]
    assert len(set.union(*sizes)) == 3 * 12


def test_counterfactual_arms_treat_the_same_patients():
    patients = small_trial(12).patients
    shared = ["patient", "age", "sex", "weight_kg", "baseline_sld_mm", "enrolled_month"]
    one, other = (patients.filter(arm=name).select(shared) for name in ("forward", "reversed"))
    assert one.equals(other)


def test_the_delay_of_a_switch_is_the_same_in_both_orders():
    lines = small_trial(patients=80).lines
    ends = lines.filter((pl.col("line") == 1) & (pl.col("end_reason") == "progression"))
    switched = lines.filter(line=2).join(ends, on=KEYS, suffix="_first")
    # Progression may come after the doses of a line; the delay counts from it.
    waited = switched.with_columns(delay=pl.col("start_day") - pl.col("progression_day_first"))
    both = waited.filter(arm="forward").join(waited.filter(arm="reversed"), on="patient", suffix="_other")
    assert both.height > 5
    np.testing.assert_allclose(both["delay"], both["delay_other"], atol=1e-9)


def test_randomised_arms_share_no_patient():
    patients = randomised_trial().patients
    one, other = (set(patients.filter(arm=name)["patient"]) for name in ("first", "second"))
    assert len(one) == len(other) == 6
    assert not one & other


def test_fewer_randomised_patients_are_the_first_of_their_arm():
    few, many = randomised_trial(3).patients, randomised_trial(6).patients
    for name in ("first", "second"):
        assert few.filter(arm=name).equals(many.filter(arm=name).head(3))


def test_a_ratio_sets_the_size_of_an_arm():
    patients = randomised_trial(3, ratio=2).patients
    one, other = (patients.filter(arm=name) for name in ("first", "second"))
    assert (one.height, other.height) == (3, 6)
    assert not set(one["patient"]) & set(other["patient"])
    # Places alternate 2 : 1, so both arms draw from the whole time of enrolment.
    order = sorted((row["patient"], row["arm"]) for row in patients.to_dicts())
    assert [arm for _, arm in order] == ["second", "first", "second"] * 3


def test_progress_rises_from_nothing_to_one():
    heard = []
    run_protocol(study_protocol({"a": [TEMOZOLOMIDE], "b": [IL2]}), patients=4, jobs=1,
                 progress=lambda done, message: heard.append((done, message)))  # fmt: skip
    done = [share for share, _ in heard]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0.0, 1.0)
    assert {"a", "b"} <= {message for _, message in heard}


def test_the_case_mix_is_drawn_for_each_repetition_unless_the_protocol_states_it():
    free = study_protocol({"a": [TEMOZOLOMIDE]}, eligibility={}, data_cut_off="1 months")
    drawn = run_protocol(free, patients=2, trials=3, jobs=1).case_mix
    assert len(set(drawn)) == 3
    assert all(0.0 < share < 1.0 for share in drawn)
    assert small_trial(12, trials=2).case_mix == (0.5, 0.5)


def broken_at_start(monkeypatch, broken):
    """Make some patients' growth rate not a number."""
    enrol = study.enrol

    def spoiled(protocol, patients, names, *rest):
        enrolled = enrol(protocol, patients, names, *rest)
        enrolled.parameters[broken, list(names).index("tumour_growth_rate")] = np.nan
        return enrolled

    monkeypatch.setattr(study, "enrol", spoiled)


def test_a_failed_patient_is_a_counted_row(monkeypatch):
    broken_at_start(monkeypatch, [3])
    protocol = study_protocol({"a": [TEMOZOLOMIDE]}, data_cut_off="3 months")
    result = run_protocol(protocol, patients=25, jobs=1)
    assert dict(result.accounting.failures) == {"not_finite": 1}
    assert result.patients.height == 25
    (failed,) = result.patients.filter(pl.col("status") != "ok").to_dicts()
    assert failed["status"] == "not_finite"
    assert failed["os_days"] is None
    assert failed["off_study_reason"] is None
    assert result.lines.filter(patient=failed["patient"]).is_empty()


def test_a_failed_patient_leaves_the_others_as_they_were(monkeypatch):
    protocol = study_protocol({"a": [TEMOZOLOMIDE]}, data_cut_off="3 months")
    whole = run_protocol(protocol, patients=25, jobs=1).patients
    broken_at_start(monkeypatch, [3])
    spoiled = run_protocol(protocol, patients=25, jobs=1).patients
    others = [row for row in range(25) if row != 3]
    assert whole[others].equals(spoiled[others])


def test_too_many_failures_stop_the_trial_with_a_sentence(monkeypatch):
    broken_at_start(monkeypatch, [3, 7])
    protocol = study_protocol({"a": [TEMOZOLOMIDE]}, data_cut_off="3 months")
    with pytest.raises(
        SimulationError, match=r"2 of 25 simulated patients of arm 'a' failed \(not_finite 2\)"
    ):
        run_protocol(protocol, patients=25, jobs=1)


def test_running_out_of_steps_is_a_failure_with_its_own_name():
    protocol = study_protocol({"a": [TEMOZOLOMIDE]}, data_cut_off="3 months")
    with pytest.raises(SimulationError, match=r"too_many_steps .*raise `most_steps`, or look for"):
        run_protocol(protocol, patients=5, jobs=1, accuracy=Accuracy(most_steps=2))


def test_results_say_what_they_rest_on():
    result = small_trial(12)
    assert result.arms == ("forward", "reversed")
    assert (result.replicates, result.seed) == (1, 4)
    assert dict(result.accounting.failures) == {}
    assert result.accounting.drawn >= 12
    assert result.accounting.drawn - sum(result.accounting.rejections.values()) == 12
    names = {record.name for record in result.parameters}
    assert {"killing_rate", "temozolomide_clearance", "lesion_reading_sd"} <= names
    assert "tumour" in result.equations
    assert set(result.biomarkers) == {"lymphocyte_count"}


def test_every_dose_has_the_patients_own_amount():
    result = small_trial(12)
    with_body = result.exposure.join(result.patients, on=KEYS)
    expected = (
        pl.when(pl.col("agent") == "temozolomide")
        .then(75.0 * pl.col("body_surface_m2"))
        .otherwise(600_000.0 * pl.col("weight_kg"))
    )
    rows = with_body.with_columns(expected=expected * pl.col("given") * pl.col("dose_factor"))
    np.testing.assert_allclose(rows["amount_given"], rows["expected"], rtol=1e-12)
