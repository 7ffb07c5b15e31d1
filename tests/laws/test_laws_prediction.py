"""No immune read-out of blood before treatment predicts the response to interleukin-2 well."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from laws.trials import Arm, auc_interval, responded, trial, without

SKIN, KIDNEY, IL2 = "burden-and-suppression", "burden-and-suppression-renal", "HD IL-2"
LIMIT = 0.75
BLOOD = (
    "regulatory_t_cells",
    "myeloid_suppressors",
    "natural_killer_cells",
    "soluble_il2_receptor",
    "lymphocyte_count",
    "interferon_gamma",
    "interleukin_10",
    "tumour_necrosis_factor",
)
TISSUE = ("antigen_presentation", "memory_cells", "effector_cells")


def predictions(
    example: str, patients: int, arm: str | Arm = IL2
) -> Mapping[str, tuple[float, float, float]]:
    """How well each read-out, as the laboratory gives it before treatment, tells who will respond."""
    result = trial(
        example,
        {"IL-2": arm},
        patients,
        "10 months",
        assessments={
            "criteria": "who-1979",
            "every": "8 weeks",
            "confirm_after": "4 weeks",
            "biomarkers": [*BLOOD, *TISSUE],
        },
    )
    first = result.visits.filter(arm="IL-2", day=0.0).sort("patient")
    answer = responded(result, "IL-2")
    areas = {name: auc_interval(first[name].to_numpy(), answer) for name in (*BLOOD, *TISSUE)}
    # A reading that falls in responders tells as much as one that rises.
    return {
        name: area if area[0] >= 0.5 else (1.0 - area[0], 1.0 - area[2], 1.0 - area[1])
        for name, area in areas.items()
    }


@pytest.mark.parametrize("example", [SKIN, KIDNEY])
def test_no_immune_read_out_of_blood_predicts_response_with_an_area_above_three_quarters(
    example: str,
) -> None:
    """C5 (il2_cancer_review): no immunological parameter predicts it. Readings have an error of 10 %."""
    found = predictions(example, 300)
    assert {name: area for name, area in found.items() if name in BLOOD and area[1] > LIMIT} == {}


@pytest.mark.slow
@pytest.mark.parametrize("example", [SKIN, KIDNEY])
def test_all_read_outs_but_regulatory_cells_are_surely_below_three_quarters(example: str) -> None:
    """C5 (il2_cancer_review)."""
    found = predictions(example, 900)
    others = [name for name in BLOOD if name != "regulatory_t_cells"]
    assert {name: found[name] for name in others if found[name][2] >= LIMIT} == {}


@pytest.mark.slow
@pytest.mark.xfail(reason="regulatory T cells reach 0.76 (0.72 to 0.80) in 900 patients with melanoma")
def test_regulatory_cells_are_surely_below_three_quarters_in_melanoma() -> None:
    """C5 (il2_cancer_review). They are the brake of this model, and the limit of the law."""
    assert predictions(SKIN, 900)["regulatory_t_cells"][2] < LIMIT


@pytest.mark.slow
@pytest.mark.xfail(
    reason="antigen presentation reaches 0.81 (0.78 to 0.84) in 900 patients with kidney cancer"
)
def test_neither_does_what_only_tissue_would_show() -> None:
    """C5 (il2_cancer_review), taken beyond blood."""
    found = predictions(KIDNEY, 900)
    assert {name: area for name, area in found.items() if area[1] > LIMIT} == {}


def test_regulatory_cells_predict_nothing_where_they_do_not_suppress() -> None:
    """What they predict is carried by `immune_suppression`."""
    _, low, _ = predictions(SKIN, 200, Arm(IL2, without("immune_suppression")))["regulatory_t_cells"]
    assert low < 0.5
    assert predictions(SKIN, 300)["regulatory_t_cells"][1] > 0.5
