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
def test_no_immune_read_out_of_blood_is_surely_above_three_quarters(example: str) -> None:
    """Weaker than C5: fails only where a whole interval lies above. Readings have an error of 10 %."""
    found = predictions(example, 300)
    assert {name: area for name, area in found.items() if name in BLOOD and area[1] > LIMIT} == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    "example",
    [
        pytest.param(
            SKIN,
            marks=pytest.mark.xfail(
                strict=True,
                raises=AssertionError,
                reason="regulatory T cells: 0.79 (0.71 to 0.86) in 300 patients with melanoma, "
                "0.76 (0.72 to 0.80) in 900, 0.75 (0.72 to 0.78) in 1800",
            ),
        ),
        pytest.param(
            KIDNEY,
            marks=pytest.mark.xfail(
                strict=True,
                raises=AssertionError,
                reason="antigen presentation, which only tissue shows: 0.81 (0.78 to 0.83) "
                "in 1800 patients with kidney cancer",
            ),
        ),
    ],
)
def test_no_immune_read_out_predicts_response_with_an_area_above_three_quarters(example: str) -> None:
    """C5 (il2_cancer_review): no immunological parameter predicts it. Holds where no interval reaches it."""
    found = predictions(example, 1800)
    assert {name: area for name, area in found.items() if area[2] >= LIMIT} == {}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("example", "exception"), [(SKIN, "regulatory_t_cells"), (KIDNEY, "antigen_presentation")]
)
def test_every_read_out_but_one_is_surely_below_three_quarters(example: str, exception: str) -> None:
    """C5 (il2_cancer_review) for the others: the exception brakes T cells of this model, or starts them."""
    found = predictions(example, 1800)
    assert {name: area for name, area in found.items() if name != exception and area[2] >= LIMIT} == {}


def test_regulatory_cells_predict_nothing_where_they_do_not_suppress() -> None:
    """What they predict is carried by `immune_suppression`."""
    _, low, _ = predictions(SKIN, 200, Arm(IL2, without("immune_suppression")))["regulatory_t_cells"]
    assert low < 0.5
    assert predictions(SKIN, 300)["regulatory_t_cells"][1] > 0.5
