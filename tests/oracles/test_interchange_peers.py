"""Exported models in libroadrunner (CVODE) and COPASI (LSODA) against our own solver.

Every shipped model, twenty random patients each, with the planned doses of its arm over six weeks.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine_samples import drug, parameters_of
from interchange_samples import (
    EXAMPLES,
    SAME,
    TIMES,
    ShippedArm,
    complaints,
    copasi_expression,
    copasi_states,
    differences,
    drawn,
    exported,
    our_states,
    planned,
    roadrunner_states,
    shipped_arms,
)
from trialkine.assay.run import donor_parameters
from trialkine.assay.well_model import well_model
from trialkine.interchange.sbml_export import export_sbml
from trialkine.model.compose import compose
from trialkine.model.declarations import Define

DRAWS = 20
FAST = (
    "il2-then-temozolomide-delay: At once",  # infusions, several compartments
    "adjuvant-interferon: High-dose interferon",  # a release whose length is a parameter
    "your-own-agent: my cytokine",  # an agent that is not of the package
)


def arm(label: str) -> ShippedArm:
    return next(shipped for shipped in shipped_arms() if shipped.label == label)


def check(shipped: ShippedArm, draws: int, *peers) -> None:
    """Every draw of one model is legal and the same in every peer."""
    model, worst = shipped.own.model, dict.fromkeys((peer.__name__ for peer in peers), 0.0)
    for parameters in drawn(shipped.own, draws):
        doses = planned(shipped, parameters)
        sbml = exported(shipped, parameters, doses)
        assert complaints(sbml) == []
        ours = our_states(model, parameters, doses)
        for peer in peers:
            found = differences(model, parameters, ours, peer(model, sbml, parameters))
            place = np.unravel_index(np.argmax(found), found.shape)
            assert found[place] < SAME, (
                f"{peer.__name__}: {model.state_names[place[1]]}, day {TIMES[place[0]]}"
            )
            worst[peer.__name__] = max(worst[peer.__name__], float(found[place]))
    print(f"{shipped.label}: " + ", ".join(f"{name} {value:.1e}" for name, value in worst.items()))


@pytest.mark.parametrize("label", FAST)
def test_some_shipped_models_are_the_same_in_libroadrunner(label: str) -> None:
    pytest.importorskip("libsbml")
    pytest.importorskip("roadrunner")
    check(arm(label), 2, roadrunner_states)


@pytest.mark.slow
@pytest.mark.parametrize("example", sorted(path.stem for path in EXAMPLES.glob("*.yaml")))
def test_every_shipped_model_is_the_same_in_libroadrunner_and_in_copasi(example: str) -> None:
    pytest.importorskip("libsbml")
    pytest.importorskip("roadrunner")
    pytest.importorskip("basico")
    first_here = [shipped for shipped in shipped_arms() if shipped.label.startswith(f"{example}: ")]
    if not first_here:
        pytest.skip("every model of this example stands in an earlier one")
    for shipped in first_here:
        check(shipped, DRAWS, roadrunner_states, copasi_states)


def test_the_well_of_the_assay_is_the_same_in_libroadrunner() -> None:
    pytest.importorskip("libsbml")
    pytest.importorskip("roadrunner")
    model = well_model()
    own = donor_parameters("healthy", 2, 20)
    stimulus = {"imp321_concentration": 10.0, "presenting_cells_kept": 1.0}
    columns = [np.broadcast_to({**own, **stimulus}.get(name, 0.0), (2,)) for name in model.parameter_names]
    for parameters in np.stack(columns, axis=1):
        sbml = export_sbml(model, parameters, name="well")
        assert complaints(sbml) == []
        ours = our_states(model, parameters, ())
        found = differences(model, parameters, ours, roadrunner_states(model, sbml, parameters))
        assert np.max(found) < SAME


def test_the_comparison_can_fail_at_a_hundred_thousandth_of_one_dose() -> None:
    pytest.importorskip("libsbml")
    pytest.importorskip("roadrunner")
    shipped = arm(FAST[2])
    model, parameters = shipped.own.model, drawn(shipped.own, 1)[0]
    doses = planned(shipped, parameters)
    more = [*doses[:-1], type(doses[-1])(**{**vars(doses[-1]), "amount": doses[-1].amount * (1 + 1e-5)})]
    theirs = roadrunner_states(model, exported(shipped, parameters, more), parameters)
    assert np.max(differences(model, parameters, our_states(model, parameters, doses), theirs)) > SAME


def test_copasi_takes_no_parameter_of_the_model_for_its_own_conversion_of_amounts() -> None:
    # Where amounts are counted as they are, it looks for a constant near one; here all constants are one.
    pytest.importorskip("libsbml")
    pytest.importorskip("basico")
    agent = drug()
    read = replace(agent.mechanism, defines=(Define("double", "mg", "2 * central", "twice the amount"),))
    model = compose(replace(agent, mechanism=read))
    expression = copasi_expression(export_sbml(model, parameters_of(model)[0]), "double")
    assert "amount to particle factor" in expression
