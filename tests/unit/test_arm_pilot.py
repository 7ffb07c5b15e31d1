"""Each arm's stepper: from a pilot of its own, the same whatever the trial's size or seed, and recorded."""

import json

import numpy as np
import pytest

from study_samples import SEQUENCE, TEMOZOLOMIDE, small_trial, study_protocol
from trialkine import arm_pilot, study
from trialkine.arm_models import disease_of, protocol_models
from trialkine.compiler.compiled import compile_model
from trialkine.report.manifest import manifest_text
from trialkine.solver.pilot import PILOT_DAYS, PILOT_PATIENTS, choose_stepper
from trialkine.solver.stepper import EXPLICIT, IMPLICIT
from trialkine.study import run_protocol

NAMES = {EXPLICIT.name, IMPLICIT.name}


@pytest.fixture
def pilots(monkeypatch):
    """What every pilot was asked: parameters and doses."""
    asked = []

    def listening(compiled, parameters, doses, accuracy=None):
        asked.append((parameters, doses))
        return choose_stepper(compiled, parameters, doses, accuracy)

    monkeypatch.setattr(arm_pilot, "choose_stepper", listening)
    return asked


def test_the_pilot_is_the_same_whatever_the_size_and_the_seed_of_the_trial(pilots):
    protocol = study_protocol({"only": SEQUENCE})
    first = run_protocol(protocol, patients=2, seed=1, jobs=1)
    second = run_protocol(protocol, patients=5, trials=2, seed=7, jobs=1)
    assert first.methods == second.methods
    (one, one_doses), (other, other_doses) = pilots
    np.testing.assert_array_equal(one, other)
    for name, column in vars(one_doses).items():
        np.testing.assert_array_equal(column, getattr(other_doses, name))


def test_the_pilot_gives_the_planned_doses_of_its_weeks_and_holds_none(pilots):
    protocol = study_protocol({"only": [TEMOZOLOMIDE]})
    run_protocol(protocol, patients=2, jobs=1)
    ((parameters, doses),) = pilots
    assert len(parameters) == PILOT_PATIENTS
    assert not doses.may_hold.any()
    assert doses.time.max() < PILOT_DAYS
    daily = [day for day in range(int(PILOT_DAYS)) if day % 28 < 21]  # days 1 to 21 of 28
    for patient in range(PILOT_PATIENTS):
        mine = doses.time[doses.patient == patient]
        assert np.floor(mine).astype(int).tolist() == daily


def test_an_arm_without_doses_has_a_stepper_too():
    protocol = study_protocol({"only": [TEMOZOLOMIDE]})
    (own,), disease = protocol_models(protocol, disease_of(protocol))[1], disease_of(protocol)
    nothing = protocol.arms[0].model_copy(update={"treatment": ()})
    compiled = compile_model(own.model)
    assert arm_pilot.arm_stepper(protocol, nothing, own, compiled, disease) in (EXPLICIT, IMPLICIT)


def test_every_arm_is_solved_by_the_stepper_that_its_pilot_chose(monkeypatch):
    used = []
    plain = study.Ensemble

    def listening(compiled, parameters, accuracy, stepper):
        used.append(stepper.name)
        return plain(compiled, parameters, accuracy, stepper)

    monkeypatch.setattr(study, "Ensemble", listening)
    monkeypatch.setattr(study, "arm_stepper", lambda protocol, arm, *rest: BY_ARM[arm.name])
    protocol = study_protocol({"forward": SEQUENCE, "backward": [TEMOZOLOMIDE]})
    result = run_protocol(protocol, patients=2, jobs=1)
    assert result.methods == {name: stepper.name for name, stepper in BY_ARM.items()}
    assert used == list(result.methods.values())


BY_ARM = {"forward": IMPLICIT, "backward": EXPLICIT}


def test_the_manifest_records_the_method_of_every_arm(tmp_path):
    result = small_trial(12)
    manifest = json.loads(manifest_text(result, tmp_path, "schema: 1\n", "trialkine run trial.yaml"))
    assert manifest["methods"] == dict(result.methods)
    assert set(manifest["methods"]) == set(result.arms)
    assert set(manifest["methods"].values()) <= NAMES
