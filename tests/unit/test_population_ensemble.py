"""An ensemble's members: what each sets, for which disease, and in place of what."""

from __future__ import annotations

import numpy as np
import pytest

from population_samples import RECORDS
from trialkine.errors import InputError
from trialkine.population.ensemble import ParameterEnsemble, as_changes, with_changes
from trialkine.records import ParameterRecord, Variability

NAMES = (
    "recall_rate", "recall_rate.sd", "melanoma:initial_burden", "renal_cell:initial_burden",
    "trial.hazard.sd", "melanoma:trial.case_mix.intercept",
)  # fmt: skip
ENSEMBLE = ParameterEnsemble(
    NAMES,
    np.array([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [10.0, 20.0, 30.0, 40.0, 50.0, 60.0]]),
    np.array([0.25, 0.75]),
    "two members",
    "abc",
)


def test_a_member_sets_numbers_for_all_diseases_and_for_each_alone() -> None:
    assert ENSEMBLE.numbers(0, None) == {"recall_rate": 1.0, "recall_rate.sd": 2.0, "trial.hazard.sd": 5.0}
    assert ENSEMBLE.numbers(1, "melanoma") == {"initial_burden": 30.0, "trial.case_mix.intercept": 60.0}
    assert ENSEMBLE.numbers(1, "renal_cell") == {"initial_burden": 40.0}
    assert ENSEMBLE.numbers(1, "kaposi_sarcoma") == {}


def test_repetitions_take_each_member_in_turn() -> None:
    assert len(ENSEMBLE) == 2
    assert [ENSEMBLE.member_of(replicate) for replicate in range(5)] == [0, 1, 0, 1, 0]


@pytest.mark.parametrize("shape", [(6,), (6, 2), (2, 5), (3, 6), (0, 6)])
def test_values_of_another_shape_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match=r"2 members and 6 names .* one row per member") as fault:
        ParameterEnsemble(NAMES, np.zeros(shape), np.array([0.5, 0.5]))
    assert str(shape) in str(fault.value)


def test_numbers_become_changes_of_records_and_those_of_trials_are_left_out() -> None:
    numbers = {
        "recall_rate": 1.0,
        "recall_rate.sd": 2.0,
        "other.sd": 0.5,
        "trial.hazard.sd": 5.0,
        "plain": 3.0,
    }
    assert as_changes(numbers) == {
        "recall_rate": {"value": 1.0, "sd": 2.0}, "other": {"sd": 0.5}, "plain": {"value": 3.0},
    }  # fmt: skip


def test_a_record_takes_the_members_numbers_and_keeps_its_distribution() -> None:
    changes = {"initial_burden": {"value": 40.0, "sd": 0.5}, "tumour_growth_rate": {"value": 0.02}}
    found = with_changes(RECORDS, changes)
    burden, growth = found["initial_burden"], found["tumour_growth_rate"]
    assert (burden.value, burden.variability) == (40.0, Variability("lognormal", 0.5))
    assert (growth.value, growth.variability) == (0.02, Variability("lognormal", 0.5))
    assert burden.kind == growth.kind == "calibrated"
    assert (burden.unit, burden.source) == ("cm**3", "assumption")


def test_all_other_records_stay_and_the_given_ones_are_not_touched() -> None:
    before = dict(RECORDS)
    found = with_changes(RECORDS, {"initial_burden": {"value": 40.0}, "unknown": {"value": 1.0}})
    assert list(found) == list(before)
    assert {name for name in before if found[name] is not before[name]} == {"initial_burden"}
    assert before == RECORDS


def test_the_spread_alone_leaves_the_median() -> None:
    found = with_changes(RECORDS, {"frailty": {"sd": 0.9}})["frailty"]
    assert (found.value, found.variability) == (1.0, Variability("lognormal", 0.9))


def test_a_number_holds_for_every_member_of_an_index() -> None:
    found = with_changes(RECORDS, {"lesion_access": {"value": 0.5}})["lesion_access"]
    assert found.value == {"1": 0.5, "2": 0.5, "3": 0.5}
    kept = with_changes(RECORDS, {"lesion_access": {"sd": 0.1}})["lesion_access"]
    assert kept.value == {"1": 1.0, "2": 1.0, "3": 2.0}


def test_what_is_kept_stays_as_it_is() -> None:
    changes = {"initial_burden": {"value": 40.0}, "carrying_capacity": {"sd": 1.0}}
    found = with_changes(RECORDS, changes, frozenset(changes))
    assert found == RECORDS


def test_the_spread_of_a_number_that_does_not_vary_is_refused() -> None:
    with pytest.raises(InputError, match=r"spread of 'carrying_capacity', which does not vary. Leave it out"):
        with_changes(RECORDS, {"carrying_capacity": {"sd": 1.0}})


def test_no_change_gives_equal_records() -> None:
    found: dict[str, ParameterRecord] = with_changes(RECORDS, {})
    assert found == RECORDS
    assert found is not RECORDS


def test_numbers_can_be_left_out_by_name() -> None:
    values = np.array([[1.0, 2.0], [3.0, 4.0]])
    whole = ParameterEnsemble(("recall_rate", "trial.response.x"), values, np.array([0.25, 0.75]), "t", "h")
    left = whole.with_names(lambda name: not name.startswith("trial."))
    assert left.names == ("recall_rate",)
    np.testing.assert_array_equal(left.values, [[1.0], [3.0]])
    np.testing.assert_array_equal(left.weights, whole.weights)
    assert (left.title, left.hash) == ("t", "h")


def test_only_members_with_a_variant_go_with_a_protocol_that_asks_for_it() -> None:
    values = np.array([[1.0, 0.0], [2.0, 1.0], [3.0, 1.0]])
    own = ParameterEnsemble(("recall_rate", "structure.il2_licensing"), values, np.array([0.5, 0.3, 0.2]))
    found = own.with_variants(("il2_licensing",))
    assert found.values[:, 0].tolist() == [2.0, 3.0]
    np.testing.assert_allclose(found.weights, [0.6, 0.4])
    assert own.with_variants(()) is own
    assert own.with_variants(("another",)) is own
    without = ParameterEnsemble(own.names, values[:1], np.ones(1))
    with pytest.raises(InputError, match="No member of the ensemble has the variant il2_licensing"):
        without.with_variants(("il2_licensing",))
