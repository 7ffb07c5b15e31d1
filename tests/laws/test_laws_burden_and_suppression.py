"""Lower burden responds better and suppressor cells hold responses back, in the same patients."""

from __future__ import annotations

import numpy as np
import pytest

from laws.trials import Arm, column, gain, has, responded, trial, values
from trialkine.diseases import load_disease
from trialkine.statistics.proportions import newcombe_difference
from trialkine.trial.result import TrialResult

EXAMPLE, IL2 = "burden-and-suppression", "HD IL-2"
RECORDS = load_disease("melanoma").records
FREE = {"without": ["immune_suppression"]}


def number(name: str) -> float:
    """The usual value of a parameter in melanoma."""
    value = RECORDS[name].value
    assert isinstance(value, float)
    return value


def unsaturated(half_saturation: str, rate: str, typical: float) -> dict[str, float]:
    """A half saturation and a rate that kill in proportion, and as much in a typical patient."""
    usual = number(half_saturation)
    far = 1e4 * usual
    return {half_saturation: far, rate: number(rate) * (far + typical) / (usual + typical)}


def by_burden(patients: int) -> TrialResult:
    """The same patients with half and twice their burden, with and without what makes burden matter.

    Off are saturation of killing by T cells and by natural killer cells, and suppressor cells driven by
    burden.
    """
    usual = number("initial_burden")
    linear = {
        **unsaturated("killing_half_saturation", "killing_rate", usual),
        **unsaturated("natural_killer_half_saturation", "natural_killer_killing_rate", usual),
        "regulatory_half_burden": 1e-6,
        "suppressor_half_burden": 1e-6,
    }
    return trial(
        EXAMPLE,
        {
            "half": Arm(IL2, values(initial_burden=usual / 2)),
            "twice": Arm(IL2, values(initial_burden=usual * 2)),
            "half, linear": Arm(IL2, values(initial_burden=usual / 2, **linear)),
            "twice, linear": Arm(IL2, values(initial_burden=usual * 2, **linear)),
        },
        patients,
        "10 months",
    )


def by_suppression() -> TrialResult:
    """The same patients with half and twice their regulatory T cells, with and without their brake."""
    usual = number("regulatory_baseline")
    arms = {
        f"{name}{suffix}": Arm(IL2, {**values(regulatory_baseline=usual * factor), **model})
        for name, factor in (("few", 0.5), ("many", 2.0))
        for suffix, model in (("", {}), (", no brake", FREE))
    }
    return trial(EXAMPLE, arms, 100, "10 months")


def test_the_same_patients_with_half_the_burden_respond_more_often_than_with_twice() -> None:
    """E2 (parkinson_1990). Carried by killing that saturates in burden (`immune_kill`)."""
    assert has(gain(by_burden(100), "half", "twice"))[1] > 0.0


def test_burden_no_longer_hinders_where_killing_does_not_saturate_and_burden_drives_no_suppressors() -> None:
    _, low, _ = has(gain(by_burden(100), "half, linear", "twice, linear"))
    assert low < 0.0


@pytest.mark.slow
def test_among_patients_those_with_the_smaller_tumours_respond_more_often() -> None:
    """E2 (parkinson_1990), as a trial would see it: thirds by the sum of diameters at the start."""
    result = trial(EXAMPLE, {"IL-2": IL2}, 900, "12 months")
    size, answer = column(result, "IL-2", "baseline_sld_mm"), responded(result, "IL-2")
    low, high = np.quantile(size, [1 / 3, 2 / 3])
    small, large = answer[size <= low], answer[size >= high]
    difference = newcombe_difference(int(small.sum()), small.size, int(large.sum()), large.size)
    assert has(difference)[1] > 0.0


def test_the_same_patients_with_fewer_regulatory_cells_respond_more_often() -> None:
    """E4 (parkinson_1990; cesana_2006: they fall in responders). Carried by `immune_suppression`."""
    assert has(gain(by_suppression(), "few", "many"))[1] > 0.0


def test_regulatory_cells_make_no_difference_where_they_do_not_suppress() -> None:
    result = by_suppression()
    _, low, high = has(gain(result, "few, no brake", "many, no brake"))
    assert low < 0.0 < high
    assert has(gain(result, "many, no brake", "many"))[1] > 0.0  # and all respond as if they had few
