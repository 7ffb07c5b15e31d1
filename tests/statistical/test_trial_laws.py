"""What must hold of whole trials in melanoma, whatever the numbers of the model."""

import numpy as np
import polars as pl
import pytest

from study_samples import IL2, REVERSED, SEQUENCE, TEMOZOLOMIDE, study_protocol
from trialkine.study import run_protocol
from trialkine.trial.measurement import Radiology, sphere_diameter

TINY = {"il2": {**IL2, "dose": "1e-6 IU/kg"}, "tmz": {**TEMOZOLOMIDE, "dose": "1e-12 mg/m2"}}
EVENTS = ["os_days", "os_event", "ttp_days", "pfs_days", "best_response", "response_day"]


def run(arms, patients, **keys):
    protocol = study_protocol(arms, **keys)
    return run_protocol(protocol, patients=patients, seed=11)


def patients_of(result, arm):
    return result.patients.filter(arm=arm)


def test_doses_too_small_to_act_leave_every_patient_untreated():
    result = run({"il2": [TINY["il2"]], "tmz": [TINY["tmz"]]}, 30)
    il2, tmz = (patients_of(result, arm) for arm in ("il2", "tmz"))
    assert il2["doses_held"].sum() == 0  # nothing to hold a dose for
    assert il2["death_cause"].drop_nulls().is_in(["disease"]).all()
    assert not (il2["best_response"].is_in(["PR", "CR"]) & (il2["response_day"] < 200)).any()
    assert il2["os_event"].equals(tmz["os_event"])
    # Two schedules stop the solver at other times; agreement is to its accuracy, 1e-4 of each state.
    np.testing.assert_allclose(il2["os_days"], tmz["os_days"], rtol=2e-3)
    assert il2["best_response"].equals(tmz["best_response"])


def test_an_arm_is_the_same_whatever_it_is_compared_with():
    alone = run({"tmz": [TEMOZOLOMIDE]}, 20)
    beside = run({"il2": [IL2], "tmz": [TEMOZOLOMIDE], "twin": [TEMOZOLOMIDE]}, 20)
    one, two, three = (patients_of(r, arm) for r, arm in ((alone, "tmz"), (beside, "tmz"), (beside, "twin")))
    assert two.drop("arm").equals(three.drop("arm"))
    # The model now has another drug, of which nothing is given: other steps, same accuracy.
    np.testing.assert_allclose(one["os_days"], two["os_days"], rtol=2e-3)
    assert one["best_response"].equals(two["best_response"])
    np.testing.assert_allclose(one["baseline_sld_mm"], two["baseline_sld_mm"], rtol=1e-12)


def test_the_dose_changes_nobodys_luck():
    doses = {"low": 5.0, "usual": 75.0, "high": 150.0}
    arms = {name: [{**TEMOZOLOMIDE, "dose": f"{dose} mg/m2"}] for name, dose in doses.items()}
    result = run(arms, 30)
    first = result.lesions.filter(pl.col("day") == 0.0).select("arm", "patient", "lesion", "diameter_mm")
    fixed = ["patient", "age", "weight_kg", "performance_status", "enrolled_month", "baseline_sld_mm"]
    for arm in ("usual", "high"):
        assert patients_of(result, arm).select(fixed).equals(patients_of(result, "low").select(fixed))
        mine, other = (first.filter(arm=name).drop("arm") for name in (arm, "low"))
        assert mine.equals(other)


def test_the_dose_changes_no_reading_error(monkeypatch):
    heard = []
    read = Radiology.read

    def listening(radiology, patients, volumes):
        numbers = radiology.scans[patients].copy()
        diameters = read(radiology, patients, volumes)
        with np.errstate(divide="ignore"):
            errors = np.log(diameters / sphere_diameter(volumes))
        heard.append(dict(zip(zip(radiology.luck.ids[patients], numbers, strict=True), errors, strict=True)))
        return diameters

    monkeypatch.setattr(Radiology, "read", listening)
    doses = []
    for dose in (5, 150):
        heard.clear()
        run({"tmz": [{**TEMOZOLOMIDE, "dose": f"{dose} mg/m2"}]}, 20)
        doses.append({key: errors for batch in heard for key, errors in batch.items()})
    shared = doses[0].keys() & doses[1].keys()
    assert sum(number > 0 for _, number in shared) > 20
    for key in shared:
        seen = np.isfinite(doses[0][key]) & np.isfinite(doses[1][key])  # the others were not visible
        np.testing.assert_allclose(doses[0][key][seen], doses[1][key][seen], atol=1e-12)  # rounding


@pytest.mark.slow
def test_interleukin_2_before_temozolomide_beats_the_reverse_order():
    result = run(
        {"forward": SEQUENCE, "reversed": REVERSED},
        200,
        data_cut_off="60 months",
        eligibility={"performance_status": [0, 1], "excluded_fraction": 0.64},
    )
    forward, backward = (patients_of(result, arm).sort("patient") for arm in ("forward", "reversed"))
    one, other = (t["best_response"].is_in(["PR", "CR"]).to_numpy() for t in (forward, backward))
    gained, lost = int(np.sum(one & ~other)), int(np.sum(other & ~one))
    # Sign test on discordant pairs, one-sided at 2.3 %: two standard errors of a fair coin.
    assert gained - lost > 2 * np.sqrt(gained + lost)


@pytest.mark.slow
def test_repetitions_of_a_trial_vary_as_samples_of_their_size_do():
    protocol = study_protocol({"tmz": [TEMOZOLOMIDE]})
    result = run_protocol(protocol, patients=40, trials=40, seed=2)
    shares = result.patients.group_by("trial").agg(early=(pl.col("pfs_days") < 100.0).mean())["early"]
    overall = shares.mean()
    # Independent patients at a stated case mix: binomial spread. For 39 degrees of freedom the ratio of
    # variances lies within 0.5 and 1.75 in 99 % of studies.
    ratio = shares.var(ddof=1) / (overall * (1 - overall) / 40)
    assert 0.5 < ratio < 1.75
