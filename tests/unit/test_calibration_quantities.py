"""The numbers that calibration may move: their priors, and which trials they concern."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from trialkine.agents.catalogue import agent_book
from trialkine.arm_models import arm_model
from trialkine.calibration import quantities as room
from trialkine.calibration.quantities import STRUCTURES, Quantity, Scale, calibrated_quantities
from trialkine.diseases import load_disease
from trialkine.errors import InputError
from trialkine.trial.protocol_parts import ModelChanges

ALL = calibrated_quantities()
ELSEWHERE = ("renal_cell:tumour_growth_rate.sd",)  # its prior lies between the file and physiology


def test_a_lognormal_number_has_its_prior_on_the_logarithm() -> None:
    found = Quantity("rate", 2.0, "log", 0.5).value(np.array([-1.0, 0.0, 2.0]))
    np.testing.assert_allclose(np.log(found / 2.0), [-0.5, 0.0, 1.0], atol=1e-15)


def test_a_fraction_has_its_prior_on_the_log_odds() -> None:
    found = Quantity("fraction", 0.2, "logit", 1.0).value(np.array([-1.0, 0.0, 1.0]))
    np.testing.assert_allclose(found / (1.0 - found) / 0.25, np.exp([-1.0, 0.0, 1.0]), rtol=1e-12)


def test_a_plain_number_has_its_prior_on_itself() -> None:
    found = Quantity("shift", -1.0, "linear", 0.5).value(np.array([-1.0, 0.0, 1.0]))
    np.testing.assert_allclose(found, [-1.5, -1.0, -0.5], rtol=1e-15)


@pytest.mark.parametrize("scale", ["log", "logit", "linear"])
def test_half_of_the_prior_lies_below_the_centre_on_every_scale(scale: Scale) -> None:
    scores = norm.ppf((np.arange(1000) + 0.5) / 1000.0)
    assert np.median(Quantity("x", 0.3, scale, 0.7).value(scores)) == pytest.approx(0.3, rel=2e-3)


@pytest.mark.parametrize(
    ("disease", "agent", "concerned"),
    [
        (None, None, [True, True, True]),
        ("melanoma", None, [True, False, True]),
        (None, "temozolomide", [False, False, True]),
        ("melanoma", "temozolomide", [False, False, True]),
        ("renal_cell", "temozolomide", [False, False, False]),
    ],
)
def test_a_number_concerns_trials_of_its_disease_with_its_agent(
    disease: str | None, agent: str | None, concerned: list[bool]
) -> None:
    quantity = Quantity("x", 1.0, "log", 0.5, disease, agent)
    trials = [
        ("melanoma", ["aldesleukin"]),
        ("renal_cell", []),
        ("melanoma", ["aldesleukin", "temozolomide"]),
    ]
    assert [quantity.concerns(name, agents) for name, agents in trials] == concerned


def test_every_number_has_one_name_and_a_prior_that_its_scale_can_have() -> None:
    assert len({one.name for one in ALL}) == len(ALL) > 30
    for one in ALL:
        assert one.sd > 0.0
        assert one.scale == "linear" or one.centre > 0.0
        assert one.scale != "logit" or one.centre < 1.0


def test_a_number_of_a_disease_names_it_once() -> None:
    for one in ALL:
        of, _, record = one.name.rpartition(":")
        assert of == (one.disease or "")
        assert record


@pytest.mark.parametrize("structure", STRUCTURES)
@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_the_centre_is_the_number_with_which_the_equations_are_simulated(
    one: Quantity, structure: str
) -> None:
    # Members of an ensemble are in the model's units, and the centre comes from the parameter file.
    if one.variant not in (None, structure) or one.name in ELSEWHERE:
        return
    disease = load_disease(one.disease or "melanoma")
    changes = ModelChanges(variants=(structure,) if structure else ())
    model = arm_model(disease, agent_book(), [one.agent] if one.agent else [], changes)
    name = one.name.rpartition(":")[2]
    record = model.records[name.removesuffix(".sd")]
    spread = record.variability.sd if record.variability else None
    number = spread if name.endswith(".sd") else record.value
    assert one.centres.get(structure, one.centre) == number
    assert one.value(np.zeros(1), structure)[0] == pytest.approx(number)


def test_a_prior_that_lies_elsewhere_does_so_in_every_structure() -> None:
    (one,) = (one for one in ALL if one.name in ELSEWHERE)
    assert (one.centre, one.centres) == (1.0, {})


@pytest.mark.parametrize("scale", ["log", "logit", "linear"])
@pytest.mark.parametrize("structure", ["", "il2_licensing"])
def test_scores_of_values_are_those_they_were_made_from(scale: Scale, structure: str) -> None:
    one = Quantity("x", 0.3, scale, 0.7, centres={"il2_licensing": 0.05})
    scores = np.array([-2.0, 0.0, 1.5])
    np.testing.assert_allclose(one.score(one.value(scores, structure), structure), scores, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("recall_rate.sd", "quantities.toml moves the spread of 'recall_rate.sd', which does not vary."),
        (
            "lesion_access",
            "quantities.toml names 'lesion_access', which has a number per member. Leave it out.",
        ),
    ],
)
def test_a_number_that_cannot_be_moved_is_refused(name: str, sentence: str) -> None:
    with pytest.raises(InputError) as fault:
        room._centres(name, "melanoma", None)
    assert str(fault.value) == sentence


def test_a_name_without_a_record_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_centres", lambda *_: {})
    calibrated_quantities.cache_clear()
    with pytest.raises(InputError, match=r"quantities\.toml names '\w+', which has no record\. Correct"):
        calibrated_quantities()
    calibrated_quantities.cache_clear()
