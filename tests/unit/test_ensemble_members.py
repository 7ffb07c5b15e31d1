"""What an ensemble's members change in a disease and in a trial, and that whole trials follow them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy.special import expit

from study_samples import TEMOZOLOMIDE, study_protocol
from trialkine.agents.catalogue import agent_book
from trialkine.arm_models import arm_model
from trialkine.diseases import load_disease
from trialkine.ensemble_members import linear, member_changes, numbers_in, switched_variants
from trialkine.population.ensemble import Changes, ParameterEnsemble
from trialkine.population.sample import sample_patients
from trialkine.randomness import normals
from trialkine.study import run_protocol
from trialkine.trial.protocol import Protocol
from trialkine.trial.protocol_parts import ModelChanges
from trialkine.trial.result import TrialResult

MELANOMA, RESECTED, KAPOSI = (
    load_disease(name) for name in ("melanoma", "resected_melanoma", "kaposi_sarcoma")
)
DEATH_RATE = MELANOMA.records["disease_death_rate"].value
SEED = 4
TABLES = ("patients", "lines", "visits", "lesions", "exposure")


def ensemble_of(*members: Mapping[str, float]) -> ParameterEnsemble:
    """Equally weighted members that set the same names."""
    names = tuple(members[0])
    values = np.array([[member[name] for name in names] for member in members])
    return ParameterEnsemble(names, values, np.full(len(members), 1.0 / len(members)))


def changes_of(
    numbers: Mapping[str, float], facts: Mapping[str, float] | None = None, disease: str = "melanoma"
) -> Changes:
    """What one member changes in one repetition."""
    (found,) = member_changes(ensemble_of(numbers), load_disease(disease), facts or {}, 1, SEED)
    return found


def test_without_an_ensemble_nothing_changes() -> None:
    assert member_changes(None, MELANOMA, {}, 3, SEED) == ({}, {}, {})


def test_a_disease_takes_the_numbers_for_all_and_its_own() -> None:
    numbers = {"recall_rate": 1.0, "melanoma:initial_burden": 40.0, "renal_cell:initial_burden": 90.0}
    assert numbers_in(ensemble_of(numbers), 0, MELANOMA) == {"recall_rate": 1.0, "initial_burden": 40.0}
    found = numbers_in(ensemble_of(numbers), 0, load_disease("renal_cell"))
    assert found == {"recall_rate": 1.0, "initial_burden": 90.0}


def test_a_diseases_own_number_prevails_over_the_one_for_all() -> None:
    numbers = {"melanoma:recall_rate": 2.0, "recall_rate": 1.0}
    assert numbers_in(ensemble_of(numbers), 0, MELANOMA) == {"recall_rate": 2.0}


def test_a_disease_based_on_another_takes_its_numbers_only_where_it_has_no_record_of_its_own() -> None:
    numbers = {
        "extinction_volume": 1e-3, "recall_rate": 1.0, "melanoma:initial_burden": 40.0,
        "melanoma:tumour_growth_rate": 0.02, "melanoma:tumour_growth_rate.sd": 0.4,
        "melanoma:temozolomide_kill_rate": 0.05,
    }  # fmt: skip
    all_but_its_own = {
        "recall_rate": 1.0, "tumour_growth_rate": 0.02, "tumour_growth_rate.sd": 0.4,
        "temozolomide_kill_rate": 0.05,
    }  # fmt: skip
    assert numbers_in(ensemble_of(numbers), 0, RESECTED) == all_but_its_own
    melanoma = {name.removeprefix("melanoma:"): number for name, number in numbers.items()}
    assert numbers_in(ensemble_of(numbers), 0, MELANOMA) == melanoma
    grows_otherwise = {"extinction_volume": 1e-3, "recall_rate": 1.0, "temozolomide_kill_rate": 0.05}
    assert numbers_in(ensemble_of(numbers), 0, KAPOSI) == grows_otherwise


def test_what_is_said_of_a_based_disease_itself_holds_in_it() -> None:
    numbers = {"resected_melanoma:initial_burden": 0.03, "melanoma:initial_burden": 40.0}
    assert numbers_in(ensemble_of(numbers), 0, RESECTED) == {"initial_burden": 0.03}
    assert numbers_in(ensemble_of(numbers), 0, MELANOMA) == {"initial_burden": 40.0}


def test_repetitions_are_changed_by_each_member_in_turn() -> None:
    ensemble = ensemble_of({"recall_rate": 1.0}, {"recall_rate": 2.0})
    found = member_changes(ensemble, MELANOMA, {}, 3, SEED)
    assert [one["recall_rate"]["value"] for one in found] == [1.0, 2.0, 1.0]


def test_the_sum_of_facts_by_coefficients() -> None:
    numbers = {"trial.case_mix.intercept": -1.0, "trial.case_mix.fit": 0.5, "trial.case_mix.decades": 2.0}
    facts = {"fit": 1.0, "decades": -0.5, "one_centre": 1.0}
    assert linear(numbers, "trial.case_mix", facts) == -1.0 + 0.5 - 1.0
    assert linear(numbers, "trial.hazard", facts) == 0.0


def test_the_case_mix_follows_the_facts_of_the_trial() -> None:
    numbers = {
        "melanoma:trial.case_mix.intercept": -0.9, "trial.case_mix.high_dose": 0.6, "trial.case_mix.sd": 0.7,
    }  # fmt: skip
    mix = changes_of(numbers, {"high_dose": 1.0})["case_mix_excluded_fraction"]
    assert mix == {"value": pytest.approx(expit(-0.3), rel=1e-15), "sd": 0.7}
    mix = changes_of(numbers)["case_mix_excluded_fraction"]
    assert mix == {"value": pytest.approx(expit(-0.9), rel=1e-15), "sd": 0.7}


def test_a_case_mix_without_a_stated_spread_has_none() -> None:
    mix = changes_of({"melanoma:trial.case_mix.intercept": -0.9})["case_mix_excluded_fraction"]
    assert mix == {"value": pytest.approx(expit(-0.9), rel=1e-15), "sd": 0.0}


def test_a_stated_excluded_fraction_has_no_spread() -> None:
    numbers = {"trial.excluded_fraction": 0.35, "melanoma:trial.case_mix.intercept": -0.9,
               "trial.case_mix.sd": 0.7}  # fmt: skip
    assert changes_of(numbers)["case_mix_excluded_fraction"] == {"value": 0.35, "sd": 0.0}


def test_a_disease_with_its_own_rule_keeps_its_case_mix() -> None:
    numbers = {"trial.excluded_fraction": 0.35}
    assert changes_of(numbers, disease="resected_melanoma") == {}
    assert "case_mix_excluded_fraction" in changes_of(numbers, disease="kaposi_sarcoma")


def test_the_hazard_of_a_trial_shifts_by_its_facts_and_its_luck() -> None:
    numbers = {"melanoma:trial.hazard.decades": -0.1, "trial.hazard.sd": 0.2}
    found = member_changes(ensemble_of(numbers), MELANOMA, {"decades": 1.5}, 3, SEED)
    luck = normals(SEED, "hazard of the trial", [0, 1, 2])[:, 0]
    rates = [one["disease_death_rate"]["value"] for one in found]
    np.testing.assert_allclose(rates, DEATH_RATE * np.exp(-0.15 + 0.2 * luck), rtol=1e-14)
    assert len(set(rates)) == 3


def test_the_shift_of_the_hazard_is_of_the_members_own_death_rate() -> None:
    numbers = {"melanoma:disease_death_rate": 0.004, "melanoma:trial.hazard.decades": -0.1}
    found = changes_of(numbers, {"decades": 2.0})["disease_death_rate"]["value"]
    assert found == pytest.approx(0.004 * np.exp(-0.2), rel=1e-15)


def test_without_a_shift_the_death_rate_is_left_alone() -> None:
    assert changes_of({"melanoma:trial.hazard.decades": -0.1}, {"decades": 0.0}) == {}
    assert changes_of({"trial.hazard.sd": 0.0}) == {}


def test_another_diseases_hazard_does_not_matter() -> None:
    assert changes_of({"renal_cell:trial.hazard.decades": -0.1}, {"decades": 1.0}) == {}


def test_numbers_of_trials_change_no_record() -> None:
    numbers = {"trial.discrepancy.response": 0.3, "trial.response.untreated": 0.1, "recall_rate": 1.0}
    assert changes_of(numbers) == {"recall_rate": {"value": 1.0}}


def test_a_population_without_a_death_rate_has_none_to_shift() -> None:
    records = {name: one for name, one in MELANOMA.records.items() if name != "disease_death_rate"}
    other = replace(MELANOMA, records=records)
    assert member_changes(ensemble_of({"trial.hazard.sd": 0.2}), other, {}, 1, SEED) == ({},)


# -- whole trials ---------------------------------------------------------------------------------------


def protocol(values: Mapping[str, float] | None = None, **keys: Any) -> Protocol:
    """A short trial of temozolomide, with some numbers set by the protocol itself."""
    model = {"model": {"values": dict(values)}} if values else {}
    return study_protocol({"arm": [TEMOZOLOMIDE]}, data_cut_off="4 months", **model, **keys)


def run(of: Protocol, *members: Mapping[str, float], trials: int = 2) -> TrialResult:
    """Six patients in every repetition, with an ensemble where members are given."""
    ensemble = ensemble_of(*members) if members else None
    return run_protocol(of, patients=6, trials=trials, seed=SEED, jobs=1, ensemble=ensemble)


@cache
def usual(trials: int = 2) -> TrialResult:
    return run(protocol(), trials=trials)


def assert_same_tables(one: TrialResult, other: TrialResult, repetition: int | None = None) -> None:
    """To the last bit, in all repetitions or one."""
    for name in TABLES:
        tables = [getattr(result, name) for result in (one, other)]
        if repetition is not None:
            tables = [table.filter(trial=repetition) for table in tables]
        assert tables[0].height > 0
        assert tables[0].equals(tables[1]), name


def test_an_ensemble_that_repeats_the_usual_numbers_changes_no_bit() -> None:
    records = MELANOMA.records
    spread = records["tumour_growth_rate"].variability
    assert spread is not None
    same = {
        "recall_rate": records["recall_rate"].value,
        "melanoma:initial_burden": records["initial_burden"].value,
        "melanoma:tumour_growth_rate": records["tumour_growth_rate"].value,
        "melanoma:tumour_growth_rate.sd": spread.sd,
        "melanoma:disease_death_rate": DEATH_RATE,
    }
    again = run(protocol(), same)
    assert_same_tables(usual(), again)
    assert again.accounting == usual().accounting
    assert again.parameters == usual().parameters


def test_each_repetition_is_a_plain_run_with_its_members_numbers() -> None:
    members = [
        {"melanoma:initial_burden": 30.0, "disease_death_rate": 0.004, "temozolomide_kill_rate": 0.1},
        {"melanoma:initial_burden": 80.0, "disease_death_rate": 0.001, "temozolomide_kill_rate": 0.03},
    ]
    mixed = run(protocol(), *members)
    for repetition, member in enumerate(members):
        plain = run(protocol({name.removeprefix("melanoma:"): one for name, one in member.items()}))
        assert_same_tables(mixed, plain, repetition)
        first = mixed.patients.filter(trial=repetition)
        assert not first.equals(usual().patients.filter(trial=repetition))


def test_what_the_protocol_sets_itself_prevails() -> None:
    own = protocol({"initial_burden": 30.0, "temozolomide_kill_rate": 0.1})
    ensemble = {"melanoma:initial_burden": 90.0, "temozolomide_kill_rate": 0.01}
    assert_same_tables(run(own, ensemble), run(own))


def test_counterfactual_arms_are_changed_alike() -> None:
    two = study_protocol({"a": [TEMOZOLOMIDE], "b": [TEMOZOLOMIDE]}, data_cut_off="2 months")
    patients = run(two, {"melanoma:initial_burden": 30.0}, {"melanoma:initial_burden": 80.0}).patients
    one, other = (patients.filter(arm=name).drop("arm") for name in ("a", "b"))
    assert one.equals(other)


def case_mix(*members: Mapping[str, float], trials: int = 2) -> tuple[float, ...]:
    """The excluded fraction of every repetition of a trial that states none."""
    free = study_protocol({"arm": [TEMOZOLOMIDE]}, eligibility={}, data_cut_off="1 months")
    ensemble = ensemble_of(*members)
    return run_protocol(free, patients=2, trials=trials, seed=SEED, jobs=1, ensemble=ensemble).case_mix


def test_the_excluded_fraction_of_each_repetition_is_its_members() -> None:
    found = case_mix({"trial.excluded_fraction": 0.2}, {"trial.excluded_fraction": 0.6})
    assert found == pytest.approx((0.2, 0.6), rel=1e-12)


@pytest.mark.parametrize("trials", [1, 2])
def test_the_case_mix_is_drawn_by_its_members_rule_and_one_run_stands_for_the_typical_trial(
    trials: int,
) -> None:
    rule = {"melanoma:trial.case_mix.intercept": -0.5, "trial.case_mix.sd": 0.7}
    luck = normals(SEED, "case mix of the trial", range(2))[:, 0] if trials == 2 else np.zeros(1)
    assert case_mix(rule, trials=trials) == pytest.approx(expit(-0.5 + 0.7 * luck), rel=1e-12)


def test_a_case_mix_that_the_protocol_states_prevails() -> None:
    assert run(protocol(), {"trial.excluded_fraction": 0.2}).case_mix == (0.5, 0.5)


def test_an_arms_model_keeps_what_the_protocol_set_and_takes_the_rest() -> None:
    changed = ModelChanges.model_validate({"values": {"recall_rate": 1.5}})
    own = arm_model(MELANOMA, agent_book(), ("temozolomide",), changed)
    member = {"recall_rate": {"value": 3.0}, "initial_burden": {"value": 40.0, "sd": 0.5}}
    found = own.with_changes(member)
    assert found.records["recall_rate"] == own.records["recall_rate"]
    assert found.records["initial_burden"].value == 40.0
    assert found.model is own.model
    assert own.with_changes({}) is own
    others = set(own.records) - {"initial_burden"}
    assert all(found.records[name] is own.records[name] for name in others)


def test_the_parameters_of_a_repetition_are_drawn_with_its_own_changes() -> None:
    own = arm_model(MELANOMA, agent_book())
    drawn = sample_patients(own.records, own.correlations, 20, SEED)
    members: list[Changes] = [{}, {"initial_burden": {"value": 2.0 * 54.0}}]
    usual_first, usual_second = own.parameters([drawn, drawn], SEED)
    first, second = own.parameters([drawn, drawn], SEED, members)
    for name, column in usual_first.parameters.items():
        np.testing.assert_array_equal(first.parameters[name], column)
    ratio = second.parameters["initial_burden"] / usual_second.parameters["initial_burden"]
    np.testing.assert_allclose(ratio, 2.0 * 54.0 / MELANOMA.records["initial_burden"].value, rtol=1e-12)


LICENSED, PLAIN = {"structure.il2_licensing": 1.0}, {"structure.il2_licensing": 0.0}
VARIANT = ("il2_licensing",)


def structural(numbers: Mapping[str, float], disease: str = "melanoma") -> Changes:
    """What one member changes where the variant is part of everybody's equations."""
    (found,) = member_changes(ensemble_of(numbers), load_disease(disease), {}, 1, SEED, VARIANT)
    return found


def test_a_member_without_a_variant_has_numbers_with_which_it_does_nothing() -> None:
    found = structural(PLAIN)
    assert found["resting_licence"] == {"value": 1.0}
    # What the variant's file changes is what it is without the variant.
    usual = MELANOMA.records["memory_lymphotoxicity"].value
    assert found["memory_lymphotoxicity"]["value"] == usual
    pool = MELANOMA.records["initial_memory_pool"]
    assert pool.variability is not None
    assert found["initial_memory_pool"] == {"value": pool.value, "sd": pool.variability.sd}


def test_a_member_with_a_variant_keeps_the_numbers_of_its_file() -> None:
    assert structural(LICENSED) == {}


def test_what_a_member_sets_itself_prevails_but_for_the_switch() -> None:
    numbers = {"memory_lymphotoxicity": 0.3, "melanoma:resting_licence": 0.2}
    assert structural({**PLAIN, **numbers})["memory_lymphotoxicity"]["value"] == 0.3
    assert structural({**PLAIN, **numbers})["resting_licence"] == {"value": 1.0}
    assert structural({**LICENSED, **numbers}) == {
        "memory_lymphotoxicity": {"value": 0.3}, "resting_licence": {"value": 0.2},
    }  # fmt: skip


def test_variants_are_switched_where_a_disease_has_their_numbers_and_nobody_asked_for_them() -> None:
    ensemble = ensemble_of(PLAIN, LICENSED)
    assert switched_variants(ensemble, MELANOMA, ()) == VARIANT
    assert switched_variants(ensemble, RESECTED, ()) == VARIANT  # based on melanoma
    assert switched_variants(ensemble, MELANOMA, VARIANT) == ()
    assert switched_variants(ensemble_of({"recall_rate": 1.0}), MELANOMA, ()) == ()
    assert switched_variants(None, MELANOMA, ()) == ()


@cache
def run_with(*numbers: tuple[str, float], variants: tuple[str, ...] = ()) -> TrialResult:
    """A small trial of interleukin-2 with one member."""
    line = {
        "agent": "aldesleukin", "dose": "600000 IU/kg", "route": "intravenous over 15 min",
        "schedule": "every 8 h, up to 14 doses, on days 1 and 15",
    }  # fmt: skip
    changes = {"model": {"variants": list(variants)}} if variants else {}
    protocol = study_protocol({"Interleukin-2": [line]}, **changes)
    return run_protocol(protocol, patients=30, trials=2, seed=3, jobs=1, ensemble=ensemble_of(dict(numbers)))


def test_a_variant_that_is_switched_off_leaves_every_patient_as_without_it() -> None:
    plain = run_with(("recall_rate", 2.0))
    off = run_with(("recall_rate", 2.0), ("structure.il2_licensing", 0.0))
    assert plain.patients["best_response"].to_list() == off.patients["best_response"].to_list()
    days = [one.patients["os_days"].to_numpy() for one in (plain, off)]
    np.testing.assert_allclose(*days, atol=0.5)
    assert "il2_licence" in off.equations


def test_a_member_with_a_variant_is_simulated_as_a_protocol_that_asks_for_it() -> None:
    asked = run_with(("recall_rate", 2.0), variants=VARIANT)
    on = run_with(("recall_rate", 2.0), ("structure.il2_licensing", 1.0))
    off = run_with(("recall_rate", 2.0), ("structure.il2_licensing", 0.0))
    days = [one.patients["os_days"].to_numpy() for one in (asked, on, off)]
    np.testing.assert_array_equal(days[0], days[1])
    assert not np.array_equal(days[1], days[2])
