"""The bridge from a model to a trial: sizes, doses, toxicity and death as the mapping says."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from own_model_samples import GROWTH_INHIBITION, KIRSCHNER, THREE_STATES, load_sample
from trialkine.model.evaluate import start_values
from trialkine.population.parameters import parameter_population
from trialkine.toxicity.terms import find_term
from trialkine.trial.own_model.bridge import OwnModel
from trialkine.trial.own_model.reading import read_own_model

ROUNDING = 1e-12  # the same arithmetic in another order


def own_model(folder: Path, text: str) -> OwnModel:
    file = folder / "model.mapping.yaml"
    file.write_text(text, "utf-8")
    return read_own_model(file, load_sample)


def median_start(own: OwnModel, *names: str) -> dict[str, np.ndarray]:
    """Quantities at the start of a patient who has every number's median."""
    records = {
        **own.disease.records,
        **{n: r for a in own.book.files for n, r in own.book.records(a).items()},
    }
    members = parameter_population(records).members
    values = [members[name].value for name in own.model.parameter_names]
    return start_values(own.model, names, np.array([values]))


def test_cells_become_a_volume_by_their_density(tmp_path):
    own = own_model(tmp_path, THREE_STATES)
    found = median_start(own, "burden", "T")
    assert found["T"] == pytest.approx(2e8, rel=ROUNDING)  # 2 cm**3 of 1e8 cells each
    assert found["burden"] == pytest.approx(2.0, rel=ROUNDING)


def test_a_sum_of_diameters_is_shared_by_lesions_as_diameters(tmp_path):
    own = own_model(tmp_path, GROWTH_INHIBITION.replace("value: 70 mm", "value: 60 mm"))
    volumes = median_start(own, "lesion_volume")["lesion_volume"].ravel()
    diameters = np.array([3.0, 2.0, 1.0])  # cm: 60 mm as 3 to 2 to 1
    assert volumes == pytest.approx(math.pi / 6 * diameters**3, rel=ROUNDING)


def test_a_normal_spread_of_the_start_is_converted_with_it(tmp_path):
    text = THREE_STATES.replace("2 cm**3, distribution: lognormal", "2 cm**3, distribution: normal")
    record = own_model(tmp_path, text).disease.records["tumour_at_start"]
    assert record.value == pytest.approx(2e8, rel=ROUNDING)
    assert record.variability.sd == pytest.approx(0.5e8, rel=ROUNDING)  # 0.5 cm**3 of 1e8 cells each


def test_without_a_stated_start_the_model_begins_as_it_does(tmp_path):
    lines = GROWTH_INHIBITION.replace(
        "  tumour_at_start: {value: 70 mm, distribution: lognormal, sd: 0.4}\n", ""
    )
    own = own_model(tmp_path, lines.replace("patients:\n", "patients: {}\n"))
    assert median_start(own, "D")["D"] == pytest.approx(60.0, rel=ROUNDING)
    assert "baseline" in own.model.parameters


def test_a_stated_start_takes_the_place_of_a_parameter_that_nothing_else_reads(tmp_path):
    own = own_model(tmp_path, GROWTH_INHIBITION)
    assert "baseline" not in own.model.parameters
    assert median_start(own, "D")["D"] == pytest.approx(70.0, rel=ROUNDING)


def test_severe_toxicity_begins_at_the_stated_level(tmp_path):
    own = own_model(tmp_path, THREE_STATES)
    level = own.disease.records["hypotension_level"].value
    severe = find_term("hypotension").limits[2]
    assert 5e8 / level == pytest.approx(severe, rel=ROUNDING)
    assert own.model.watched == ("relative_hypotension",)


def test_a_dose_between_amounts_is_converted_and_a_concentration_is_diluted(tmp_path):
    own = own_model(tmp_path, GROWTH_INHIBITION.replace("unit: mg\n", "unit: g\n"))
    assert own.book.records("inhibitor")["inhibitor_per_unit"].value == pytest.approx(1000.0, rel=ROUNDING)


def test_hold_and_stop_rules_become_the_agents_own(tmp_path):
    agent = own_model(tmp_path, THREE_STATES).book.find("interleukin_2")
    (hold,), (stop,) = agent.holds, agent.stops
    assert hold.when == "IL > interleukin_2_hold_level_1"
    assert hold.end_cycle_after is not None
    assert (stop.toxicity, stop.grade) == ("hypotension", 4)


def test_the_models_numbers_keep_their_source_and_nothing_is_called_calibrated(tmp_path):
    own = own_model(tmp_path, THREE_STATES)
    records = own.disease.records
    assert (records["p1"].kind, records["p1"].source) == ("fitted_in_source", KIRSCHNER)
    assert records["c"].variability is not None
    assert "model.mapping.yaml" in records["c"].where
    assert {record.kind for record in records.values()} <= {"assumed", "derived", "fitted_in_source"}
    taken = records["disease_death_rate"]
    assert taken.kind == "assumed"
    assert "taken over from 'melanoma'" in taken.where
    sources = own.book.sources
    assert {record.source for record in records.values()} <= set(sources)
    assert "three_states.xml" in sources[KIRSCHNER].citation


def test_the_hazard_of_death_may_follow_another_quantity(tmp_path):
    text = THREE_STATES.replace(
        "hazard:\n  like: melanoma\n",
        "hazard:\n  quantity: T\n  at: 2e8\n  values: {disease_death_rate: 0.01 1/day, frailty: 1}\n",
    )
    own = own_model(tmp_path, text)
    hazard = median_start(own, "disease_death_hazard")["disease_death_hazard"]
    # At the level of the rate it is the rate, less what a negligible level would give: 2e-4 ** 0.35 is 5 %.
    expected = 0.01 * ((1 + 2e-4) ** 0.35 - (2e-4) ** 0.35)
    assert hazard == pytest.approx(expected, rel=1e-9)  # powers by two routines


def test_without_a_hazard_symptoms_or_toxicity_the_model_has_no_such_milestones(tmp_path):
    text = GROWTH_INHIBITION[: GROWTH_INHIBITION.index("hazard:")]
    own = own_model(tmp_path, text)
    assert own.model.milestones == ()
    assert own.model.watched == ()
    assert {part.name for part in own.parts} == {"growth_inhibition", "tumour_size"}
